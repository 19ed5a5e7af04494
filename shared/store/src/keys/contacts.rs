//! Keys of contacts and of what hangs on them.

use domain::contact::ContactKind;
use domain::ids::{ContactId, MessageId, TenantId};
use domain::timestamp::Timestamp;

use super::{ItemKeys, crm, only};
use crate::table::Key;

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
