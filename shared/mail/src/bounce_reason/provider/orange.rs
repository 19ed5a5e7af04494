//! Orange, Wanadoo, La Poste and SFR. Source: <https://postmaster.orange.fr/>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["orange.fr", "wanadoo.fr", "laposte.net", "sfr.fr", "voila.fr"],
    wordings: &[
        wording("", "_101", R::Blocked),
        wording("", "_102", R::Blocked),
        wording("", "_103", R::Blocked),
        wording("", "_104", R::TooManyConn),
        wording("", "_305", R::SecurityError),
        wording("", "_401", R::AuthFailure),
        wording("", "_402", R::SecurityError),
        wording("", "_403", R::Rejected),
        wording("", "_405", R::Rejected),
        wording("", "_415", R::Rejected),
        wording("", "_416", R::UserUnknown),
        wording("", "_417", R::MailboxFull),
        wording("", "_418", R::UserUnknown),
        wording("", "_420", R::Suspend),
        wording("", "_421", R::Rejected),
        wording("", "_426", R::Suspend),
        wording("", "_505", R::SystemError),
        wording("", "_506", R::SpamDetected),
        wording("", "_510", R::Blocked),
        wording("", "_514", R::MesgTooBig),
        wording("", "_517", R::AuthFailure),
        wording("", "_515", R::AuthFailure),
        wording("", "_630", R::PolicyViolation),
        wording("", "_999", R::Blocked),
        wording("", "-102", R::Blocked),
        wording("", "ofr-506", R::SpamDetected),
        wording("", "lpn-630", R::PolicyViolation),
        wording("", "abus detecte", R::Blocked),
        wording("", "spf/dns de votre", R::AuthFailure),
    ],
};
