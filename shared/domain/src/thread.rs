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
    /// A thread with the same subject and people: a person may merge them, nothing else does (B4).
    pub suggested: Option<ThreadId>,
    /// The thread that it became part of: it is then another id of that one.
    pub merged_into: Option<ThreadId>,
    /// The threads that became part of it: what still stands in them is read with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absorbed: Vec<ThreadId>,
    /// Whether a person split it off or moved mail into it: no mail joins it with another.
    #[serde(default)]
    pub held_apart: bool,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

impl Thread {
    /// A thread that a mail opens.
    pub fn opened(id: ThreadId, subject: String, opened_at: Timestamp) -> Self {
        Self {
            id,
            subject,
            opened_at,
            suggested: None,
            merged_into: None,
            absorbed: Vec::new(),
            held_apart: false,
            rev: 1,
        }
    }

    /// All ids under which its messages may stand: its own first.
    pub fn identities(&self) -> Vec<ThreadId> {
        std::iter::once(self.id).chain(self.absorbed.iter().copied()).collect()
    }
}

/// The last mail of a subject among the same people: what a mail without any better clue is likely
/// to belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubjectClaim {
    /// Its thread.
    pub thread: ThreadId,
    /// When a mail of it was sent; behind by at most [`crate::limits::SUBJECT_CLAIM_LAG`].
    pub at: Timestamp,
}

/// Why a message stands in its thread (B4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadReason {
    /// It opened the thread.
    Opened,
    /// A recipient's plus tag, or a header id, is a reply token that we signed.
    ReplyToken,
    /// Its In-Reply-To names a mail of the thread (RFC 5322 section 3.6.4).
    InReplyTo,
    /// Its References name a mail of the thread.
    References,
    /// A mail of the thread named it before it came.
    Awaited,
    /// The provider's own thread id says so: Outlook's Thread-Index with its Thread-Topic, or in mail
    /// that was taken out of one Gmail account X-GM-THRID.
    ProviderThread,
    /// A reply token that we signed stands in what it quotes.
    EmbeddedToken,
    /// A mail of the thread has the same Message-ID and another content (B3).
    SameHeaderId,
    /// A person put it there: nothing takes it away again.
    ByPerson,
}

/// What a header id (Message-ID) leads to: claimed once, by the first mail that has it or names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderClaim {
    /// The thread that mails with or naming this id belong to.
    pub thread: ThreadId,
    /// The message that has the id; none while it was only named.
    pub message: Option<MessageId>,
    /// Whether a person put the message there, or it answers one that a person put there: what
    /// names it follows, and joins no threads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}
