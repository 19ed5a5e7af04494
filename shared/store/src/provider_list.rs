//! What keeps the provider's suppression list and ours in step: addresses it has still to be told, and
//! how far the pass through its own entries has come.

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::TenantId;
use domain::suppression::SuppressionScope;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{Condition, Index, Table, TableFault, TableName, Write, WriteError};

/// An address that is blocked by what came by mail, of which the provider knows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// The address: the provider wants it in clear. It is forgotten once it is told.
    pub address: EmailAddress,
    /// What the block reaches over: all mail where its owner complained.
    pub scope: SuppressionScope,
}

/// Notes that the provider has to be told. Two notes of one address and scope are the same, so the
/// order does not matter.
///
/// # Errors
/// A fault of the table.
pub async fn note(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    listing: &Listing,
) -> Result<(), TableFault> {
    let keys = key_of(tenant, hasher, listing);
    let item = item::to_item("provider_listing", &keys, listing)?;
    match table.write(Write::Put { key: keys.key, item, condition: None }).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// The write that forgets what the provider was told.
pub fn forget(tenant: TenantId, hasher: &KeyedHasher, listing: &Listing) -> Write {
    Write::Delete { key: key_of(tenant, hasher, listing).key, condition: None }
}

fn key_of(tenant: TenantId, hasher: &KeyedHasher, listing: &Listing) -> keys::ItemKeys {
    keys::provider_listing(tenant, listing.scope.name(), &hasher.address(&listing.address))
}

/// Some of what the provider has still to be told.
///
/// # Errors
/// A fault of the table.
pub async fn waiting(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
) -> Result<Vec<Listing>, TableFault> {
    let list = (TableName::Crm, Index::Primary);
    item::first_of(table, list, keys::provider_listings_of(tenant), limit).await
}

/// Where the next run goes on in the provider's list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListPass {
    /// What was listed before that was seen by an earlier pass.
    pub since: Option<Timestamp>,
    /// When this pass began; none between two.
    pub began_at: Option<Timestamp>,
    /// The provider's mark of where it has come to.
    pub mark: Option<String>,
    /// Revision: grows by one with each page; zero before the first.
    pub rev: u64,
}

/// How far the pass has come.
///
/// # Errors
/// A fault of the table.
pub async fn pass(table: &dyn Table) -> Result<ListPass, TableFault> {
    let got = table.get(&keys::provider_list_pass().key).await?;
    Ok(got.item.map(item::from_item).transpose()?.unwrap_or_default())
}

/// The write that moves the pass on, if it still stands as it was read.
///
/// # Errors
/// See [`item::to_item`].
pub fn move_on(before: &ListPass, after: &ListPass) -> Result<Write, TableFault> {
    let keys = keys::provider_list_pass();
    let item = item::to_item("provider_list_pass", &keys, after)?;
    let unchanged = match before.rev {
        0 => Condition::Absent,
        rev => Condition::Equals("rev", item::number(rev)),
    };
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged) })
}
