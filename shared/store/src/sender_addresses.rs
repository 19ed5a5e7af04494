//! Addresses that users write from, and the claims of the verified ones.

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{TenantId, UserId};
use domain::sender_address::SenderAddress;
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// That a verified address is a user's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderClaim {
    /// The user.
    pub user: UserId,
}

/// Key of the claim of a verified address.
pub fn claim_key(tenant: TenantId, hasher: &KeyedHasher, address: &EmailAddress) -> Key {
    keys::sender_claim(tenant, &hasher.address(address)).key
}

/// The write that claims a verified address, if it is no other user's.
///
/// # Errors
/// See [`item::to_item`].
pub fn claim(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    user: UserId,
) -> Result<Write, TableFault> {
    let keys = keys::sender_claim(tenant, &hasher.address(address));
    let item = item::to_item("sender_claim", &keys, &SenderClaim { user })?;
    let free = Condition::Any(vec![Condition::Absent, Condition::Equals("user", item::text(user))]);
    Ok(Write::Put { key: keys.key, item, condition: Some(free) })
}

/// The write that gives a verified address up, if it is still the user's.
pub fn release(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    user: UserId,
) -> Write {
    Write::Delete {
        key: claim_key(tenant, hasher, address),
        condition: Some(Condition::Equals("user", item::text(user))),
    }
}

fn keys_of(tenant: TenantId, hasher: &KeyedHasher, sender: &SenderAddress) -> keys::ItemKeys {
    keys::sender_address(tenant, sender.user, &hasher.address(&sender.address))
}

/// The write that adds a sender address the user does not have yet.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(
    tenant: TenantId,
    hasher: &KeyedHasher,
    sender: &SenderAddress,
) -> Result<Write, TableFault> {
    item::create("sender_address", keys_of(tenant, hasher, sender), sender)
}

/// The write that replaces a sender address, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(
    tenant: TenantId,
    hasher: &KeyedHasher,
    sender: &SenderAddress,
    rev_before: u64,
) -> Result<Write, TableFault> {
    item::replace("sender_address", keys_of(tenant, hasher, sender), sender, rev_before)
}

/// The write that removes a sender address, if its stored revision is still the given one.
pub fn delete(tenant: TenantId, hasher: &KeyedHasher, sender: &SenderAddress) -> Write {
    Write::Delete {
        key: keys_of(tenant, hasher, sender).key,
        condition: Some(Condition::Equals("rev", item::number(sender.rev))),
    }
}

/// A user's sender address.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    user: UserId,
    address: &EmailAddress,
) -> Result<Option<SenderAddress>, TableFault> {
    let key = keys::sender_address(tenant, user, &hasher.address(address)).key;
    table.get(&key).await?.item.map(item::from_item).transpose()
}

/// One page of a user's sender addresses.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<SenderAddress>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Primary,
        partition: keys::sender_addresses_of(tenant, user),
        range: SortRange::StartsWith(keys::SENDER_ADDRESS.to_owned()),
        descending: false,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let senders = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((senders, page.next))
}
