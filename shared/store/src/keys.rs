//! The only place where a key is spelled, one file a subject. KEYS.md shows the same as a table; a test compares them.
//!
//! `T#` stands for `TENANT#<tenant>`. Addresses and header ids stand in keys as keyed hashes only.

mod activities;
mod alerts;
mod associations;
mod auto_answers;
mod bulletins;
mod consents;
mod contacts;
mod hand_overs;
mod lists;
mod mail;
mod mailboxes;
mod mailed;
mod meetings;
mod modules;
mod notices;
mod people;
mod provider_list;
mod recovery;
mod requests;
mod reviews;
mod search;
mod sender_addresses;
mod sends;
mod spellings;
mod sweeps;
mod tallies;
mod teams;

pub use activities::*;
pub use alerts::*;
pub use associations::*;
pub use auto_answers::*;
pub use bulletins::*;
pub use consents::*;
pub use contacts::*;
pub use hand_overs::*;
pub use lists::*;
pub use mail::*;
pub use mailboxes::*;
pub use mailed::*;
pub use meetings::*;
pub use modules::*;
pub use notices::*;
pub use people::*;
pub use provider_list::*;
pub use recovery::*;
pub use requests::*;
pub use reviews::*;
pub use search::*;
pub use sender_addresses::*;
pub use sends::*;
pub use spellings::*;
pub use sweeps::*;
pub use tallies::*;
pub use teams::*;

use crate::table::{Key, TableName};

/// A partition and a sort key of an index.
pub type IndexKey = (String, String);

/// All keys of one item together, so that a write can't forget an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemKeys {
    /// The primary key.
    pub key: Key,
    /// The first index, where the item is in it.
    pub gsi1: Option<IndexKey>,
    /// The second index, where the item is in it.
    pub gsi2: Option<IndexKey>,
}

fn crm(pk: String, sk: impl Into<String>) -> Key {
    Key { table: TableName::Crm, pk, sk: sk.into() }
}

fn delivery_table(pk: String, sk: impl Into<String>) -> Key {
    Key { table: TableName::Delivery, pk, sk: sk.into() }
}

fn only(key: Key) -> ItemKeys {
    ItemKeys { key, gsi1: None, gsi2: None }
}
