//! The outbox: every mail that was taken, as it would go out, with its envelope beside it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws_calls::REGION;

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentMail {
    /// SES's id of it.
    pub id: String,
    /// When it was taken, in milliseconds since 1970.
    pub at_millis: i64,
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Message tags, in order.
    pub tags: Vec<(String, String)>,
    /// Its configuration set.
    pub configuration_set: Option<String>,
    /// The MIME as it went out; in its own file.
    #[serde(skip)]
    pub mime: Vec<u8>,
}

impl SentMail {
    /// When it was taken.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at_millis).unwrap_or_default()
    }

    /// Its Message-ID without angle brackets: SES makes it of the id and the region.
    #[must_use]
    pub fn header_id(&self) -> String {
        header_id(&self.id, REGION)
    }
}

/// The Message-ID of the mail that SES calls `id`, without angle brackets.
#[must_use]
pub fn header_id(id: &str, region: &str) -> String {
    // The first region got its name before regions were named.
    let host = if region == "us-east-1" { "email" } else { region };
    format!("{id}@{host}.amazonses.com")
}

/// An id as SES's are; it sorts by time. Unique in this process by count and across runs by time.
#[must_use]
pub fn fresh_id(now: Timestamp) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanoseconds = now.as_nanosecond();
    format!(
        "0102{:012x}-{:08x}-{:04x}-4000-8000-{count:012x}-000000",
        now.as_millisecond(),
        nanoseconds & 0xffff_ffff,
        (nanoseconds >> 32) & 0xffff
    )
}

/// The folder of the sent mails.
#[derive(Debug)]
pub struct Outbox {
    folder: PathBuf,
}

impl Outbox {
    /// The outbox in this folder, which is made.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).context("making the outbox")?;
        Ok(Self { folder })
    }

    /// Keeps a mail.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, mail: &SentMail) -> Result<()> {
        fs::write(self.folder.join(format!("{}.eml", mail.id)), &mail.mime)?;
        let envelope = serde_json::to_string_pretty(mail)?;
        // Last, and whole at once: who lists the outbox sees whole mails alone.
        let beside = self.folder.join(format!("{}.new", mail.id));
        fs::write(&beside, envelope)?;
        fs::rename(beside, self.folder.join(format!("{}.json", mail.id))).context("keeping a mail")
    }

    /// Every mail, oldest first.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn list(&self) -> Result<Vec<SentMail>> {
        let mut mails: Vec<SentMail> = Vec::new();
        for entry in fs::read_dir(&self.folder).context("reading the outbox")? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let mut mail: SentMail = serde_json::from_str(&fs::read_to_string(&path)?)?;
                mail.mime = fs::read(path.with_extension("eml"))?;
                mails.push(mail);
            }
        }
        mails.sort_by(|one, other| (one.at_millis, &one.id).cmp(&(other.at_millis, &other.id)));
        Ok(mails)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_id_names_the_region_and_the_first_region_otherwise() {
        assert_eq!(header_id("0102-1", "eu-west-1"), "0102-1@eu-west-1.amazonses.com");
        assert_eq!(header_id("0102-1", "us-east-1"), "0102-1@email.amazonses.com");
    }

    #[test]
    fn a_kept_mail_is_listed_with_envelope_and_mime() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(folder.path().join("outbox")).unwrap();
        let now = Timestamp::from_second(1_795_339_800).unwrap();
        let mail = SentMail {
            id: fresh_id(now),
            at_millis: now.as_millisecond(),
            from: "sales@crm.example.com".to_owned(),
            to: vec!["anna@example.org".to_owned()],
            tags: vec![("tenant".to_owned(), "ten_1".to_owned())],
            configuration_set: None,
            mime: b"Subject: x\r\n\r\nx".to_vec(),
        };
        outbox.keep(&mail).unwrap();
        assert_eq!(outbox.list().unwrap(), [mail]);
        assert_ne!(fresh_id(now), fresh_id(now));
    }
}
