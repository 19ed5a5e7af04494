//! Keys of contacts and of what hangs on them.

use domain::contact::ContactKind;
use domain::ids::{ContactId, MessageId, TenantId};
use domain::timestamp::Timestamp;

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// A record; `T#CONTACTS#<kind>` lists each kind by id, `T#ACCOUNT#<account>#PEOPLE` who belongs to an
/// account.
pub fn contact(
    tenant: TenantId,
    kind: ContactKind,
    contact: ContactId,
    account: Option<ContactId>,
) -> ItemKeys {
    let people = account.map(|account| (people_of(tenant, account), contact.to_string()));
    ItemKeys {
        key: contact_lookup(tenant, contact),
        gsi1: Some((contacts_of(tenant, kind), contact.to_string())),
        gsi2: people,
    }
}

/// A record that is another id of the one it was merged into: no list has it.
pub fn merged_contact(tenant: TenantId, contact: ContactId) -> ItemKeys {
    only(contact_lookup(tenant, contact))
}

/// Index partition of the records that belong to an account.
pub fn people_of(tenant: TenantId, account: ContactId) -> String {
    format!("TENANT#{tenant}#ACCOUNT#{account}#PEOPLE")
}

/// What was done to a record and can be undone, by the revision it gave.
pub fn contact_act(tenant: TenantId, contact: ContactId, rev: u64) -> ItemKeys {
    only(crm(contact_partition(tenant, contact), format!("ACT#{rev:012}")))
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
