//! What the reviews of blocks came to, day by day, and how far the pass through all tenants has come.

use domain::block_review::ReviewReport;
use domain::day::Day;
use domain::ids::TenantId;
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// Where the next run goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pass {
    /// Behind this tenant; none at the beginning of a pass.
    pub after: Option<TenantId>,
    /// Revision: grows by one with each tenant; zero before the first.
    pub rev: u64,
}

fn unchanged(rev_before: u64) -> Condition {
    match rev_before {
        0 => Condition::Absent,
        rev => Condition::Equals("rev", item::number(rev)),
    }
}

/// The report of a day; a new one where nothing was reviewed yet.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    day: Day,
) -> Result<ReviewReport, TableFault> {
    let got = table.get(&keys::review(tenant, day).key).await?;
    let found = got.item.map(item::from_item).transpose()?;
    Ok(found.unwrap_or_else(|| ReviewReport::new(tenant, day)))
}

/// The write that keeps a report, if its stored revision is still `rev_before`; zero where there was
/// none.
///
/// # Errors
/// See [`item::to_item`].
pub fn put(report: &ReviewReport, rev_before: u64) -> Result<Write, TableFault> {
    let keys = keys::review(report.tenant, report.day);
    let item = item::to_item("review", &keys, report)?;
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged(rev_before)) })
}

/// One page of a tenant's reports, the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<ReviewReport>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Primary,
        partition: keys::reviews_of(tenant),
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let reports = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((reports, page.next))
}

/// How far the pass has come.
///
/// # Errors
/// A fault of the table.
pub async fn pass(table: &dyn Table) -> Result<Pass, TableFault> {
    let got = table.get(&keys::review_pass().key).await?;
    Ok(got.item.map(item::from_item).transpose()?.unwrap_or_default())
}

/// The write that moves the pass on, if it still stands as it was read.
///
/// # Errors
/// See [`item::to_item`].
pub fn move_on(before: &Pass, after: &Pass) -> Result<Write, TableFault> {
    let keys = keys::review_pass();
    let item = item::to_item("review_pass", &keys, after)?;
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged(before.rev)) })
}
