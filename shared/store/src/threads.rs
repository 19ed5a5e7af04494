//! Threads, and the header ids that lead to them.
//!
//! A header id (Message-ID) is claimed once in a tenant, by the first mail that has it or names it.
//! A mail that names ids nobody has claimed claims them too, for its own thread: so replies find the
//! thread whichever mail comes first.

use domain::email_address::KeyedHasher;
use domain::ids::{MessageId, TenantId, ThreadId};
use domain::thread::{HeaderClaim, Thread};

use crate::item::{self, text};
use crate::keys;
use crate::table::{Change, Condition, Key, Table, TableFault, Write};

/// The write that makes a thread.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, thread: &Thread) -> Result<Write, TableFault> {
    item::create("thread", keys::thread(tenant, thread.id), thread)
}

/// A thread.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    thread: ThreadId,
) -> Result<Option<Thread>, TableFault> {
    table.get(&keys::thread(tenant, thread).key).await?.item.map(item::from_item).transpose()
}

/// Key of a header id's claim. Ids are compared octet by octet (RFC 5322 section 3.6.4).
pub fn claim_key(tenant: TenantId, hasher: &KeyedHasher, header_id: &str) -> Key {
    keys::header_claim(tenant, &hasher.hash("header_id", header_id)).key
}

/// The write that claims a header id nobody has claimed.
///
/// # Errors
/// See [`item::to_item`].
pub fn claim(
    tenant: TenantId,
    hasher: &KeyedHasher,
    header_id: &str,
    claim: &HeaderClaim,
) -> Result<Write, TableFault> {
    let keys = keys::header_claim(tenant, &hasher.hash("header_id", header_id));
    item::create("header_claim", keys, claim)
}

/// The write that gives an awaited header id its message.
pub fn arrive(
    tenant: TenantId,
    hasher: &KeyedHasher,
    header_id: &str,
    message: MessageId,
) -> Write {
    Write::Update {
        key: claim_key(tenant, hasher, header_id),
        changes: vec![Change::Set("message", text(message))],
        condition: Some(Condition::All(vec![Condition::Exists, Condition::Lacks("message")])),
    }
}
