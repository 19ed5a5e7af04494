//! The program that should store the mail failed.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::MailerError,
    statuses: &[],
    replies: &[],
    phrases: &[
        "|| exit ",
        "procmail: ",
        "bin/procmail",
        "bin/maildrop",
        "bin/vdelivermail",
        "command failed: ",
        "command died with",
        "command output:",
        "command time limit exceeded",
        "mailer error",
        "pipe to |",
        "x-unix; ",
        "child status",
        "exit status",
        "died with signal",
    ],
    unless: &[],
};
