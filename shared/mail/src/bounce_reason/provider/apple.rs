//! iCloud. Source: <https://support.apple.com/102322>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["mail.icloud.com", "icloud.com", "apple.com", "me.com", "mac.com", "appleid.com"],
    wordings: &[
        wording("", "dmarc policy", R::AuthFailure),
        wording("", "failing both spf and dkim", R::AuthFailure),
        wording("", "listing in spamhaus", R::Blocked),
        wording("", "present in the spamhaus", R::Blocked),
        wording("", "proofpoint.com/dnsbl", R::Blocked),
        wording("", "not accepting connections", R::Blocked),
        wording("", "no longer on server", R::HasMoved),
        wording("", "over quota", R::MailboxFull),
        wording("", "relay access denied", R::NoRelaying),
        wording("", "does not accept mail", R::NotAccept),
        wording("", "due to local policy", R::PolicyViolation),
        wording("", "sender address rejected", R::Rejected),
        wording("", "unauthorized sender", R::UserUnknown),
        wording("", "excessive volume", R::Speeding),
        wording("", "inactive email address", R::UserUnknown),
        wording("", "user does not exist", R::UserUnknown),
        wording("", "user not found", R::UserUnknown),
        wording("", "illegal alias", R::UserUnknown),
    ],
};
