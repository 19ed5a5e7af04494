//! Keys of lists and of who is on them.

use domain::ids::{ContactId, ListId, TenantId};

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// Over how many partitions the members of a list are spread: a million members are added, and read by
/// a campaign, faster than one partition takes.
pub const LIST_SHARDS: u8 = 16;

/// A list; `T#LISTS` lists them by id.
pub fn list(tenant: TenantId, list: ListId) -> ItemKeys {
    ItemKeys { gsi1: Some((lists_of(tenant), list.to_string())), ..only(list_lookup(tenant, list)) }
}

/// Primary key of a list.
pub fn list_lookup(tenant: TenantId, list: ListId) -> Key {
    crm(format!("TENANT#{tenant}#LIST#{list}"), "LIST")
}

/// Index partition of a tenant's lists.
pub fn lists_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#LISTS")
}

/// A membership; `T#CONTACT#<contact>#LISTS` lists those of a record.
pub fn membership(tenant: TenantId, list: ListId, contact: ContactId) -> ItemKeys {
    let shard = shard_of(contact);
    ItemKeys {
        key: crm(list_shard(tenant, list, shard), format!("CONTACT#{contact}")),
        gsi1: None,
        gsi2: Some((lists_of_contact(tenant, contact), format!("LIST#{list}"))),
    }
}

/// Partition of a sixteenth of a list's members.
pub fn list_shard(tenant: TenantId, list: ListId, shard: u8) -> String {
    format!("TENANT#{tenant}#LIST#{list}#{shard:02}")
}

/// Which sixteenth a record is in: by its id's last bits, which are random.
fn shard_of(contact: ContactId) -> u8 {
    u8::try_from(contact.bits() % u128::from(LIST_SHARDS)).unwrap_or_default()
}

/// Index partition of the lists that a record is on.
pub fn lists_of_contact(tenant: TenantId, contact: ContactId) -> String {
    format!("TENANT#{tenant}#CONTACT#{contact}#LISTS")
}
