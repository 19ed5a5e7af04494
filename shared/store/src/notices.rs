//! Notices to people.

use domain::ids::TenantId;
use domain::notice::Notice;

use crate::item;
use crate::keys;
use crate::table::{
    Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write, WriteError,
};

/// Keeps a notice; one that is there already stays as it is.
///
/// # Errors
/// A fault of the table.
pub async fn keep(table: &dyn Table, notice: &Notice) -> Result<(), TableFault> {
    match table.write(create(notice)?).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// The write that makes a notice that is not there yet.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(notice: &Notice) -> Result<Write, TableFault> {
    item::create("notice", keys::notice(notice.tenant, notice.id, notice.at, notice.owner), notice)
}

/// One page of a tenant's notices of a month (`yyyymm`), the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn of_month(
    table: &dyn Table,
    tenant: TenantId,
    month: &str,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Notice>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Primary,
        partition: keys::notices_of_month(tenant, month),
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let notices = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((notices, page.next))
}
