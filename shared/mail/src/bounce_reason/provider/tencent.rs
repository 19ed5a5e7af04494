//! QQ Mail and Tencent Exmail. Source: <https://service.mail.qq.com/detail/122>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["qq.com", "foxmail.com", "exmail.qq.com"],
    wordings: &[
        wording("", "spf check failed", R::AuthFailure),
        wording("", "dmarc check failed", R::AuthFailure),
        wording("", "suspected bounce attacks", R::Blocked),
        wording("", "suspected spam ip", R::Blocked),
        wording("", "connection denied", R::Blocked),
        wording("", "message too large", R::MesgTooBig),
        wording("", "suspected spam", R::Rejected),
        wording("", "rejected by recipients", R::Rejected),
        wording("", "spam is embedded", R::SpamDetected),
        wording("", "mail content denied", R::SpamDetected),
        wording("", "unavailable or access deni", R::Filtered),
        wording("", "deactivated mailbox", R::Suspend),
        wording("", "mailbox * is full", R::MailboxFull),
        wording("", "bad address syntax", R::SyntaxError),
        wording("", "frequency limited", R::TooManyConn),
        wording("", "mailbox not found", R::UserUnknown),
    ],
};
