//! A security rule of the receiver refused it (X.7.x).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::SecurityError,
    statuses: &[
        "5.7.0", "5.7.1", "5.7.2", "x.7.3", "x.7.4", "x.7.5", "x.7.6", "x.7.7", "x.7.8", "x.7.9",
        "4.7.12", "x.7.14", "x.7.15", "x.7.57",
    ],
    replies: &[],
    phrases: &[
        "not subscribed to ses",
        "credentials invalid",
        "authentication failure",
        "authentication failed; server",
        "authentication required",
        "authentication turned on",
        "authentication requise",
        "authentification requise",
        "authentification invalide",
        "smtp authentication",
        "must authenticate",
        "client was not authenticated",
        "username and password not accepted",
        "executable files are not allowed",
        "recipient address rejected: access denied",
        "don't authenticate",
        "unauthenticated sender",
        "verification failure",
        "not authorized to send mail",
        "is a dead domain",
        "not authorized to perform ses",
        "too many login attempts",
        "security alert",
    ],
    unless: &[],
};
