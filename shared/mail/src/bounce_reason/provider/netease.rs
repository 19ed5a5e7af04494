//! 163.com, 126.com and yeah.net. Source: <http://mail.163.com/help/help_spam_16.htm>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &[
        "163.com",
        "126.com",
        "yeah.net",
        "netease.com",
        "mxmail.netease.com",
        "188.com",
        "vip.163.com",
    ],
    wordings: &[
        wording("", "dt:spm", R::SpamDetected),
        wording("", "mi:spb", R::SpamDetected),
        wording("", "dt:sum", R::Rejected),
        wording("", "mi:ncr", R::Speeding),
        wording("", "mi:crl", R::Speeding),
        wording("", "mi:iml", R::Speeding),
        wording("", "mi:dmc", R::TooManyConn),
        wording("", "mi:rbl", R::Blocked),
        wording("", "mi:nhd", R::Blocked),
        wording("", "mi:ihl", R::Blocked),
        wording("", "mi:srb", R::SpamDetected),
        wording("", "mi:spf", R::AuthFailure),
        wording("", "mi:ddm", R::AuthFailure),
        wording("", "rp:qrc", R::Speeding),
        wording("", "rp:trc", R::Speeding),
        wording("", "rp:irc", R::TooManyConn),
        wording("", "rp:trf", R::Speeding),
        wording("", "quota exceeded", R::MailboxFull),
        wording("", "user suspended", R::Suspend),
        wording("", "user not found", R::UserUnknown),
        wording("", "invalid user", R::UserUnknown),
        wording("", "ip in blacklist", R::Blocked),
    ],
};
