//! The host does not relay for us.

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::NoRelaying,
    statuses: &[],
    replies: &[],
    phrases: &[
        "relay access denied",
        "relaying denied",
        "relay denied",
        "relay not permitted",
        "relaying not permitted",
        "relay not allowed",
        "relaying not allowed",
        "relaying is not allowed",
        "relaying is prohibited",
        "relay operation rejected",
        "relaying prohibited",
        "unable to relay",
        "not permitted to relay",
        "not allowed to relay",
        "no relaying",
        "mail relay denied",
        "open relay not allowed",
        "open relay is not allowed",
        "not an open relay",
        "as a relay",
        "insecure mail relay",
        "not a gateway",
        "not local host",
        "relaying mail to",
        "configured to relay mail",
        "handle mail for",
        "requires authentication when attempting to send to a non-local",
        "specified domain is not allowed",
        "that domain isn't in my list of allowed rcpthost",
        "email address is not verified",
        "credentials for relay",
        "relay_denied",
    ],
    unless: &[
        "sorry, that domain isn't in my list of allowed rcpthosts",
        "you don't authenticate or the domain",
    ],
};
