//! Lists: groups of records that people write to (J12).

use serde::{Deserialize, Serialize};

use crate::ids::{ContactId, ListId};
use crate::timestamp::Timestamp;

/// A list. Who is on it is told by its memberships alone: it has no number of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct List {
    /// Its id.
    pub id: ListId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// That a record is on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The list.
    pub list: ListId,
    /// The record, by the id under which it was put there.
    pub contact: ContactId,
    /// Since when.
    pub joined_at: Timestamp,
}
