//! A header or the body is not in a form the receiver takes (X.6.x).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::ContentError,
    statuses: &[
        "x.6.0", "x.6.1", "x.6.2", "x.6.3", "x.6.5", "x.6.6", "x.6.7", "x.6.8", "x.6.9", "x.6.11",
    ],
    replies: &[],
    phrases: &[
        "header size exceeds maximum",
        "headers too large",
        "message header size, or recipient list",
        "improper use of 8-bit data",
        "mime complexity",
        "too many received",
        "too many \"received\"",
        "routing loop detected -- too many",
        "invalid mime headers",
        "improperly-formatted binary",
        "unnecessary base64",
        "malformed mime",
        "mime error",
        "bare carriage",
        "invalid character",
        "illegal character",
        "smtputf8",
        "8bitmime",
        "line too long",
        "lines longer than",
        "invalid content",
        "malformed message",
        "mail message is malformed",
        "attachment depth",
        "message depth exceeded",
    ],
    unless: &["mail loop"],
};
