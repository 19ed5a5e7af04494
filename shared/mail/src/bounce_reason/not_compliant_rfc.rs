//! The message breaks RFC 5322.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::NotCompliantRfc,
    statuses: &["x.6.10"],
    replies: &[],
    phrases: &[
        "duplicate header",
        "duplicate * header",
        "not rfc 5322 compliant",
        "not rfc5322 compliant",
        "not rfc 2822 compliant",
        "not rfc compliant",
        "rfc 5322 compliant",
        "rfc5322",
        "not compliant with rfc",
        "violates rfc",
        "rfcmessagenoncompliant",
        " multiple * header",
        "missing a valid address in the from",
        "missing a valid message-id",
        "missing message-id",
        "headers are not rfc",
        "no date header",
        "missing date header",
        "missing from header",
        "missing header",
        "rfc 2822 required",
        "considered unsolicited bulk * bad header",
        "invalid header",
        "bad header section",
        "bare lf",
        "bare newline",
    ],
    unless: &["rfc 5321"],
};
