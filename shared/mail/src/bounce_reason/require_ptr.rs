//! The sending host has no or a wrong PTR record (X.7.25).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::RequirePtr,
    statuses: &["x.7.25"],
    replies: &[],
    phrases: &[
        "ptr record",
        "ip name lookup failed",
        "reverse dns",
        "valid rdns",
        "rdns record",
        "no rdns",
        "invalid rdns",
        "missing ptr",
        "dns ptr",
        "ptr-record",
        "reverse lookup",
        "cannot find your hostname",
        "can't find your hostname",
        "cannot resolve your address",
        "unresolvable relay host",
        "custom reverse dns",
        "fix reverse",
        "mismatches client ip",
        "dns lookup failure: * try again later",
        "unverifyable sending ips",
        "forward dns entry does not",
        "unable to resolve your ip",
        "client host rejected: cannot find your",
    ],
    unless: &["malformed or unexpected"],
};
