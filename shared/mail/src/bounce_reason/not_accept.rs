//! The domain or host takes no mail at all (X.1.10, X.3.2, RFC 7504, RFC 7505).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::NotAccept,
    statuses: &["5.1.10", "x.3.2"],
    replies: &[521, 554, 556],
    phrases: &[
        "does not accept mail (nullmx)",
        "does not accept mail",
        "nullmx",
        "null mx",
        "host/domain does not accept",
        "mail receiving disabled",
        "name server: .: host not found",
        "no mx record found",
        "no route for current request",
        "smtp protocol returned a permanent error",
        "indicated no smtp service",
        "no host found for existing smtp connection",
        "account inbounds disabled",
        "does not receive mail",
        "takes no mail",
        "no mail-enabled subscriptions",
        "not accept any email",
        "not accepting network messages",
    ],
    unless: &["mail from you"],
};
