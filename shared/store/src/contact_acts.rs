//! What was done to contacts and can be undone.

use domain::contact_act::Act;
use domain::ids::{ContactId, TenantId};

use crate::item;
use crate::keys;
use crate::table::{Condition, Table, TableFault, Write};

/// The write that keeps what is needed to undo something.
///
/// # Errors
/// See [`item::to_item`].
pub fn keep(tenant: TenantId, act: &Act) -> Result<Write, TableFault> {
    item::create("contact_act", keys::contact_act(tenant, act.contact, act.rev), act)
}

/// The write that forgets it; nothing happens where it is not there.
pub fn forget(tenant: TenantId, contact: ContactId, rev: u64) -> Write {
    Write::Delete { key: keys::contact_act(tenant, contact, rev).key, condition: None }
}

/// The write that takes it back, if it is there.
pub fn take_back(tenant: TenantId, contact: ContactId, rev: u64) -> Write {
    let key = keys::contact_act(tenant, contact, rev).key;
    Write::Delete { key, condition: Some(Condition::Exists) }
}

/// What gave a contact this revision.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    contact: ContactId,
    rev: u64,
) -> Result<Option<Act>, TableFault> {
    let key = keys::contact_act(tenant, contact, rev).key;
    table.get(&key).await?.item.map(item::from_item).transpose()
}
