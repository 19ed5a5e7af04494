//! The receiver's policy forbids the message.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::PolicyViolation,
    statuses: &[],
    replies: &[],
    phrases: &[
        "illegal attachment",
        "attachment type",
        "attachment extension",
        "attachments are not",
        "recipient is not accepting mail with",
        "to a members-only list",
        "closed mailing list",
        "denied by policy",
        "policy reasons",
        "security policies",
        "policy restrictions",
        "header are not accepted",
        "header error",
        "local policy",
        "policy violation",
        "violates policy",
        "violates our policy",
        "policy rejection",
        "rejected by policy",
        "blocked by policy",
        "due to policy",
        "organizational settings",
        "organization policy",
        "message given low priority",
        "messages with multiple addresses",
        "protocol violation",
        "not subscribed to this group",
        "content presents a potential",
        "containing images or other attachments",
        "mass mailer",
        "content examination policy",
        "anti-spoofing policy",
        "posts without solving a captcha",
        "has a policy that prohibited",
        "dm email not accepted",
        "message not allowed",
        "sending messages with the same",
    ],
    unless: &["message rejected by policy: spam", "dmarc", "spf"],
};
