//! Keys of messages, deliveries and threads.

use domain::ids::{MailboxId, MessageId, TenantId, ThreadId};
use domain::timestamp::Timestamp;

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// A message; index 1 lists a thread's messages by time.
pub fn message(tenant: TenantId, message: MessageId, thread: ThreadId, at: Timestamp) -> ItemKeys {
    ItemKeys {
        key: message_lookup(tenant, message),
        gsi1: Some((thread_partition(tenant, thread), place_in_thread(at, message))),
        gsi2: None,
    }
}

/// A message's place in its thread.
pub fn place_in_thread(at: Timestamp, message: MessageId) -> String {
    format!("{at}#{message}")
}

/// Primary key of a message.
pub fn message_lookup(tenant: TenantId, message: MessageId) -> Key {
    crm(message_partition(tenant, message), "MESSAGE")
}

/// Partition of a message and its deliveries.
pub fn message_partition(tenant: TenantId, message: MessageId) -> String {
    format!("TENANT#{tenant}#MESSAGE#{message}")
}

/// A delivery; index 2 lists a mailbox's mail by month.
pub fn delivery(
    tenant: TenantId,
    message: MessageId,
    mailbox: MailboxId,
    at: Timestamp,
) -> ItemKeys {
    ItemKeys {
        key: delivery_lookup(tenant, message, mailbox),
        gsi1: None,
        gsi2: Some((mailbox_month(tenant, mailbox, &at.month()), format!("{at}#{message}"))),
    }
}

/// Primary key of a delivery.
pub fn delivery_lookup(tenant: TenantId, message: MessageId, mailbox: MailboxId) -> Key {
    crm(message_partition(tenant, message), format!("{DELIVERY}{mailbox}"))
}

/// What sort keys of deliveries start with.
pub const DELIVERY: &str = "DELIVERY#";

/// Index partition of a mailbox's mail of one month (`yyyymm`).
pub fn mailbox_month(tenant: TenantId, mailbox: MailboxId, month: &str) -> String {
    format!("TENANT#{tenant}#MAILBOX#{mailbox}#MAIL#{month}")
}

/// A thread.
pub fn thread(tenant: TenantId, thread: ThreadId) -> ItemKeys {
    only(crm(thread_partition(tenant, thread), "THREAD"))
}

/// Partition of a thread, and index partition of its messages.
pub fn thread_partition(tenant: TenantId, thread: ThreadId) -> String {
    format!("TENANT#{tenant}#THREAD#{thread}")
}

/// The claim of a header id (Message-ID) by a thread.
pub fn header_claim(tenant: TenantId, header_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#HEADER#{header_hash}"), "CLAIM"))
}

/// The last thread of a subject among the same people; `subject_hash` is a keyed hash of both.
pub fn subject_claim(tenant: TenantId, subject_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#SUBJECT#{subject_hash}"), "CLAIM"))
}
