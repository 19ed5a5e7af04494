//! Yahoo and AOL. Source: <https://senders.yahooinc.com/smtp-error-codes/>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &[
        "yahoodns.net",
        "yahoo.com",
        "ymail.com",
        "mail.aol.com",
        "mx.aol.com",
        "aol.com",
        "yahoo.co.uk",
        "yahoo.de",
        "yahoo.fr",
    ],
    wordings: &[
        wording("", "authenticate with either spf or dkim", R::AuthFailure),
        wording("", "in spamhaus's list", R::Blocked),
        wording("", "spamhaus xbl", R::Blocked),
        wording("", "relaying denied for", R::NoRelaying),
        wording("", "headers are not rfc", R::NotCompliantRfc),
        wording("", "not accepted for policy reasons", R::PolicyViolation),
        wording("", "unresolvable rfc.5321", R::Rejected),
        wording("", "will be permanently deferred", R::Rejected),
        wording("", "receiving mail too quickly", R::Speeding),
        wording("", "is no longer valid", R::Suspend),
        wording("", "mailbox is disabled", R::Suspend),
        wording("", "syntax error in parameters", R::SyntaxError),
        wording("", "max message per connection", R::TooManyConn),
        wording("", "this user doesn't have a", R::UserUnknown),
        wording("", "mailbox not found", R::UserUnknown),
        wording("", "type=mx: malformed or unexpected name server reply", R::NotAccept),
        wording("", "host or domain name not found", R::HostUnknown),
    ],
};
