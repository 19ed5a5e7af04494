//! Facebook. Source: <https://www.facebook.com/postmaster/response_codes>.

use domain::bounce::BounceReason as R;

use super::{Provider, wording};

/// How this provider words its refusals.
pub const PROVIDER: Provider = Provider {
    hosts: &["facebook.com"],
    wordings: &[
        wording("", "pol-p1", R::Blocked),
        wording("", "pol-p2", R::Blocked),
        wording("", "pol-p3", R::Blocked),
        wording("", "pol-p4", R::Blocked),
        wording("", "pol-t", R::Blocked),
        wording("", "pol-p5", R::VirusDetected),
        wording("", "pol-p6", R::SpamDetected),
        wording("", "pol-p7", R::SpamDetected),
        wording("", "msg-p1", R::MesgTooBig),
        wording("", "int-p2", R::MesgTooBig),
        wording("", "msg-p2", R::ContentError),
        wording("", "msg-p3", R::NotCompliantRfc),
        wording("", "rcp-p1", R::UserUnknown),
        wording("", "int-p1", R::UserUnknown),
        wording("", "int-p3", R::UserUnknown),
        wording("", "int-p4", R::UserUnknown),
        wording("", "rcp-p2", R::Filtered),
        wording("", "rcp-p3", R::Filtered),
        wording("", "rcp-t4", R::Suspend),
        wording("", "rcp-t1", R::SystemError),
        wording("", "dns-p3", R::RequirePtr),
        wording("", "dns-t2", R::RequirePtr),
        wording("", "dns-p", R::Rejected),
        wording("", "dns-t1", R::Rejected),
        wording("", "con-t", R::TooManyConn),
        wording("", "msg-t1", R::TooManyConn),
    ],
};
