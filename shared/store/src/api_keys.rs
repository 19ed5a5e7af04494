//! Keys of the HTTP API.

use domain::api_key::ApiKey;
use domain::ids::{ApiKeyId, TenantId, UserId};

use crate::item;
use crate::keys;
use crate::table::{Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write};

/// The write that makes a key.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(key: &ApiKey) -> Result<Write, TableFault> {
    item::create("api_key", keys::api_key(key.tenant, key.user, key.id), key)
}

/// The write that replaces a key, if the stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(key: &ApiKey, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("api_key", keys::api_key(key.tenant, key.user, key.id), key, rev_before)
}

/// A key by its id, whoever's it is: authentication learns the tenant from it, everybody else
/// checks the tenant.
///
/// # Errors
/// A fault of the table.
pub async fn get(table: &dyn Table, key: ApiKeyId) -> Result<Option<ApiKey>, TableFault> {
    table.get(&keys::api_key_lookup(key)).await?.item.map(item::from_item).transpose()
}

/// One page of a tenant's keys, oldest first, revoked ones too; of one user alone where one is named.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    user: Option<UserId>,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<ApiKey>, Option<PageMark>), TableFault> {
    let (index, partition) = match user {
        None => (Index::Gsi1, keys::api_keys_of(tenant)),
        Some(user) => (Index::Gsi2, keys::api_keys_of_user(tenant, user)),
    };
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
    let found = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((found, page.next))
}
