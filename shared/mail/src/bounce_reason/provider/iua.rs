//! i.ua. Source: <https://mail.i.ua/err/>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["email.ua", "i.ua"],
    wordings: &[
        wording("", ".i.ua/err/10/", R::Filtered),
        wording("", ".i.ua/err/1/", R::NoRelaying),
        wording("", ".i.ua/err/2/", R::UserUnknown),
        wording("", ".i.ua/err/3/", R::Suspend),
        wording("", ".i.ua/err/4/", R::MailboxFull),
        wording("", ".i.ua/err/5/", R::TooManyConn),
        wording("", ".i.ua/err/6/", R::NoRelaying),
        wording("", ".i.ua/err/7/", R::Blocked),
        wording("", ".i.ua/err/8/", R::Rejected),
        wording("", ".i.ua/err/9/", R::Blocked),
    ],
};
