//! NTT docomo.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["docomo.ne.jp"],
    wordings: &[
        wording("x.1.1", "", R::UserUnknown),
        wording("x.2.0", "", R::Filtered),
        wording("", "552 too much mail data", R::MailboxFull),
        wording("", "552 too many recipients", R::TooManyConn),
        wording("", "bad sequence of commands", R::SyntaxError),
        wording("", "parameter not implemented", R::SyntaxError),
    ],
};
