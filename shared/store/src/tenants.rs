//! Tenants, and the one that operates the stack.

use domain::ids::TenantId;
use domain::tenant::Tenant;
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{Index, Query, SortRange, Table, TableFault, TableName, Write};

/// Which tenant operates the stack: its administrators also see mail that belongs to nobody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operator {
    /// The stack's first tenant.
    pub tenant: TenantId,
}

/// The write that makes a tenant.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: &Tenant) -> Result<Write, TableFault> {
    item::create("tenant", keys::tenant(tenant.id), tenant)
}

/// The write that makes a tenant the operator, if the stack has none.
///
/// # Errors
/// See [`item::to_item`].
pub fn appoint_operator(tenant: TenantId) -> Result<Write, TableFault> {
    item::create("operator", keys::operator(), &Operator { tenant })
}

/// The tenant that operates the stack; none before the first tenant is made.
///
/// # Errors
/// A fault of the table.
pub async fn operator(table: &dyn Table) -> Result<Option<TenantId>, TableFault> {
    let got = table.get(&keys::operator().key).await?;
    let operator: Option<Operator> = got.item.map(item::from_item).transpose()?;
    Ok(operator.map(|operator| operator.tenant))
}

/// A tenant.
///
/// # Errors
/// A fault of the table.
pub async fn get(table: &dyn Table, tenant: TenantId) -> Result<Option<Tenant>, TableFault> {
    table.get(&keys::tenant(tenant).key).await?.item.map(item::from_item).transpose()
}

/// The ids of the stack's tenants behind that one, in order, at most so many.
///
/// # Errors
/// A fault of the table.
pub async fn page_after(
    table: &dyn Table,
    after: Option<TenantId>,
    limit: u32,
) -> Result<Vec<TenantId>, TableFault> {
    // A blank sorts before all that could follow an id, `~` behind every id.
    let behind = |after| SortRange::Between(format!("{after} "), "~".to_owned());
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::tenants(),
        range: after.map_or(SortRange::All, behind),
        descending: false,
        limit,
        after: None,
    };
    let items = table.query(&query).await?.items.into_iter();
    let tenants: Vec<Tenant> = items.map(item::from_item).collect::<Result<_, _>>()?;
    Ok(tenants.into_iter().map(|tenant| tenant.id).collect())
}

/// The write that puts a tenant into the index of all tenants; none where it is there, or gone.
///
/// # Errors
/// A fault of the table.
pub async fn into_index(table: &dyn Table, tenant: TenantId) -> Result<Option<Write>, TableFault> {
    let keys = keys::tenant(tenant);
    let Some(item) = table.get(&keys.key).await?.item else { return Ok(None) };
    let (partition, _) = Index::Gsi1.attributes();
    if item.contains_key(partition) {
        return Ok(None);
    }
    let mut tenant: Tenant = item::from_item(item)?;
    let rev_before = tenant.rev;
    tenant.rev = rev_before.saturating_add(1);
    replace(&tenant, rev_before).map(Some)
}

/// The write that replaces a tenant, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: &Tenant, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("tenant", keys::tenant(tenant.id), tenant, rev_before)
}
