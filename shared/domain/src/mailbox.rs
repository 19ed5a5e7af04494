//! Mailboxes: where deliveries arrive, each with an owner who may see them.

use serde::{Deserialize, Serialize};

use crate::ids::{MailboxId, UserId};
use crate::timestamp::Timestamp;

/// A place where mail is delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// Its id.
    pub id: MailboxId,
    /// What people call it.
    pub name: String,
    /// Whose mail it holds.
    pub owner: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}
