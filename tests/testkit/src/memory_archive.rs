//! The archive in memory: versioned objects, counted, and able to lose one.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::message::RawMail;
use domain::timestamp::Timestamp;
use flows::ports::{ListedObject, MailArchive, ObjectList, ObjectPage, PortFault, SignedFile};

/// A versioned bucket in memory.
#[derive(Default)]
pub struct MemoryArchive {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Versions of each key, the newest last; a version's name is its number from 1.
    objects: BTreeMap<String, Vec<StoredObject>>,
    counts: ArchiveCounts,
}

/// An object as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObject {
    /// The octets.
    pub octets: Bytes,
    /// The media type it was written with.
    pub media_type: String,
    /// Whether it has been lost since.
    pub lost: bool,
    /// When it was written; 1970 where the test does not say.
    pub written_at: Timestamp,
}

/// How often the archive was used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ArchiveCounts {
    /// Objects asked for.
    pub reads: u64,
    /// Objects given to keep.
    pub writes: u64,
    /// URLs signed.
    pub signed_urls: u64,
}

impl MemoryArchive {
    /// Name of the bucket.
    pub const BUCKET: &'static str = "mail.example";

    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes an object from outside, as SES or an uploader would; not counted.
    pub fn put(&self, key: &str, octets: impl Into<Bytes>) -> RawMail {
        let octets = octets.into();
        let size_bytes = u64::try_from(octets.len()).unwrap_or(u64::MAX);
        let mut state = self.lock();
        let versions = state.objects.entry(key.to_owned()).or_default();
        versions.push(StoredObject {
            octets,
            media_type: "message/rfc822".to_owned(),
            lost: false,
            written_at: Timestamp::default(),
        });
        RawMail { key: key.to_owned(), version: Some(versions.len().to_string()), size_bytes }
    }

    /// Loses every version of an object.
    pub fn lose(&self, key: &str) {
        for object in self.lock().objects.get_mut(key).into_iter().flatten() {
            object.lost = true;
        }
    }

    /// Says when the newest version of an object was written, for lists.
    pub fn written_at(&self, key: &str, at: Timestamp) {
        if let Some(object) = self.lock().objects.get_mut(key).and_then(|all| all.last_mut()) {
            object.written_at = at;
        }
    }

    /// Undoes [`MemoryArchive::lose`].
    pub fn restore(&self, key: &str) {
        for object in self.lock().objects.get_mut(key).into_iter().flatten() {
            object.lost = false;
        }
    }

    /// The newest version of an object; not counted.
    pub fn object(&self, key: &str) -> Option<StoredObject> {
        self.lock().objects.get(key)?.last().filter(|object| !object.lost).cloned()
    }

    /// Every key with something under it.
    pub fn keys(&self) -> Vec<String> {
        self.lock().objects.keys().cloned().collect()
    }

    /// Uses since the last reset.
    pub fn counts(&self) -> ArchiveCounts {
        self.lock().counts
    }

    /// Starts counting anew.
    pub fn reset_counts(&self) {
        self.lock().counts = ArchiveCounts::default();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Objects on a page of the list.
const PAGE: usize = 3;

#[async_trait]
impl ObjectList for MemoryArchive {
    fn bucket(&self) -> &str {
        Self::BUCKET
    }

    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, PortFault> {
        let state = self.lock();
        let behind = |key: &str| after.is_none_or(|after| key > after);
        let mut found = state.objects.iter().filter_map(|(key, versions)| {
            let newest = versions.last().filter(|object| !object.lost)?;
            let size_bytes = u64::try_from(newest.octets.len()).unwrap_or(u64::MAX);
            let version = Some(versions.len().to_string());
            let raw = RawMail { key: key.clone(), version, size_bytes };
            let listed = ListedObject { raw, written_at: newest.written_at };
            (key.starts_with(prefix) && behind(key)).then_some(listed)
        });
        let objects: Vec<ListedObject> = found.by_ref().take(PAGE).collect();
        let more = found.next().is_some();
        let last = objects.last().map(|object| object.raw.key.clone());
        Ok(ObjectPage { objects, next: last.filter(|_| more) })
    }
}

#[async_trait]
impl MailArchive for MemoryArchive {
    fn bucket(&self) -> &str {
        Self::BUCKET
    }

    async fn read(&self, raw: &RawMail) -> Result<Option<Bytes>, PortFault> {
        let mut state = self.lock();
        state.counts.reads += 1;
        let versions = state.objects.get(&raw.key);
        let object = versions.and_then(|versions| match &raw.version {
            None => versions.last(),
            Some(version) => versions.get(version.parse::<usize>().ok()?.checked_sub(1)?),
        });
        Ok(object.filter(|object| !object.lost).map(|object| object.octets.clone()))
    }

    async fn keep(&self, key: &str, media_type: &str, octets: Bytes) -> Result<(), PortFault> {
        let mut state = self.lock();
        state.counts.writes += 1;
        let versions = state.objects.entry(key.to_owned()).or_default();
        // The key names the content, so what is there already is the same.
        if versions.last().is_none_or(|object| object.lost) {
            versions.push(StoredObject {
                octets,
                media_type: media_type.to_owned(),
                lost: false,
                written_at: Timestamp::default(),
            });
        }
        Ok(())
    }

    async fn signed_url(&self, file: &SignedFile, life: Duration) -> Result<String, PortFault> {
        self.lock().counts.signed_urls += 1;
        let version = file.version.as_deref().unwrap_or("newest");
        let seconds = life.as_secs();
        Ok(format!("https://{}/{}?version={version}&seconds={seconds}", Self::BUCKET, file.key))
    }
}
