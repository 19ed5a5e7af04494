//! The address is on a suppression list of the sending service.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::Suppressed,
    statuses: &[],
    replies: &[],
    phrases: &[
        "suppression list",
        "on the suppression",
        "address is suppressed",
        "recipient suppressed",
        "recipient is suppressed",
        "suppressed address",
        "previously bounced",
        "bounced address",
        "not delivering to previously",
        "in our suppress",
    ],
    unless: &[],
};
