//! Consents. Each hangs on the id under which it was written down, and is read with all ids of the
//! record, so conversions and merges carry it and undoing them brings it back.

use std::collections::BTreeSet;

use domain::consent::{Consent, Withdrawal};
use domain::ids::{ConsentId, ContactId, TenantId};

use crate::contact_timeline;
use crate::item;
use crate::keys;
use crate::table::{self, Change, Condition, Key, PageMark, Table, TableFault, Write};

/// The write that notes a consent.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, consent: &Consent) -> Result<Write, TableFault> {
    let keys = keys::consent(tenant, consent.contact, consent.id);
    item::create("consent", keys, consent)
}

/// The write that notes that a consent is withdrawn, if it is there and was not yet.
///
/// # Errors
/// See [`item::value`].
pub fn withdraw(
    tenant: TenantId,
    consent: &Consent,
    withdrawal: &Withdrawal,
) -> Result<Write, TableFault> {
    Ok(Write::Update {
        key: key(tenant, consent.contact, consent.id),
        changes: vec![Change::Set("withdrawn", item::value(withdrawal)?)],
        condition: Some(Condition::All(vec![Condition::Exists, Condition::Lacks("withdrawn")])),
    })
}

/// The write that takes a consent away with its record, there or not.
pub fn delete(tenant: TenantId, consent: &Consent) -> Write {
    Write::Delete { key: key(tenant, consent.contact, consent.id), condition: None }
}

fn key(tenant: TenantId, contact: ContactId, consent: ConsentId) -> Key {
    keys::consent(tenant, contact, consent).key
}

/// A consent of a record that has these ids: one batch read.
///
/// # Errors
/// A fault of the table.
pub async fn find(
    table: &dyn Table,
    tenant: TenantId,
    identities: &[ContactId],
    consent: ConsentId,
) -> Result<Option<Consent>, TableFault> {
    let keys: BTreeSet<Key> = identities.iter().map(|id| key(tenant, *id, consent)).collect();
    let found = table::get_all(table, &keys).await?.items.into_values().next();
    found.map(item::from_item).transpose()
}

/// One page of the consents of a record that has these ids, the last written down first: a query for
/// each id.
///
/// # Errors
/// A fault of the table.
pub async fn page(
    table: &dyn Table,
    tenant: TenantId,
    identities: &[ContactId],
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Consent>, Option<PageMark>), TableFault> {
    let wish = (limit, after);
    let (lines, next) =
        contact_timeline::newest(table, tenant, identities, keys::CONSENT, wish).await?;
    let consents = lines.into_iter().flatten().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((consents, next))
}
