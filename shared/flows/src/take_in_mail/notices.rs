//! What users are told of mail that came for them.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{TenantId, UserId};
use domain::intake::Intake;
use domain::limits::NOTICE_TEXT_BYTES_MAX;
use domain::notice::{Matter, Notice};
use domain::route::Route;
use domain::route_purpose::Purpose;
use mail::forwarded::{ForwardingConfirmation, forwarding_confirmation};
use mail::parsed_mail::ParsedMail;
use store::table::{TableFault, Write};

use super::gates::{self, Closed};
use crate::cut;

/// That a dropbox refused mail: to its user.
pub(super) fn refusals(
    intake: &Intake,
    tenant: TenantId,
    shut: &[(&Route, Closed)],
) -> Vec<Notice> {
    let of_dropboxes =
        shut.iter().filter(|(route, _)| matches!(route.purpose, Purpose::Dropbox(_)));
    let mut told = BTreeSet::new();
    of_dropboxes
        .filter(|(route, _)| told.insert(route.owner))
        .map(|(route, closed)| {
            let reason = closed.reason.code().to_owned();
            let matter = Matter::DropboxRefused { intake: intake.id, reason };
            notice(intake, tenant, route.owner, matter)
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
    let (code, link) = (bounded(&code), bounded(&link));
    let matter = Matter::ForwardingConfirmation { intake: intake.id, code, link };
    let told = owners.into_iter().map(|owner| notice(intake, tenant, owner, matter.clone()));
    told.map(|notice| store::notices::tell(&notice)).collect()
}

fn notice(intake: &Intake, tenant: TenantId, user: UserId, matter: Matter) -> Notice {
    Notice::new(tenant, Some(user), (intake.announced_at, intake.id.bits()), matter)
}
