//! GoDaddy. Source: <https://www.godaddy.com/help/what-does-my-email-bounceback-mean-3568>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["secureserver.net"],
    wordings: &[
        wording("", " ib401", R::SecurityError),
        wording("", " ib501", R::NotCompliantRfc),
        wording("", " ib502", R::NotCompliantRfc),
        wording("", " ib506", R::Rejected),
        wording("", " ib508", R::AuthFailure),
        wording("", " ib108", R::RequirePtr),
        wording("", " ib212", R::SpamDetected),
        wording("", " ib705", R::VirusDetected),
        wording("", " ib605", R::TooManyConn),
        wording("", " ib007", R::TooManyConn),
        wording("", " ib101", R::Speeding),
        wording("", " ib103", R::BadReputation),
        wording("", " ib104", R::Blocked),
        wording("", " ib105", R::Blocked),
        wording("", " ib106", R::Blocked),
        wording("", " ib110", R::Blocked),
        wording("", " ib111", R::Blocked),
        wording("", " ib112", R::Blocked),
        wording("", " ib113", R::Blocked),
        wording("", " ib504", R::Speeding),
        wording("", " ib510", R::Speeding),
        wording("", " ib607", R::Speeding),
        wording("", "rbl reject", R::Blocked),
        wording("", "spamhaus.org/query", R::Blocked),
        wording("", "in the queue too long", R::Expired),
        wording("", "delivery timeout", R::Expired),
        wording("", "account storage limit", R::MailboxFull),
        wording("", "spam or virus content", R::SpamDetected),
        wording("", "account disabled", R::Suspend),
        wording("", "message is looping", R::SystemError),
        wording("", "recipient not found", R::UserUnknown),
        wording("", "account does not exist", R::UserUnknown),
    ],
};
