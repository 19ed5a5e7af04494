//! Over a limit on one message for this recipient (X.2.3).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::ExceedLimit,
    statuses: &["x.2.3"],
    replies: &[],
    phrases: &[
        "message header size exceeds limit",
        "message too large",
        "recipsizelimit",
        "sendsizelimit",
    ],
    unless: &[],
};
