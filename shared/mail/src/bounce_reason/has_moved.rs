//! The mailbox moved and nothing is forwarded (X.1.6).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::HasMoved,
    statuses: &["x.1.6"],
    replies: &[],
    phrases: &[
        "has been replaced by",
        "has moved to",
        "address has changed to",
        "recipient no longer on server",
        "no longer at this address",
        "user has moved",
        "mailbox has moved",
        "account has moved",
        "no longer works here",
        "no longer employed",
        "new address is",
    ],
    unless: &[],
};
