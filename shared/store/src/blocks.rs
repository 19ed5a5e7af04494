//! Reads over many blocks at once: by id, by address, and whose addresses they are.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::Contact;
use domain::ids::{ContactId, TenantId};
use domain::suppression::Suppression;
use domain::suppression_id::SuppressionId;

use crate::contacts::ContactClaim;
use crate::item;
use crate::keys;
use crate::table::{self, Key, Table, TableFault};

/// Primary key of a block.
pub fn key(tenant: TenantId, id: &SuppressionId) -> Key {
    keys::suppression(tenant, id.scope, &id.subject, None).key
}

/// The blocks of these ids that the tenant has, lifted ones included. A global block is listed for
/// the tenant whose mail led to it, and for the others it is one of their addresses' all the same.
///
/// # Errors
/// A fault of the table.
pub async fn of_ids(
    table: &dyn Table,
    tenant: TenantId,
    ids: &BTreeSet<SuppressionId>,
) -> Result<BTreeMap<SuppressionId, Suppression>, TableFault> {
    let by_key: BTreeMap<Key, &SuppressionId> =
        ids.iter().map(|id| (key(tenant, id), id)).collect();
    let wanted: BTreeSet<Key> = by_key.keys().cloned().collect();
    let mut found = BTreeMap::new();
    for (key, item) in table::get_all(table, &wanted).await?.items {
        if let Some(id) = by_key.get(&key) {
            found.insert((*id).clone(), item::from_item(item)?);
        }
    }
    Ok(found)
}

/// Whose these addresses are, by keyed hash.
///
/// # Errors
/// A fault of the table.
pub async fn holders(
    table: &dyn Table,
    tenant: TenantId,
    address_hashes: &BTreeSet<String>,
) -> Result<BTreeMap<String, ContactId>, TableFault> {
    let by_key: BTreeMap<Key, &String> =
        address_hashes.iter().map(|hash| (keys::contact_address(tenant, hash).key, hash)).collect();
    let wanted: BTreeSet<Key> = by_key.keys().cloned().collect();
    let mut found = BTreeMap::new();
    for (key, item) in table::get_all(table, &wanted).await?.items {
        if let Some(hash) = by_key.get(&key) {
            let claim: ContactClaim = item::from_item(item)?;
            found.insert((*hash).clone(), claim.contact);
        }
    }
    Ok(found)
}

/// These contacts, those that are there.
///
/// # Errors
/// A fault of the table.
pub async fn contacts(
    table: &dyn Table,
    tenant: TenantId,
    ids: &BTreeSet<ContactId>,
) -> Result<BTreeMap<ContactId, Contact>, TableFault> {
    let wanted: BTreeSet<Key> =
        ids.iter().map(|contact| keys::contact_lookup(tenant, *contact)).collect();
    let mut found = BTreeMap::new();
    for item in table::get_all(table, &wanted).await?.items.into_values() {
        let contact: Contact = item::from_item(item)?;
        found.insert(contact.id, contact);
    }
    Ok(found)
}
