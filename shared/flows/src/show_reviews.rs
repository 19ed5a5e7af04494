//! What the reviews of blocks came to, for who may read reports (H7).

use domain::block_review::ReviewReport;
use domain::permission::{Allowed, ReadReports};
use store::reviews;

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;

/// One page of the reports, a day each, the newest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadReports>,
    wish: Wish,
) -> Result<Listed<ReviewReport>, FlowError> {
    let table = records.table.as_ref();
    Ok(reviews::list(table, allowed.tenant(), wish.limit, wish.after).await?.into())
}
