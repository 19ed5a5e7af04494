//! What a mail that came in tells about mail we sent: it came back, was complained about, a program
//! answered it, or its recipient unsubscribes (H2, H10, B10, G8).
//!
//! Anybody can write such a mail. So it changes something only where it carries a token that we
//! signed or the id of a mail of ours, and only for those whom that mail went to; a bounce also where
//! it names an address that we mailed lately ([`super::mailed_lately`]). Everything else is noted on
//! the intake. The mail itself is filed like any other.

use std::collections::BTreeSet;

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::{MailReport, PassedOver, ReportSort};
use domain::limits;
use domain::mail_event::{Fact, MailEvent, Teller};
use domain::send::{Send, SendPlace};
use mail::bounce::report::{Decoded, Kind};
use mail::parsed_mail::ParsedMail;
use mail::reply_token::{ReplyKey, ReplyTarget, ReplyToken};
use mail::send_token::SendToken;
use store::table::{self, Key, TableFault};
use store::{item, sends};

use super::{Held, mailed_lately, reported, unsubscribe};
use crate::apply_mail_event::{Told, apply_mail_events, of_decoded, of_header_ids};
use crate::error::FlowError;
use crate::ports::Records;

/// Applies what a mail tells; gives the intake back with the note of it.
pub(super) async fn noted(
    records: &Records,
    held: &Held,
    tenant: TenantId,
    mail: &ParsedMail,
    decoded: &Decoded,
) -> Result<Held, FlowError> {
    let Held { mut intake, lease } =
        Held { intake: held.intake.clone(), lease: held.lease.clone() };
    let at = intake.announced_at;
    let told = match decoded.kind {
        Kind::Bounce | Kind::Feedback | Kind::Delivered => of_decoded(decoded, at),
        Kind::AutoReply => by_author(mail, Fact::AutoReplied, &intake),
        Kind::Mail if unsubscribe::is_wished(mail) => by_author(mail, Fact::Unsubscribed, &intake),
        Kind::Mail | Kind::Delay | Kind::Event => Vec::new(),
    };
    let sort = sort_of(decoded.kind);
    intake.report = match sort.or((!told.is_empty()).then_some(ReportSort::Unsubscribe)) {
        None => None,
        Some(sort) => {
            let place = place(records, tenant, mail, decoded, &intake.recipients).await?;
            let mut report = apply(records, tenant, sort, place, told).await?;
            report.recipients = reported::recipients(decoded);
            report.flaws = decoded.flaws.iter().map(|flaw| format!("{flaw:?}")).collect();
            // Without a token a wish in words is a person's to judge, unless it is surely its author's.
            if sort == ReportSort::Unsubscribe && report.applied == 0 {
                unsubscribe::without_token(records, tenant, mail, &intake, &mut report).await?;
            }
            Some(report)
        }
    };
    Ok(Held { intake, lease })
}

fn sort_of(kind: Kind) -> Option<ReportSort> {
    match kind {
        Kind::Bounce => Some(ReportSort::Bounce),
        Kind::Feedback => Some(ReportSort::Complaint),
        Kind::Delivered => Some(ReportSort::Delivered),
        Kind::AutoReply => Some(ReportSort::AutoReply),
        Kind::Mail | Kind::Delay | Kind::Event => None,
    }
}

fn by_author(mail: &ParsedMail, fact: Fact, intake: &domain::intake::Intake) -> Vec<Told> {
    let author = mail.from.iter().find_map(|party| party.address.clone());
    let told = |author| Told {
        addresses: vec![author],
        at: intake.announced_at,
        fact,
        teller: Teller::Mail,
        provider_id: None,
    };
    author.map(told).into_iter().collect()
}

/// The mail of ours that a mail is about: a token that we signed says it, or the id of a mail of
/// ours. A forged token leads nowhere.
async fn place(
    records: &Records,
    tenant: TenantId,
    mail: &ParsedMail,
    decoded: &Decoded,
    recipients: &[String],
) -> Result<Option<SendPlace>, TableFault> {
    let tags = recipients.iter().filter_map(|text| EmailAddress::parse(text).ok());
    let tags: Vec<String> = tags.filter_map(|address| address.tag().map(str::to_owned)).collect();
    let ids = |list: &[String]| list.iter().rev().take(limits::REFERENCES_MAX).cloned().collect();
    let answered: Vec<String> = ids(&mail.clues.in_reply_to);
    let referred: Vec<String> = ids(&mail.clues.references);
    let original = &decoded.original;
    let in_ids = original.message_id.iter().chain(&answered).chain(&referred);
    let in_ids = in_ids.filter_map(|id| id.split('@').next()).map(str::to_owned);
    let texts = tags.into_iter().chain(original.tokens.iter().cloned()).chain(in_ids);
    let keys = [ReplyKey::current(&records.hasher)];
    let of_token = |text: &String| match ReplyToken::read(text)?.verify(&keys, tenant)? {
        ReplyTarget::Message(message) => Some(SendPlace::OneOff { message }),
        ReplyTarget::Thread(_) => None,
    };
    let of_campaign = |text: &String| SendToken::read(text)?.verify(&keys, tenant);
    let signed = texts
        .flat_map(|text| text.split('+').map(str::to_owned).collect::<Vec<_>>())
        .find_map(|text| of_token(&text).or_else(|| of_campaign(&text)));
    if signed.is_some() {
        return Ok(signed);
    }
    let named = original.message_id.iter().cloned().chain(answered).chain(referred);
    of_header_ids(records, tenant, &named.collect()).await
}

async fn apply(
    records: &Records,
    tenant: TenantId,
    sort: ReportSort,
    place: Option<SendPlace>,
    told: Vec<Told>,
) -> Result<MailReport, FlowError> {
    let mut report = MailReport {
        sort,
        applied: 0,
        strangers: 0,
        passed_over: None,
        flaws: Vec::new(),
        recipients: Vec::new(),
    };
    if place.is_some() && told.is_empty() {
        report.passed_over = Some(PassedOver::NoRecipient);
        return Ok(report);
    }
    let strangers = &mut report.strangers;
    let (events, otherwise) = match place {
        Some(place) => {
            let events = addressed(records, tenant, place, told, strangers).await?;
            (events, PassedOver::Strangers)
        }
        None if sort == ReportSort::Bounce => {
            let events = mailed_lately::bounces(records, tenant, told, strangers).await?;
            (events, PassedOver::NotOurs)
        }
        None => (Vec::new(), PassedOver::NotOurs),
    };
    if events.is_empty() {
        report.passed_over = Some(otherwise);
        return Ok(report);
    }
    let applied = apply_mail_events(records, &events).await?;
    report.applied =
        applied.learned.saturating_add(applied.repeated).saturating_add(applied.unattributed);
    Ok(report)
}

/// The facts about those whom the mail went to. A mail that was forwarded comes back from an address
/// that we never wrote to: where the mail had one recipient, it is him. Mail of campaigns has one.
async fn addressed(
    records: &Records,
    tenant: TenantId,
    place: SendPlace,
    told: Vec<Told>,
    strangers: &mut u64,
) -> Result<Vec<MailEvent>, TableFault> {
    let table = records.table.as_ref();
    let hasher = &records.hasher;
    let key = |address: &EmailAddress| sends::key(tenant, hasher, &place, address);
    let more = told.len().saturating_sub(limits::BOUNCED_RECIPIENTS_MAX);
    *strangers = u64::try_from(more).unwrap_or(u64::MAX);
    let told: Vec<Told> = told.into_iter().take(limits::BOUNCED_RECIPIENTS_MAX).collect();
    let wanted: BTreeSet<Key> =
        told.iter().flat_map(|told| told.addresses.iter().map(key)).collect();
    let found = table::get_all(table, &wanted).await?.items.into_values();
    let sends: Vec<Send> = found.map(item::from_item).collect::<Result<_, _>>()?;
    // The key of a campaign's recipient is his contact: whom the mail went to only the record says.
    let mailed: BTreeSet<String> = sends.iter().map(|send| hasher.address(&send.to)).collect();
    let alone = told.len() == 1;
    let mut events = Vec::new();
    for told in told {
        let meant = told.addresses.iter().find(|address| mailed.contains(&hasher.address(address)));
        let only = match meant {
            Some(address) => Some(address.clone()),
            None if alone => only_recipient(records, tenant, &place, &sends).await?,
            None => None,
        };
        match only {
            Some(address) => events.push(told.of(tenant, Some(place), address)),
            None => *strangers = strangers.saturating_add(1),
        }
    }
    Ok(events)
}

async fn only_recipient(
    records: &Records,
    tenant: TenantId,
    place: &SendPlace,
    read: &[Send],
) -> Result<Option<EmailAddress>, TableFault> {
    if matches!(place, SendPlace::Campaign { .. }) {
        return Ok(read.first().map(|send| send.to.clone()));
    }
    let table = records.table.as_ref();
    let (mut sends, _) = sends::of_place(table, tenant, place, 2, None).await?;
    let last = sends.pop();
    Ok(last.filter(|_| sends.is_empty()).map(|send| send.to))
}
