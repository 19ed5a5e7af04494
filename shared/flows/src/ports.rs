//! What flows need of the world outside, each in two to four verbs. The adapters are in crates
//! `aws` and `internet`, the fakes in crate `testkit`.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{IntakeId, TenantId};
use domain::message::RawMail;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use store::table::Table;

use crate::search_index::{IndexAnswer, IndexDocument, IndexQuestion};

/// A port could not do its work. Whether it happened is not known.
#[derive(Debug, thiserror::Error)]
#[error("{port} failed at {operation}")]
pub struct PortFault {
    /// Which port.
    pub port: &'static str,
    /// What was tried.
    pub operation: &'static str,
    /// What came back.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// What nearly every flow needs: the tables, the time, randomness, and the stack's secret.
#[derive(Clone)]
pub struct Records {
    /// The tables.
    pub table: Arc<dyn Table>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness, for ids and secrets.
    pub random: Arc<dyn Randomness>,
    /// Keyed hashes under the stack's secret.
    pub hasher: KeyedHasher,
}

/// The time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Randomness.
pub trait Randomness: Send + Sync {
    /// 32 octets that nobody can guess.
    fn octets(&self) -> [u8; 32];
}

impl Records {
    /// 128 bits that nobody can guess: what makes a fresh id.
    pub fn fresh_bits(&self) -> u128 {
        self.random.octets().iter().take(16).fold(0, |bits, octet| (bits << 8) | u128::from(*octet))
    }
}

/// Where raw mail and attachments are kept.
#[async_trait]
pub trait MailArchive: Send + Sync {
    /// The bucket's name, to tell announcements of other buckets apart.
    fn bucket(&self) -> &str;

    /// The octets of a raw mail; none when the object is gone.
    async fn read(&self, raw: &RawMail) -> Result<Option<Bytes>, PortFault>;

    /// Keeps octets under a key that names their content: keeping them twice changes nothing.
    async fn keep(&self, key: &str, media_type: &str, octets: Bytes) -> Result<(), PortFault>;

    /// A URL that opens one object for `life`, as a download under `file_name`.
    async fn signed_url(&self, file: &SignedFile, life: Duration) -> Result<String, PortFault>;
}

/// Lists the objects of the archive.
#[async_trait]
pub trait ObjectList: Send + Sync {
    /// The bucket's name.
    fn bucket(&self) -> &str;

    /// One page of the newest versions of the objects whose keys begin so, in the order of their keys,
    /// from behind a key on.
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, PortFault>;
}

/// One page of objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectPage {
    /// The objects.
    pub objects: Vec<ListedObject>,
    /// The key behind which the next page begins; none at the end.
    pub next: Option<String>,
}

/// An object of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedObject {
    /// Where it is.
    pub raw: RawMail,
    /// When its newest version was written.
    pub written_at: Timestamp,
}

/// A file to sign a URL for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedFile {
    /// Key of the object.
    pub key: String,
    /// Version of the object, where it matters.
    pub version: Option<String>,
    /// What the browser saves it as; any text, the adapter escapes it.
    pub file_name: String,
    /// Media type it is served as.
    pub media_type: String,
}

/// Sends one mail to its envelope recipients.
#[async_trait]
pub trait MailSender: Send + Sync {
    /// Hands a mail over.
    async fn send(&self, mail: &OutgoingMail) -> Result<Sent, SendFault>;
}

/// A mail to send.
#[derive(Clone, Debug)]
pub struct OutgoingMail {
    /// Envelope sender.
    pub from: EmailAddress,
    /// Envelope recipients, at most 50 (SES).
    pub to: Vec<EmailAddress>,
    /// The whole mail as MIME.
    pub mime: Bytes,
    /// Message tags: come back with every event. No addresses in them.
    pub tags: Vec<(String, String)>,
}

/// What the provider answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The provider's id of the mail. SES makes the Message-ID from it.
    pub provider_id: String,
}

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum SendFault {
    /// Too fast: try again later; no failure.
    #[error("the provider asks for a slower rate")]
    Throttled,
    /// The provider refuses this mail for good.
    #[error("the provider refuses the mail: {0}")]
    Rejected(String),
    /// It was not sent, for a reason that is not the mail's (sending paused, a missing right): try
    /// again later.
    #[error("the mail was not handed over")]
    NotSent(#[source] PortFault),
    /// The answer was lost: it may have been sent, so never send it again blindly.
    #[error("the provider's answer was lost")]
    Unknown(#[source] PortFault),
}

/// The provider's own list of addresses it does not mail. It puts an address there by itself when it
/// sees a permanent bounce or a complaint; what we learn by mail or decide is ours to tell it.
#[async_trait]
pub trait SuppressionList: Send + Sync {
    /// Puts an address on the list; one that is there stays there.
    async fn put(&self, address: &EmailAddress, listed_for: ListedFor) -> Result<(), PortFault>;

    /// Takes an address off the list; one that is not there is no fault.
    async fn delete(&self, address: &EmailAddress) -> Result<(), PortFault>;

    /// Why an address is on the list, if it is.
    async fn get(&self, address: &EmailAddress) -> Result<Option<ListedFor>, PortFault>;

    /// One page of what came to the list after a moment, from behind the mark of the page before on.
    async fn listed(
        &self,
        since: Option<Timestamp>,
        mark: Option<&str>,
    ) -> Result<ListedPage, PortFault>;
}

/// One page of the provider's list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedPage {
    /// The entries; what is no address for us is left out.
    pub entries: Vec<Listed>,
    /// The mark behind which the next page begins; none at the end. It is good for a while.
    pub next: Option<String>,
}

/// An entry of the provider's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The address.
    pub address: EmailAddress,
    /// Why it is there.
    pub listed_for: ListedFor,
    /// Since when.
    pub at: Timestamp,
}

/// Why an address is on the provider's list: the two reasons that SES knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListedFor {
    /// Mail to it bounced.
    Bounce,
    /// Its owner complained.
    Complaint,
}

/// Whether mail of ours passes authentication, as the provider sees it.
#[async_trait]
pub trait SendingHealth: Send + Sync {
    /// How the provider sends mail that is written from this domain.
    async fn signing(&self, domain: &str) -> Result<Signing, PortFault>;
}

/// How the provider sends mail of a domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signing {
    /// Whether the mail is signed so that DKIM passes, and with it DMARC, for the signature is the
    /// domain's own (RFC 7489 section 3.1.1).
    pub signs: bool,
    /// The domain of the envelope sender, where it is one of ours: its SPF record is ours too. None
    /// where the provider's own domain stands there.
    pub mail_from: Option<String>,
}

/// What the DNS says of domains. Each name is absolute: no search list is gone through. A fault means
/// that nobody knows now (RFC 2308 section 7: a server's failure is not an answer).
#[async_trait]
pub trait Dns: Send + Sync {
    /// The hosts that take a domain's mail, the preferred one first (RFC 5321 section 5.1); `.` is the
    /// null MX of a domain that takes none (RFC 7505).
    async fn mail_exchangers(&self, domain: &str) -> Result<DnsAnswer<String>, PortFault>;

    /// Addresses of a host, of one kind (A) or, where it has none, of the other (AAAA).
    async fn addresses(&self, host: &str) -> Result<DnsAnswer<IpAddr>, PortFault>;

    /// The texts of a name; one that is cut into strings is put together (RFC 7208 section 3.3).
    async fn texts(&self, name: &str) -> Result<DnsAnswer<String>, PortFault>;
}

/// What the DNS answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DnsAnswer<T> {
    /// These records, one at least.
    Found(Vec<T>),
    /// The name exists and has no such record.
    NoData,
    /// There is no such name (NXDOMAIN).
    NoSuchDomain,
}

impl<T> DnsAnswer<T> {
    /// The records; empty where there are none.
    pub fn records(self) -> Vec<T> {
        match self {
            Self::Found(records) => records,
            Self::NoData | Self::NoSuchDomain => Vec::new(),
        }
    }
}

/// Gives work to a queue that delivers it at least once, in any order.
#[async_trait]
pub trait WorkQueue: Send + Sync {
    /// Adds one piece of work.
    async fn put(&self, work: &Work) -> Result<(), PortFault>;
}

/// Work that our own functions give to each other: the JSON of the queue message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Work {
    /// Take a quarantined raw mail in again.
    RetryIntake(IntakeId),
    /// Take a raw mail in that no event announced.
    TakeIn(Unannounced),
    /// Apply what a topic told over HTTPS; its signature was verified.
    ApplyNote(TopicNote),
}

/// What a topic told over HTTPS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopicNote {
    /// When it was told.
    pub told_at: Timestamp,
    /// The JSON of the mail event.
    pub json: String,
}

/// A raw mail that no event announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unannounced {
    /// The bucket it is in.
    pub bucket: String,
    /// The object.
    pub raw: RawMail,
    /// When it was written.
    pub written_at: Timestamp,
}

/// What mail and people are found by. It may be behind the records, never ahead of what they allow: who
/// asks it looks at the records of what it found.
#[async_trait]
pub trait SearchIndex: Send + Sync {
    /// Makes the index tell this of a subject and nothing else; none for one that is gone. May be
    /// repeated and may cross with another worker's: who settled what had changed meanwhile settles
    /// again.
    async fn settle(
        &self,
        tenant: TenantId,
        subject: &str,
        document: Option<&IndexDocument>,
    ) -> Result<(), PortFault>;

    /// Reads on in one list.
    async fn ask(
        &self,
        tenant: TenantId,
        question: &IndexQuestion,
    ) -> Result<IndexAnswer, PortFault>;
}
