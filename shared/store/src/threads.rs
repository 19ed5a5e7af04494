//! Threads, and the header ids that lead to them.
//!
//! A header id (Message-ID) is claimed once in a tenant, by the first mail that has it or names it.
//! A mail that names ids nobody has claimed claims them too, for its own thread: so replies find the
//! thread whichever mail comes first. Other ids that mails of a conversation share (Outlook's
//! Thread-Index) are claimed in the same way.
//!
//! A thread that became part of another keeps its item as an alias, which is followed: claims and
//! messages may still name it.

use domain::email_address::KeyedHasher;
use domain::ids::{MessageId, TenantId, ThreadId};
use domain::thread::{HeaderClaim, SubjectClaim, Thread};
use domain::timestamp::Timestamp;

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

/// Key of a thread.
pub fn key(tenant: TenantId, thread: ThreadId) -> Key {
    keys::thread(tenant, thread).key
}

/// The write that changes a thread, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: TenantId, thread: &Thread, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("thread", keys::thread(tenant, thread.id), thread, rev_before)
}

/// The thread itself or, where it became part of another, that one; the steps are bounded.
///
/// # Errors
/// A fault of the table.
pub async fn followed(
    table: &dyn Table,
    tenant: TenantId,
    thread: ThreadId,
) -> Result<Option<Thread>, TableFault> {
    let mut found = get(table, tenant, thread).await?;
    for _ in 0..=domain::limits::THREADS_ABSORBED_MAX {
        match found.as_ref().and_then(|thread| thread.merged_into) {
            Some(next) => found = get(table, tenant, next).await?,
            None => break,
        }
    }
    Ok(found)
}

/// The write that leads a header id to another thread, if it still leads where it is said to.
pub fn lead(
    tenant: TenantId,
    hasher: &KeyedHasher,
    header_id: &str,
    from: ThreadId,
    to: &HeaderClaim,
) -> Write {
    let mut changes = vec![Change::Set("thread", text(to.thread))];
    if to.pinned {
        changes.push(Change::Set("pinned", serde_dynamo::AttributeValue::Bool(true)));
    }
    let mut condition = Condition::Equals("thread", text(from));
    if let Some(message) = to.message {
        changes.push(Change::Set("message", text(message)));
        condition = Condition::All(vec![condition, Condition::Lacks("message")]);
    }
    Write::Update { key: claim_key(tenant, hasher, header_id), changes, condition: Some(condition) }
}

/// The check that a thread has not become part of another.
pub fn check_current(tenant: TenantId, thread: ThreadId) -> Write {
    let condition = Condition::All(vec![Condition::Exists, Condition::Lacks("merged_into")]);
    Write::Check { key: key(tenant, thread), condition }
}

/// Key of what a subject among these people leads to.
pub fn subject_key(tenant: TenantId, hasher: &KeyedHasher, subject_and_people: &str) -> Key {
    keys::subject_claim(tenant, &hasher.hash("subject", subject_and_people)).key
}

/// The write that makes a thread the last one of a subject among these people: nobody may have
/// been faster than what was read.
///
/// # Errors
/// See [`item::to_item`].
pub fn claim_subject(
    tenant: TenantId,
    hasher: &KeyedHasher,
    subject_and_people: &str,
    claim: &SubjectClaim,
    before: Option<Timestamp>,
) -> Result<Write, TableFault> {
    let keys = keys::subject_claim(tenant, &hasher.hash("subject", subject_and_people));
    let item = item::to_item("subject_claim", &keys, claim)?;
    let condition = match before {
        None => Condition::Absent,
        Some(at) => Condition::Equals("at", text(at)),
    };
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}
