//! Alerts about rates, for who may read reports (I4).

use domain::alert::{Alert, AlertState};
use domain::ids::AlertId;
use domain::permission::{Allowed, ReadReports};
use store::alerts;

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;

/// One page of the alerts, of one state or of all, the newest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadReports>,
    state: Option<AlertState>,
    wish: Wish,
) -> Result<Listed<Alert>, FlowError> {
    let table = records.table.as_ref();
    let page = alerts::list(table, allowed.tenant(), state, wish.limit, wish.after);
    Ok(page.await?.into())
}

/// An alert.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadReports>,
    id: AlertId,
) -> Result<Alert, FlowError> {
    let found = alerts::get(records.table.as_ref(), allowed.tenant(), id).await?;
    found.ok_or_else(FlowError::not_found)
}
