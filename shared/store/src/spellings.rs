//! Addresses that Gmail takes for one and we do not (B6): which record has one of them first. It only
//! ever suggests, so it is kept beside the claims and not in their stead.

use std::collections::BTreeSet;

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{ContactId, TenantId};

use crate::contacts::ContactClaim;
use crate::item;
use crate::keys;
use crate::table::{self, Change, Condition, Key, Table, TableFault, Write};

/// Key of what is known of the other spellings of an address; none where it has no others.
pub fn key(tenant: TenantId, hasher: &KeyedHasher, address: &EmailAddress) -> Option<Key> {
    address.without_dots().map(|form| form_key(tenant, hasher, &form))
}

fn form_key(tenant: TenantId, hasher: &KeyedHasher, form: &EmailAddress) -> Key {
    keys::spelling(tenant, &hasher.address(form)).key
}

/// The forms of addresses that have other spellings.
fn forms<'a>(addresses: impl IntoIterator<Item = &'a EmailAddress>) -> BTreeSet<EmailAddress> {
    addresses.into_iter().filter_map(EmailAddress::without_dots).collect()
}

/// The writes that note whose the new ones of a record's addresses are; who came first stays.
pub fn note<'a>(
    tenant: TenantId,
    hasher: &KeyedHasher,
    contact: ContactId,
    before: impl IntoIterator<Item = &'a EmailAddress>,
    after: impl IntoIterator<Item = &'a EmailAddress>,
) -> Vec<Write> {
    let had = forms(before);
    let new = forms(after).into_iter().filter(|form| !had.contains(form));
    new.map(|form| Write::Update {
        key: form_key(tenant, hasher, &form),
        changes: vec![
            Change::SetIfAbsent("contact", item::text(contact)),
            Change::Set("item_kind", item::text("spelling")),
        ],
        condition: None,
    })
    .collect()
}

/// The writes that forget those addresses of a record, under any of its ids, which it has no longer: one
/// read, and none where it has lost no such address.
///
/// # Errors
/// A fault of the table.
pub async fn forget<'a>(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    identities: &[ContactId],
    before: impl IntoIterator<Item = &'a EmailAddress>,
    after: impl IntoIterator<Item = &'a EmailAddress>,
) -> Result<Vec<Write>, TableFault> {
    let has = forms(after);
    let lost = forms(before).into_iter().filter(|form| !has.contains(form));
    let lost: BTreeSet<Key> = lost.map(|form| form_key(tenant, hasher, &form)).collect();
    let mut writes = Vec::new();
    for (key, item) in table::get_all(table, &lost).await?.items {
        let ContactClaim { contact } = item::from_item(item)?;
        if identities.contains(&contact) {
            let condition = Some(Condition::Equals("contact", item::text(contact)));
            writes.push(Write::Delete { key, condition });
        }
    }
    Ok(writes)
}
