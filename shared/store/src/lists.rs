//! Lists and who is on them.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ContactId, ListId, TenantId};
use domain::list::{List, Membership};

use crate::item;
use crate::keys;
use crate::table::{
    self, Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// The write that makes a list.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, list: &List) -> Result<Write, TableFault> {
    item::create("list", keys::list(tenant, list.id), list)
}

/// The write that replaces a list, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: TenantId, list: &List, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("list", keys::list(tenant, list.id), list, rev_before)
}

/// The write that removes a list, if its stored revision is still the given one. Nothing leads to its
/// memberships then.
pub fn delete(tenant: TenantId, list: &List) -> Write {
    Write::Delete {
        key: keys::list_lookup(tenant, list.id),
        condition: Some(Condition::Equals("rev", item::number(list.rev))),
    }
}

/// That a list is there, for transactions.
pub fn check(tenant: TenantId, list: ListId) -> Write {
    Write::Check { key: keys::list_lookup(tenant, list), condition: Condition::Exists }
}

/// A list by its id.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    list: ListId,
) -> Result<Option<List>, TableFault> {
    table.get(&keys::list_lookup(tenant, list)).await?.item.map(item::from_item).transpose()
}

/// The lists with these ids that are there.
///
/// # Errors
/// A fault of the table.
pub async fn get_all(
    table: &dyn Table,
    tenant: TenantId,
    ids: impl IntoIterator<Item = ListId>,
) -> Result<BTreeMap<ListId, List>, TableFault> {
    let keys: BTreeSet<Key> = ids.into_iter().map(|id| keys::list_lookup(tenant, id)).collect();
    let got = table::get_all(table, &keys).await?;
    let lists = got.items.into_values().map(item::from_item::<List>);
    lists.map(|list| list.map(|list| (list.id, list))).collect()
}

/// One page of a tenant's lists, oldest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<List>, Option<PageMark>), TableFault> {
    through(table, Index::Gsi1, keys::lists_of(tenant), limit, after).await
}

/// The write that puts a record on a list, if it is not on it.
///
/// # Errors
/// See [`item::to_item`].
pub fn join(tenant: TenantId, membership: &Membership) -> Result<Write, TableFault> {
    let keys = keys::membership(tenant, membership.list, membership.contact);
    item::create("membership", keys, membership)
}

/// The write that takes a record off a list; nothing happens where it is not on it.
pub fn leave(tenant: TenantId, list: ListId, contact: ContactId) -> Write {
    Write::Delete { key: keys::membership(tenant, list, contact).key, condition: None }
}

/// One page of a sixteenth of a list's memberships, by record.
///
/// # Errors
/// A fault of the table.
pub async fn members(
    table: &dyn Table,
    tenant: TenantId,
    list: ListId,
    shard: u8,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Membership>, Option<PageMark>), TableFault> {
    let partition = keys::list_shard(tenant, list, shard);
    through(table, Index::Primary, partition, limit, after).await
}

/// Which of these ids are on a list.
///
/// # Errors
/// A fault of the table.
pub async fn which_are_on(
    table: &dyn Table,
    tenant: TenantId,
    list: ListId,
    contacts: impl IntoIterator<Item = ContactId>,
) -> Result<BTreeSet<ContactId>, TableFault> {
    let keys: BTreeSet<Key> =
        contacts.into_iter().map(|id| keys::membership(tenant, list, id).key).collect();
    let got = table::get_all(table, &keys).await?;
    let found = got.items.into_values().map(item::from_item::<Membership>);
    found.map(|found| found.map(|membership| membership.contact)).collect()
}

/// One page of the lists that a record is on under one of its ids; a little behind.
///
/// # Errors
/// A fault of the table.
pub async fn of_contact(
    table: &dyn Table,
    tenant: TenantId,
    contact: ContactId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Membership>, Option<PageMark>), TableFault> {
    through(table, Index::Gsi2, keys::lists_of_contact(tenant, contact), limit, after).await
}

async fn through<R: serde::de::DeserializeOwned>(
    table: &dyn Table,
    index: Index,
    partition: String,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<R>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index,
        partition,
        range: SortRange::All,
        descending: false,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let records = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((records, page.next))
}
