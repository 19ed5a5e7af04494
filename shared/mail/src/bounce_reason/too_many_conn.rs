//! Too many connections or recipients at once (X.5.3).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::TooManyConn,
    statuses: &["5.5.3"],
    replies: &[],
    phrases: &[
        "too many connections",
        "maximum connection limit",
        "connection rate limit",
        "per-domain connection limit",
        "too many concurrent",
        "too many simultaneous",
        "too many errors from your ip",
        "too many recipients",
        "too many smtp sessions",
        "too many sessions",
        "trop de connexions",
        "throttling failure",
        "has exceeded the max emails per hour",
        "already made numerous attempts",
        "max message per connection",
        "maximum number of connections",
        "connection frequency limited",
        "concurrency limit",
        "frequency limited",
        "recipients per session",
        "频率",
    ],
    unless: &[],
};
