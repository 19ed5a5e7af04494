//! The only place where a key is spelled. KEYS.md shows the same as a table; a test compares them.
//!
//! `T#` stands for `TENANT#<tenant>`. Addresses and header ids stand in keys as keyed hashes only.

use domain::contact::ContactKind;
use domain::ids::{
    ApiKeyId, ContactId, IntakeId, MailboxId, MessageId, RequestId, RouteId, TenantId, ThreadId,
    UserId,
};
use domain::timestamp::Timestamp;

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

/// The stack's first tenant, whose administrators also see mail that belongs to nobody.
pub fn operator() -> ItemKeys {
    only(crm("STACK".to_owned(), "OPERATOR"))
}

/// A tenant.
pub fn tenant(tenant: TenantId) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}"), "TENANT"))
}

/// How many of something a tenant has: one item each, for a transaction changes an item once.
pub fn count(tenant: TenantId, counted: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}"), format!("{COUNT}{counted}")))
}

/// How many of something a user has.
pub fn user_count(tenant: TenantId, user: UserId, counted: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#USER#{user}"), format!("{COUNT}{counted}")))
}

/// What sort keys of counts start with.
pub const COUNT: &str = "COUNT#";

/// A user; `T#USERS` lists them by id.
pub fn user(tenant: TenantId, user: UserId) -> ItemKeys {
    ItemKeys {
        key: crm(format!("TENANT#{tenant}#USER#{user}"), "USER"),
        gsi1: Some((users_of(tenant), user.to_string())),
        gsi2: None,
    }
}

/// Index partition of a tenant's users.
pub fn users_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#USERS")
}

/// The claim that makes a user's address unique in the tenant; also tells our own people's mail.
pub fn user_address(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#EMAIL#{address_hash}"), "USER"))
}

/// An API key, found before the tenant is known; `T#API_KEYS` lists them by id, and so does
/// `T#USER#u#API_KEYS` for one user.
pub fn api_key(tenant: TenantId, user: UserId, key: ApiKeyId) -> ItemKeys {
    ItemKeys {
        key: api_key_lookup(key),
        gsi1: Some((api_keys_of(tenant), key.to_string())),
        gsi2: Some((api_keys_of_user(tenant, user), key.to_string())),
    }
}

/// Primary key of an API key.
pub fn api_key_lookup(key: ApiKeyId) -> Key {
    crm(format!("API_KEY#{key}"), "API_KEY")
}

/// Index partition of a tenant's API keys.
pub fn api_keys_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#API_KEYS")
}

/// Index partition of a user's API keys.
pub fn api_keys_of_user(tenant: TenantId, user: UserId) -> String {
    format!("TENANT#{tenant}#USER#{user}#API_KEYS")
}

/// A mailbox; `T#MAILBOXES` lists them by id.
pub fn mailbox(tenant: TenantId, mailbox: MailboxId) -> ItemKeys {
    ItemKeys {
        key: crm(format!("TENANT#{tenant}#MAILBOX#{mailbox}"), "MAILBOX"),
        gsi1: None,
        gsi2: Some((mailboxes_of(tenant), mailbox.to_string())),
    }
}

/// Index partition of a tenant's mailboxes.
pub fn mailboxes_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#MAILBOXES")
}

/// An inbound route, found by its match before the tenant is known; `T#ROUTES` lists them by id.
/// `match_hash` is the keyed hash of the address, or of the domain.
pub fn route(tenant: TenantId, match_hash: &str, route: RouteId) -> ItemKeys {
    ItemKeys {
        key: route_lookup(match_hash),
        gsi1: Some((routes_of(tenant), route.to_string())),
        gsi2: None,
    }
}

/// Primary key of a route.
pub fn route_lookup(match_hash: &str) -> Key {
    crm(format!("ROUTE#{match_hash}"), "ROUTE")
}

/// Index partition of a tenant's routes.
pub fn routes_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#ROUTES")
}

/// The claim that gives a mail domain to one tenant.
pub fn domain_claim(domain: &str) -> ItemKeys {
    only(crm(format!("DOMAIN#{domain}"), "CLAIM"))
}

/// A lead, contact or account; `T#CONTACTS#<kind>` lists each kind by id.
pub fn contact(tenant: TenantId, kind: ContactKind, contact: ContactId) -> ItemKeys {
    ItemKeys {
        key: contact_lookup(tenant, contact),
        gsi1: Some((contacts_of(tenant, kind), contact.to_string())),
        gsi2: None,
    }
}

/// Primary key of a contact.
pub fn contact_lookup(tenant: TenantId, contact: ContactId) -> Key {
    crm(contact_partition(tenant, contact), "CONTACT")
}

/// Index partition of a tenant's contacts of one kind.
pub fn contacts_of(tenant: TenantId, kind: ContactKind) -> String {
    format!("TENANT#{tenant}#CONTACTS#{}", kind.name())
}

/// Partition of a contact and all that hangs on it.
pub fn contact_partition(tenant: TenantId, contact: ContactId) -> String {
    format!("TENANT#{tenant}#CONTACT#{contact}")
}

/// The claim that makes an address belong to one contact of the tenant.
pub fn contact_address(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#EMAIL#{address_hash}"), "CONTACT"))
}

/// A line of a contact's timeline.
pub fn mail_link(
    tenant: TenantId,
    contact: ContactId,
    at: Timestamp,
    message: MessageId,
) -> ItemKeys {
    only(crm(contact_partition(tenant, contact), format!("{MAIL_LINK}{at}#{message}")))
}

/// What sort keys of timeline lines start with.
pub const MAIL_LINK: &str = "MAIL#";

/// A message; index 1 lists a thread's messages by time.
pub fn message(tenant: TenantId, message: MessageId, thread: ThreadId, at: Timestamp) -> ItemKeys {
    ItemKeys {
        key: message_lookup(tenant, message),
        gsi1: Some((thread_partition(tenant, thread), format!("{at}#{message}"))),
        gsi2: None,
    }
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

/// An intake. Once it has a tenant, index 1 lists it by month of its announcement, and while it is
/// in quarantine index 2 lists it too.
pub fn intake(
    tenant: Option<TenantId>,
    intake: IntakeId,
    announced_at: Timestamp,
    quarantined: bool,
) -> ItemKeys {
    let order = format!("{announced_at}#{intake}");
    ItemKeys {
        key: intake_lookup(intake),
        gsi1: tenant.map(|t| (intake_month(t, &announced_at.month()), order.clone())),
        gsi2: tenant.filter(|_| quarantined).map(|t| (quarantine_of(t), order)),
    }
}

/// Primary key of an intake.
pub fn intake_lookup(intake: IntakeId) -> Key {
    delivery_table(format!("INTAKE#{intake}"), "INTAKE")
}

/// Index partition of a tenant's intakes of one month (`yyyymm`).
pub fn intake_month(tenant: TenantId, month: &str) -> String {
    format!("TENANT#{tenant}#INTAKE#{month}")
}

/// Index partition of a tenant's quarantine.
pub fn quarantine_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#QUARANTINE")
}

/// The answer kept for an idempotency key; `request_hash` is the keyed hash of user and key.
pub fn idempotent_request(tenant: TenantId, request_hash: &str) -> ItemKeys {
    only(delivery_table(format!("TENANT#{tenant}#REQUEST#{request_hash}"), "REQUEST"))
}

/// An entry of the audit trail, by month and time.
pub fn audit_entry(tenant: TenantId, at: Timestamp, request: RequestId, action: &str) -> ItemKeys {
    only(Key {
        table: TableName::Audit,
        pk: format!("TENANT#{tenant}#AUDIT#{}", at.month()),
        sk: format!("{at}#{request}#{action}"),
    })
}
