//! Users, the claims of their addresses, and their own mailboxes.

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{TenantId, UserId};
use domain::user::User;
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write};

/// That an address belongs to a user of the tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserClaim {
    /// The user.
    pub user: UserId,
}

/// The write that makes a user.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, user: &User) -> Result<Write, TableFault> {
    item::create("user", keys::user(tenant, user.id), user)
}

/// The write that claims a user's address, if no other user of the tenant has it.
///
/// # Errors
/// See [`item::to_item`].
pub fn claim_address(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    user: UserId,
) -> Result<Write, TableFault> {
    let keys = keys::user_address(tenant, &hasher.address(address));
    item::create("user_claim", keys, &UserClaim { user })
}

/// The write that replaces a user, if the stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: TenantId, user: &User, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("user", keys::user(tenant, user.id), user, rev_before)
}

/// Primary key of a user, for checks and batch reads.
pub fn key(tenant: TenantId, user: UserId) -> Key {
    keys::user(tenant, user).key
}

/// A user.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<User>, TableFault> {
    table.get(&key(tenant, user)).await?.item.map(item::from_item).transpose()
}

/// One page of a tenant's users, oldest first, disabled ones too.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<User>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::users_of(tenant),
        range: SortRange::All,
        descending: false,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let users = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((users, page.next))
}
