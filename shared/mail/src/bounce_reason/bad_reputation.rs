//! The reputation of the sending address or domain is bad.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::BadReputation,
    statuses: &[],
    replies: &[],
    phrases: &[
        "poor email reputation",
        "ip reputation",
        "low reputation",
        "bad reputation",
        "poor reputation",
        "reputation problem",
        "domain reputation",
        "sender reputation",
        "reputation of the sending",
        "due to reputation",
        "unexpected volume or user complaints",
        "reputation score",
        "reputation too low",
        "suspicious due to the very low",
    ],
    unless: &[],
};
