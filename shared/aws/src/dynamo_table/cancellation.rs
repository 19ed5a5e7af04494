//! Why a transaction was cancelled, told apart by what can be done about it.

use aws_sdk_dynamodb::types::CancellationReason;
use store::table::CancelReason;

use super::Cause;
use super::attributes::found;

/// What a cancellation means.
pub enum Cancelled {
    /// A condition does not hold: the same transaction will not happen.
    ForGood(Vec<CancelReason>),
    /// Only others in the way: the same transaction may happen in a moment. The reasons are there
    /// where other transactions were in the way, not where the table was merely throttled.
    ForNow(Option<Vec<CancelReason>>),
}

/// Reads the reasons of a cancellation of so many writes.
///
/// # Errors
/// A reason that is a fault of the request: a validation error, a missing right.
pub fn told_apart(reasons: Vec<CancellationReason>, writes: usize) -> Result<Cancelled, Cause> {
    if reasons.len() != writes {
        return Err(format!("{} reasons for {writes} writes", reasons.len()).into());
    }
    let throttled =
        |code: &str| matches!(code, "ThrottlingError" | "ProvisionedThroughputExceeded");
    let conflicts = reasons.iter().any(|r| r.code() == Some("TransactionConflict"));
    let read = |reason: CancellationReason| match reason.code() {
        None | Some("None") => Ok(CancelReason::None),
        Some("ConditionalCheckFailed") => Ok(CancelReason::ConditionFailed(found(reason.item)?)),
        Some("TransactionConflict") => Ok(CancelReason::Conflict),
        Some(code) if throttled(code) => Ok(CancelReason::Conflict),
        // The message is left out: it can name values.
        Some(code) => Err(Cause::from(format!("a write of the transaction was refused: {code}"))),
    };
    let reasons: Vec<CancelReason> = reasons.into_iter().map(read).collect::<Result<_, _>>()?;
    if reasons.iter().any(|reason| matches!(reason, CancelReason::ConditionFailed(_))) {
        return Ok(Cancelled::ForGood(reasons));
    }
    Ok(Cancelled::ForNow(Some(reasons).filter(|_| conflicts)))
}
