//! Mimecast.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["mimecast.com"],
    wordings: &[
        wording("", "sender invalid - envelope rejected", R::AuthFailure),
        wording("", "internal resources are temporarily unavailable", R::BadReputation),
        wording("", "local ct ip reputation", R::BadReputation),
        wording("", "sender address blocked", R::Blocked),
        wording("", "recipient temporarily unavailable", R::Blocked),
        wording("", "ip temporarily blacklisted", R::Blocked),
        wording("", "past the expiration", R::Expired),
        wording("", "this route requires", R::FailedStartTls),
        wording("", "invalid for this certificate", R::FailedStartTls),
        wording("", "maximum email size", R::MesgTooBig),
        wording("", "incorrect hostname used", R::NetworkError),
        wording("", "mail loop detected", R::NetworkError),
        wording("", "open relay", R::NoRelaying),
        wording("", "inbounds disabled", R::NotAccept),
        wording("", "anti-spoofing policy", R::PolicyViolation),
        wording("", "content examination policy", R::PolicyViolation),
        wording("", "host network", R::PolicyViolation),
        wording("", "envelope blocked", R::Rejected),
        wording("", "envelope rejected", R::Rejected),
        wording("", "header-based", R::Rejected),
        wording("", "incorrect authentication", R::SecurityError),
        wording("", "submitter failed", R::SecurityError),
        wording("", "unable to process", R::SystemError),
        wording("", "message ended early", R::SystemError),
        wording("", "service is temporarily unavailable", R::TooManyConn),
        wording("", "too many recipients", R::TooManyConn),
        wording("", "outbound thread limit", R::TooManyConn),
        wording("", "invalid recipient", R::UserUnknown),
        wording("", "user unknown", R::UserUnknown),
        wording("", "invalid address", R::UserUnknown),
        wording("", "rejected due to security policies", R::VirusDetected),
    ],
};
