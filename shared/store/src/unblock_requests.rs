//! Requests to lift permanent blocks.

use domain::ids::{TenantId, UnblockRequestId};
use domain::unblock_request::UnblockRequest;

use crate::item::{self, number};
use crate::keys;
use crate::table::{
    Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

const KIND: &str = "unblock_request";

/// The write that opens a request.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, request: &UnblockRequest) -> Result<Write, TableFault> {
    item::create(KIND, keys::unblock_request(tenant, request.id), request)
}

/// The write that replaces it, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(
    tenant: TenantId,
    request: &UnblockRequest,
    rev_before: u64,
) -> Result<Write, TableFault> {
    item::replace(KIND, keys::unblock_request(tenant, request.id), request, rev_before)
}

/// The check that a request is still as it was read.
pub fn unchanged(tenant: TenantId, request: &UnblockRequest) -> Write {
    Write::Check {
        key: keys::unblock_request_lookup(tenant, request.id),
        condition: Condition::Equals("rev", number(request.rev)),
    }
}

/// A request.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    request: UnblockRequestId,
) -> Result<Option<UnblockRequest>, TableFault> {
    let got = table.get(&keys::unblock_request_lookup(tenant, request)).await?;
    got.item.map(item::from_item).transpose()
}

/// One page of a tenant's requests, the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<UnblockRequest>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::unblock_requests_of(tenant),
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let requests = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((requests, page.next))
}
