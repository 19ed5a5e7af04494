//! TLS is needed and could not be had.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::FailedStartTls,
    statuses: &[
        "x.7.10", "x.7.11", "x.7.29", "x.7.321", "x.7.322", "x.7.323", "x.7.324", "x.7.325",
        "x.4.317",
    ],
    replies: &[523, 524, 538],
    phrases: &[
        "starttls is required",
        "tls required",
        "tls is required",
        "tls required but not supported",
        "must issue a starttls",
        "requires encryption",
        "requires tls",
        "use tls",
        "starttls-not-supported",
        "mta-sts",
        "tlsa-invalid",
        "dane validation",
        "certificate-expired",
        "certificate-host-mismatch",
        "certificate verification",
        "cannot start tls",
        "tls handshake",
        "starttls failed",
        "encryption required",
        "tls negotiation",
    ],
    unless: &[],
};
