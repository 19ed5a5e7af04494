//! Whether a mail shows that its author's address lives (H4): then its temporary bounces are past.
//!
//! A person has to have written it, and from that address: DMARC passes, or the mail reached an address
//! that we gave out in a mail to him, or somebody who may trusts what comes this way.

use std::collections::BTreeMap;

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::{Intake, ReportSort};
use domain::route::Route;
use domain::route_purpose::{Purpose, RequiredVerdict};
use mail::kind::MailKind;
use mail::parsed_mail::ParsedMail;
use mail::reply_token::{self, ReplyKey};

use super::gates::is;
use crate::ports::Records;

/// The address that the mail speaks for.
pub(super) fn of<'m>(
    records: &Records,
    tenant: TenantId,
    mail: &'m ParsedMail,
    intake: &Intake,
    verdicts: &BTreeMap<String, String>,
    routes: &[Route],
) -> Option<&'m EmailAddress> {
    let by_a_person = matches!(mail.kind, MailKind::Ordinary | MailKind::Calendar);
    // What is told of mail of ours, programs tell; but people unsubscribe.
    let tells = intake.report.as_ref().is_some_and(|report| match report.sort {
        ReportSort::Unsubscribe | ReportSort::UnsubscribeAsked => false,
        ReportSort::Bounce
        | ReportSort::Complaint
        | ReportSort::Delivered
        | ReportSort::AutoReply => true,
    });
    let tainted = ["virus", "spam"].into_iter().any(|name| is(verdicts, name, "fail"));
    if !by_a_person || tells || tainted {
        return None;
    }
    let authenticated = is(verdicts, "dmarc", "pass");
    let denied = is(verdicts, "dmarc", "fail");
    let trusted = intake.released.is_some() || routes.iter().any(trusts);
    if !(authenticated || has_our_token(records, tenant, intake) || (trusted && !denied)) {
        return None;
    }
    let mut authors = mail.from.iter().filter_map(|party| party.address.as_ref());
    authors.next().filter(|_| authors.next().is_none())
}

/// Whether it was written to an address with a token that we signed: who has it got mail of ours.
fn has_our_token(records: &Records, tenant: TenantId, intake: &Intake) -> bool {
    let addresses = intake.recipients.iter().filter_map(|text| EmailAddress::parse(text).ok());
    let addresses: Vec<EmailAddress> = addresses.collect();
    let keys = [ReplyKey::current(&records.hasher)];
    let tokens = reply_token::of_addresses(&addresses);
    tokens.iter().any(|token| token.verify(&keys, tenant).is_some())
}

fn trusts(route: &Route) -> bool {
    match &route.purpose {
        Purpose::Organization(rules) => rules.verdict == RequiredVerdict::Trusted,
        Purpose::Mailbox | Purpose::Forwarding | Purpose::Dropbox(_) => false,
    }
}
