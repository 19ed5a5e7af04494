//! Refused after the content, or by the recipient's own rules (X.2.1, X.2.4 and others).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::Filtered,
    statuses: &["5.1.4", "5.2.0", "5.2.1", "x.2.4"],
    replies: &[],
    phrases: &[
        "only accepting mail from specific",
        "new mail is not currently being accepted for this mailbox",
        "restricted sms e-mail",
        "not accepting any mail",
        "message filtered",
        "rejected due to user rules",
        "not found recipient account",
        "recipient preferences",
        "recipient's preferences",
        "resolver.rst.notauthorized",
        "account is protected by",
        "user not found",
        "refuses to receive this mail",
        "user reject",
        "user rejected",
        "recipient id refuse to receive",
        "blocked by the recipient",
        "blocked by recipient",
        "rejected by recipient",
        "recipient has blocked",
        "recipient rejects",
        "does not accept mail from you",
        "has refused your message",
        "收件人拒收",
        "被收件人拒",
        "受信拒否",
    ],
    unless: &[],
};
