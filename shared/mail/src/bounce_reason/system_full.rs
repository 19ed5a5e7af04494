//! The receiving host's disk is full (X.3.1, X.4.5).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::SystemFull,
    statuses: &["x.3.1", "4.4.5"],
    replies: &[],
    phrases: &[
        "mail system full",
        "aborted: exceeded storage allocation",
        "insufficient system storage",
        "insufficient system resource",
        "disk full",
        "no space on device",
        "system storage exceeded",
    ],
    unless: &[],
};
