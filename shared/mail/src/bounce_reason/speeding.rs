//! Sent faster than the receiver allows.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::Speeding,
    statuses: &["x.7.28"],
    replies: &[],
    phrases: &[
        "try again slower",
        "rate that prevents additional messages",
        "receiving mail too quickly",
        "receiving mail at a rate",
        "rate limited",
        "rate-limited",
        "rate limit",
        "sending rate",
        "sending limit",
        "message rate",
        "excessive volume",
        "unusual rate",
        "too many messages",
        "too many emails",
        "exceeded the max emails",
        "receive limit",
        "daily limit",
        "hourly limit",
        "per hour message",
        "message limit",
        "thread limit exceeded",
        "throttl",
        "sending quota",
        "relay limit",
        "too fast",
        "frequency limited",
    ],
    unless: &[
        "ip reputation",
        "connection rate",
        "too many messages on the server",
        "too many messages in",
        "untrusted ip",
    ],
};
