//! A virus scanner refused the message.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::VirusDetected,
    statuses: &[],
    replies: &[],
    phrases: &[
        "virus detected",
        "potentially executable attachment",
        "prohibited virus",
        "used by recent viruses",
        "infected with",
        "contains a virus",
        "contains virus",
        "virus found",
        "virus phishing",
        "malware",
        "virus infected",
        "found virus",
        "has a virus",
        "infected by",
        "trojan",
        "病毒",
        "ウイルス",
    ],
    unless: &["spam or virus", "spam/virus", "virus or spam"],
};
