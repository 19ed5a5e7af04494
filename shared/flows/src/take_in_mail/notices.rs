//! What users are told of mail that came for them.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{MailNoticeId, TenantId, UserId};
use domain::intake::Intake;
use domain::limits::NOTICE_TEXT_BYTES_MAX;
use domain::mail_notice::{MailNotice, What};
use domain::route::Route;
use domain::route_purpose::Purpose;
use mail::forwarded::{ForwardingConfirmation, forwarding_confirmation};
use mail::parsed_mail::ParsedMail;
use store::table::{TableFault, Write};

use super::gates::{self, Closed};
use crate::cut;

/// That a dropbox refused mail: to its user.
pub(super) fn refusals(intake: &Intake, shut: &[(&Route, Closed)]) -> Vec<MailNotice> {
    let of_dropboxes =
        shut.iter().filter(|(route, _)| matches!(route.purpose, Purpose::Dropbox(_)));
    let mut told = BTreeSet::new();
    of_dropboxes
        .filter(|(route, _)| told.insert(route.owner))
        .map(|(route, closed)| {
            let reason = closed.reason.code().to_owned();
            notice(intake, route.owner, What::DropboxRefused { reason })
        })
        .collect()
}

/// That Gmail asks for a confirmation: to the owners of the mailboxes it came to. It must be Google's
/// own word, or anybody could lead a user to his link.
pub(super) fn confirmation(
    intake: &Intake,
    tenant: TenantId,
    mail: &ParsedMail,
    verdicts: &BTreeMap<String, String>,
    passed: &[&Route],
) -> Result<Vec<Write>, TableFault> {
    let Some(asked) = forwarding_confirmation(mail) else { return Ok(Vec::new()) };
    if !gates::is(verdicts, "dmarc", "pass") {
        return Ok(Vec::new());
    }
    let ForwardingConfirmation { code, link } = asked;
    let bounded = |text: &Option<String>| {
        let text = text.as_deref();
        text.map(|text| cut::to_octets(text, NOTICE_TEXT_BYTES_MAX).to_owned())
    };
    let owners: BTreeSet<UserId> = passed.iter().map(|route| route.owner).collect();
    let what = What::ForwardingConfirmation { code: bounded(&code), link: bounded(&link) };
    let told = owners.into_iter().map(|owner| notice(intake, owner, what.clone()));
    told.map(|notice| store::mail_notices::tell(tenant, &notice)).collect()
}

fn notice(intake: &Intake, user: UserId, what: What) -> MailNotice {
    let created_at = intake.announced_at;
    let id = MailNoticeId::from_parts(created_at, intake.id.bits());
    MailNotice { id, user, what, intake: intake.id, created_at }
}
