//! A table that tells its changes as a stream does, and a provider that keeps a log of what it took.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::ids::MessageId;
use domain::timestamp::Timestamp;
use flows::ports::{Clock, MailSender, OutgoingMail, PortFault, SendFault, Sent};
use store::keys::{self, Subject};
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_table::MemoryTable;
use testkit::time_and_chance::SetClock;

use crate::ports::Thread;

/// The tables, with a stream of what changed that the index looks at.
pub struct StreamedTable {
    inner: Arc<MemoryTable>,
    told: Mutex<Vec<Subject>>,
}

impl StreamedTable {
    pub fn over(inner: Arc<MemoryTable>) -> Arc<Self> {
        Arc::new(Self { inner, told: Mutex::default() })
    }

    /// Takes what the stream has told since the last time.
    pub fn take_told(&self) -> Vec<Subject> {
        std::mem::take(&mut *unpoisoned(&self.told))
    }

    fn tell<'k>(&self, written: impl Iterator<Item = &'k Key>) {
        let subjects = written.filter_map(|key| keys::subject_of(&key.pk, &key.sk));
        unpoisoned(&self.told).extend(subjects.map(|(_, subject)| subject));
    }
}

fn unpoisoned<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Table for StreamedTable {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.inner.get(key).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        self.inner.batch_get(keys).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        let key = write.key().clone();
        let done = self.inner.write(write).await?;
        self.tell(std::iter::once(&key));
        Ok(done)
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        let written: Vec<Key> = writes.iter().map(|write| write.key().clone()).collect();
        let done = self.inner.transact(writes).await?;
        self.tell(written.iter());
        Ok(done)
    }
}

/// A mail that the provider took.
#[derive(Clone, Debug)]
pub struct Posted {
    pub at: Timestamp,
    pub provider_id: String,
    pub mail: OutgoingMail,
}

impl Posted {
    fn tag(&self, name: &str) -> Option<&str> {
        let tags = self.mail.tags.iter();
        tags.filter(|(tag, _)| tag == name).map(|(_, value)| value.as_str()).next()
    }

    /// The message it is; none of an automatic answer.
    pub fn message(&self) -> Option<MessageId> {
        self.tag("message").map(|id| id.parse().expect("the tag is the id of a message"))
    }

    /// Whether it tells a sender that an address does not exist.
    pub fn is_unknown_address(&self) -> bool {
        self.tag("purpose") == Some("unknown_address")
    }
}

/// The provider: whatever reaches it goes out.
pub struct Provider {
    log: Mutex<Vec<Posted>>,
    clock: Arc<SetClock>,
}

impl Provider {
    pub fn new(clock: Arc<SetClock>) -> Arc<Self> {
        Arc::new(Self { log: Mutex::default(), clock })
    }

    /// What went out, in order.
    pub fn log(&self) -> Vec<Posted> {
        unpoisoned(&self.log).clone()
    }

    /// Forgets what went out after the first so many.
    pub fn forget_after(&self, count: usize) {
        unpoisoned(&self.log).truncate(count);
    }

    /// How much went out.
    pub fn count(&self) -> usize {
        unpoisoned(&self.log).len()
    }
}

#[async_trait]
impl MailSender for Provider {
    async fn send(&self, mail: &OutgoingMail) -> Result<Sent, SendFault> {
        let mut log = unpoisoned(&self.log);
        let provider_id = format!("sent-{}", log.len());
        let (at, mail) = (self.clock.now(), mail.clone());
        log.push(Posted { at, provider_id: provider_id.clone(), mail });
        Ok(Sent { provider_id })
    }
}

/// The provider as one worker meets it.
pub struct StruckProvider {
    pub inner: Arc<Provider>,
    pub thread: Thread,
}

#[async_trait]
impl MailSender for StruckProvider {
    async fn send(&self, mail: &OutgoingMail) -> Result<Sent, SendFault> {
        let lost = || {
            let source = "struck".into();
            SendFault::Unknown(PortFault { port: "provider", operation: "simulated", source })
        };
        self.thread.call_or(self.inner.send(mail), || SendFault::Throttled, lost).await
    }
}
