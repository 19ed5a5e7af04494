//! People who log in.

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::ids::{MailboxId, UserId};
use crate::timestamp::Timestamp;

/// A person of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// What people call it.
    pub name: String,
    /// Where the person reads mail; unique in the tenant.
    pub email: EmailAddress,
    /// What it may do at most; an API key's scopes can only narrow it.
    pub role: Role,
    /// The person's own mailbox, made with the user.
    pub mailbox: MailboxId,
    /// Since when the person may not log in.
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works with records and his own mail.
    Member,
    /// Sees all mail and manages users, routes and settings.
    Admin,
    /// An admin who can't be removed while he is the last one.
    Owner,
}
