//! au by KDDI.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["ezweb.ne.jp", "au.com"],
    wordings: &[
        wording("", "550 : user unknown", R::Filtered),
        wording("", ">: user unknown", R::UserUnknown),
    ],
};
