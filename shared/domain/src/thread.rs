//! Conversations.

use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, ThreadId};
use crate::timestamp::Timestamp;

/// A conversation. Its messages are found by index; what can be counted from them is not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thread {
    /// Its id.
    pub id: ThreadId,
    /// The subject of the mail that opened it, without reply and forward marks.
    pub subject: String,
    /// When the mail that opened it was sent.
    pub opened_at: Timestamp,
}

/// Why a message stands in its thread (B4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadReason {
    /// It opened the thread.
    Opened,
    /// Its In-Reply-To names a mail of the thread (RFC 5322 section 3.6.4).
    InReplyTo,
    /// Its References name a mail of the thread.
    References,
    /// A mail of the thread named it before it came.
    Awaited,
    /// A mail of the thread has the same Message-ID and another content (B3).
    SameHeaderId,
}

/// What a header id (Message-ID) leads to: claimed once, by the first mail that has it or names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderClaim {
    /// The thread that mails with or naming this id belong to.
    pub thread: ThreadId,
    /// The message that has the id; none while it was only named.
    pub message: Option<MessageId>,
}
