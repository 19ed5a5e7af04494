//! Messages: one mail each, however many mailboxes it reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;
use crate::contact::PartyRole;
use crate::email_address::EmailAddress;
use crate::ids::{ContactId, MessageId, ThreadId};
use crate::thread::ThreadReason;
use crate::timestamp::Timestamp;

/// A filed mail. The whole text stays in the raw mail; the record keeps what lists show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id, derived from tenant, Message-ID and content (B3).
    pub id: MessageId,
    /// The Message-ID field without angle brackets, as written. Not unique: anybody can forge it.
    pub header_id: Option<String>,
    /// When it was sent: the Date field, or the time of receipt where that field is missing or lies
    /// more than a day after the receipt.
    pub at: Timestamp,
    /// When we got the first copy.
    pub received_at: Timestamp,
    /// Received or sent, by who wrote it.
    pub direction: Direction,
    /// What sort of mail it is and why it was so judged, in the words of `mail::kind`.
    pub mail_kind: String,
    /// The reason behind `mail_kind`.
    pub mail_kind_reason: String,
    /// The Subject field, decoded.
    pub subject: String,
    /// Everybody it names.
    pub parties: Vec<Party>,
    /// The beginning of the new text (see [`crate::limits::PREVIEW_BYTES_MAX`]).
    pub preview: String,
    /// Language of the new text (ISO 639-1), where it could be told.
    pub language: Option<String>,
    /// The files it brought.
    pub attachments: Vec<Attachment>,
    /// The conversation it belongs to.
    pub thread: ThreadId,
    /// Why it belongs there.
    pub thread_reason: ThreadReason,
    /// The records it concerns.
    pub contacts: Vec<ContactId>,
    /// The record whose address is spelled like the author's but for dots, which Gmail does not read:
    /// maybe the same person (B6). Nothing follows from it until a person says so.
    #[serde(default)]
    pub suggested_contact: Option<ContactId>,
    /// Verdicts of the receiving server by name: `spf`, `dkim`, `dmarc`, `spam`, `virus` (B11).
    pub verdicts: BTreeMap<String, String>,
    /// What was wrong with it, by the codes of `mail::flaw`, and `forged_message_id` (B3); and what of its
    /// way in could not be done: `default_left_out`, `module_removed` (B7).
    pub flaws: Vec<String>,
    /// Where the raw mail is; of a forward, that of the wrapper.
    pub raw: RawMail,
    /// How it came within another mail, where it did (A16).
    #[serde(default)]
    pub wrapped: Option<Wrapped>,
}

/// That a mail was passed on within another, which is the raw mail (A16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    /// How the wrapper held it.
    pub how: Wrapping,
    /// Who passed it on.
    pub by: Option<EmailAddress>,
}

/// How a mail held another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrapping {
    /// A journal report with the mail attached.
    Journal,
    /// The mail attached whole.
    Attached,
    /// The mail's text below a banner.
    Inline,
}

/// Where a raw mail is in the archive.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RawMail {
    /// Key of the object.
    pub key: String,
    /// Version of the object, where the announcement named one.
    pub version: Option<String>,
    /// Size in octets.
    pub size_bytes: u64,
}

/// Who wrote a mail, seen from the tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Somebody outside wrote it.
    Received,
    /// Somebody of the tenant wrote it.
    Sent,
}

/// Somebody a mail names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// In which field.
    pub role: PartyRole,
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}
