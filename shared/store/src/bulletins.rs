//! Bulletins: mails to a tenant's administrators.

use domain::bulletin::{Bulletin, BulletinState};
use domain::ids::TenantId;
use domain::limits::BULLETIN_LIFE;

use crate::item;
use crate::keys::{self, ItemKeys};
use crate::table::{Condition, Index, Table, TableFault, TableName, Write};

fn keys_of(bulletin: &Bulletin) -> ItemKeys {
    let waits = bulletin.state == BulletinState::Waiting;
    keys::bulletin(bulletin.tenant, &bulletin.subject_id, waits)
}

fn put(bulletin: &Bulletin, condition: Condition) -> Result<Write, TableFault> {
    let keys = keys_of(bulletin);
    let mut item = item::to_item("bulletin", &keys, bulletin)?;
    item::expire(&mut item, bulletin.at.plus(BULLETIN_LIFE));
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}

/// The write that makes a bulletin, if there is none about the same thing. For the transaction that makes
/// it happen: so it is made once, whoever tells of it again.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(bulletin: &Bulletin) -> Result<Write, TableFault> {
    put(bulletin, Condition::Absent)
}

/// The write that replaces a bulletin, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(bulletin: &Bulletin, rev_before: u64) -> Result<Write, TableFault> {
    put(bulletin, Condition::Equals("rev", item::number(rev_before)))
}

/// Some of the bulletins of a tenant that wait.
///
/// # Errors
/// A fault of the table.
pub async fn waiting(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
) -> Result<Vec<Bulletin>, TableFault> {
    let list = (TableName::Crm, Index::Gsi1);
    item::first_of(table, list, keys::waiting_bulletins_of(tenant), limit).await
}
