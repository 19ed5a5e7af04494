//! Symantec Email Security.cloud.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["messagelabs.com"],
    wordings: &[
        wording("", "turn on smtp authentication", R::SecurityError),
        wording("", "no such user", R::UserUnknown),
        wording("", "542 ", R::UserUnknown),
        wording("", " rejected", R::UserUnknown),
    ],
};
