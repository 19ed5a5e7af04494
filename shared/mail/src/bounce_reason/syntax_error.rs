//! The receiver did not understand an SMTP command (X.5.2, X.5.6).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::SyntaxError,
    statuses: &["5.5.1", "5.5.2", "5.5.6"],
    replies: &[],
    phrases: &[
        "bad sequence of commands",
        "command not implemented",
        "command unrecognized",
        "unrecognized command",
        "unimplemented command",
        "syntax error",
        "angle-brackets nested too deep",
        "expected word or",
        "domain missing in source-routed",
        "malformed address",
    ],
    unless: &[],
};
