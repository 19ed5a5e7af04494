//! A wish to be unsubscribed that came by mail and in words, without a token of ours (G8).

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::{Intake, MailReport, ReportSort};
use domain::mail_event::{Fact, MailEvent, Teller};
use domain::notice::{Matter, Notice};
use domain::timestamp::Timestamp;
use mail::kind::MailKind;
use mail::parsed_mail::ParsedMail;
use store::table::TableFault;
use store::{contacts, notices};

use super::gates;
use crate::apply_mail_event::apply_mail_events;
use crate::error::FlowError;
use crate::ports::Records;

/// Words that alone are the wish, in the languages of the product.
const WISHES: &[&str] =
    &["unsubscribe", "unsub", "opt-out", "opt out", "abmelden", "abbestellen", "退订", "取消订阅"];

/// Whether subject or text of a person's mail is nothing but that wish: "please don't unsubscribe
/// me" is not.
pub(super) fn is_wished(mail: &ParsedMail) -> bool {
    let by_a_person = matches!(mail.kind, MailKind::Ordinary | MailKind::Automatic);
    let is_wish = |text: &str| {
        let bare =
            text.trim().trim_matches(|c: char| c.is_ascii_punctuation() || c.is_whitespace());
        let bare = bare.trim_matches(['。', '！']).to_lowercase();
        WISHES.contains(&bare.as_str())
    };
    by_a_person
        && (is_wish(mail.subject.as_deref().unwrap_or_default()) || is_wish(&mail.body.new_text))
}

/// Fulfils the wish where the mail is surely its author's; else a person is asked.
pub(super) async fn without_token(
    records: &Records,
    tenant: TenantId,
    mail: &ParsedMail,
    intake: &Intake,
    report: &mut MailReport,
) -> Result<(), FlowError> {
    if let Some(author) = sure_author(mail, intake) {
        let event = event(tenant, author.clone(), intake.announced_at);
        apply_mail_events(records, &[event]).await?;
        (report.applied, report.passed_over) = (1, None);
        return Ok(());
    }
    report.sort = ReportSort::UnsubscribeAsked;
    Ok(ask_person(records, tenant, mail, intake).await?)
}

/// That somebody unsubscribed, by no mail in particular.
pub(crate) fn event(tenant: TenantId, recipient: EmailAddress, at: Timestamp) -> MailEvent {
    let (fact, teller) = (Fact::Unsubscribed, Teller::Mail);
    MailEvent { tenant, place: None, recipient, at, fact, teller, provider_id: None }
}

/// The author, where there is one and his domain says that it is he (DMARC, RFC 7489).
fn sure_author<'m>(mail: &'m ParsedMail, intake: &Intake) -> Option<&'m EmailAddress> {
    let verdicts = gates::verdicts(intake.verdicts.clone(), mail);
    let tainted = ["virus", "spam"].into_iter().any(|name| gates::is(&verdicts, name, "fail"));
    if tainted || !gates::is(&verdicts, "dmarc", "pass") {
        return None;
    }
    let mut authors = mail.from.iter().filter_map(|party| party.address.as_ref());
    authors.next().filter(|_| authors.next().is_none())
}

async fn ask_person(
    records: &Records,
    tenant: TenantId,
    mail: &ParsedMail,
    intake: &Intake,
) -> Result<(), TableFault> {
    let Some(address) = mail.from.iter().find_map(|party| party.address.clone()) else {
        return Ok(());
    };
    let table = records.table.as_ref();
    let contact = contacts::holder(table, tenant, &records.hasher, &address).await?;
    let matter = Matter::UnsubscribeAsked { address, contact, intake: intake.id };
    let happened = (intake.announced_at, intake.id.bits());
    notices::keep(table, &Notice::new(tenant, None, happened, matter)).await
}
