//! What happens to a mail after it was taken: events in their order, entries on the suppression list,
//! and mail that comes back to us.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use http::Method;
use serde_json::Value;

use super::events::{self, Event};
use super::outbox::SentMail;
use super::outcome::{Outcome, SIMULATOR};
use super::suppression::{Entry, Reason};
use super::{Desk, Surroundings};
use crate::progress::complain;
use crate::receiving::ReceivedMail;
use crate::recipients::is_at;

/// How long "later" is here: enough for two events to be told apart, short enough to wait for.
const A_WHILE: Duration = Duration::from_millis(300);

/// A topic that a configuration set's events go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    topic_arn: String,
    kinds: Vec<String>,
}

/// Where the events of a configuration set go; none where there is no such set.
///
/// # Errors
/// When the local cloud does not answer.
pub async fn destinations(around: &Surroundings, set: &str) -> Result<Option<Vec<Destination>>> {
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-');
    if set.is_empty() || !set.bytes().all(plain) {
        return Ok(None);
    }
    let path = format!("/v2/email/configuration-sets/{set}/event-destinations");
    let answer = around.aws.rest("ses", Method::GET, &path, bytes::Bytes::new()).await?;
    if answer.status == http::StatusCode::NOT_FOUND {
        return Ok(None);
    }
    let answer = answer.success("reading a configuration set")?.json()?;
    let listed = answer.get("EventDestinations").and_then(Value::as_array);
    let enabled = listed
        .into_iter()
        .flatten()
        .filter(|one| one.get("Enabled").and_then(Value::as_bool).unwrap_or_default());
    Ok(Some(enabled.filter_map(of_destination).collect()))
}

fn of_destination(listed: &Value) -> Option<Destination> {
    let topic_arn = listed.pointer("/SnsDestination/TopicArn")?.as_str()?.to_owned();
    let kinds = listed.get("MatchingEventTypes")?.as_array()?.iter();
    let kinds = kinds.filter_map(Value::as_str).map(str::to_owned).collect();
    Some(Destination { topic_arn, kinds })
}

/// Lets everything happen. What goes wrong is told on the terminal: there is nobody to answer.
pub async fn deliver(desk: Arc<Desk>, mail: SentMail, outcomes: BTreeMap<Outcome, Vec<String>>) {
    if let Err(fault) = try_deliver(&desk, &mail, outcomes).await {
        complain(&format!("the local SES could not finish with {}: {fault:#}", mail.id));
    }
}

async fn try_deliver(
    desk: &Desk,
    mail: &SentMail,
    outcomes: BTreeMap<Outcome, Vec<String>>,
) -> Result<()> {
    let around = desk.surroundings.get().context("there is no cloud")?;
    let destinations = match &mail.configuration_set {
        Some(set) => destinations(around, set).await?.unwrap_or_default(),
        None => Vec::new(),
    };
    let mut later = Vec::new();
    publish(around, &destinations, &events::of_sending(mail)).await?;
    for (outcome, recipients) in outcomes {
        let (listed, open): (Vec<_>, Vec<_>) =
            recipients.into_iter().partition(|address| desk.suppression().get(address).is_some());
        if !listed.is_empty() {
            publish(around, &destinations, &events::of_account_list(mail, &listed)).await?;
        }
        if open.is_empty() {
            continue;
        }
        for event in events::of_outcome(mail, outcome, &open) {
            if event.after_a_while {
                later.push(event);
            } else {
                publish(around, &destinations, &event).await?;
            }
        }
        suppress(desk, mail, outcome, &open)?;
        come_back(around, mail, outcome, &open).await?;
    }
    for event in later {
        tokio::time::sleep(A_WHILE).await;
        publish(around, &destinations, &event).await?;
    }
    Ok(())
}

async fn publish(around: &Surroundings, to: &[Destination], event: &Event) -> Result<()> {
    for destination in to.iter().filter(|to| to.kinds.iter().any(|kind| kind == event.kind)) {
        let message = event.body.to_string();
        let parameters = [
            ("TopicArn", destination.topic_arn.as_str()),
            ("Subject", "Amazon SES Email Event Notification"),
            ("Message", &message),
            ("Version", "2010-03-31"),
        ];
        around.aws.query("sns", "Publish", &parameters).await.context("publishing an event")?;
    }
    Ok(())
}

/// SES puts what bounced for good and who complained on the account's list; the simulator's addresses
/// never get there.
fn suppress(desk: &Desk, mail: &SentMail, outcome: Outcome, recipients: &[String]) -> Result<()> {
    let reason = match outcome {
        Outcome::GeneralBounce | Outcome::NoEmail => Reason::Bounce,
        Outcome::Complaint => Reason::Complaint,
        Outcome::Delivered
        | Outcome::MailboxFull
        | Outcome::Delayed
        | Outcome::DelayedThenBounced
        | Outcome::Reject
        | Outcome::OutOfOffice
        | Outcome::Suppressed
        | Outcome::LostAnswer
        | Outcome::LostRequest
        | Outcome::Throttled
        | Outcome::Refused => return Ok(()),
    };
    for address in recipients.iter().filter(|address| !is_at(address, SIMULATOR)) {
        let entry = Entry { reason, at_millis: mail.at_millis, message_id: Some(mail.id.clone()) };
        desk.suppression().put(address, entry)?;
    }
    Ok(())
}

/// Mail to our own domain comes in as any mail does, and who is out of the office answers.
async fn come_back(
    around: &Surroundings,
    mail: &SentMail,
    outcome: Outcome,
    recipients: &[String],
) -> Result<()> {
    let domain = &around.mail_domain;
    let ours: Vec<String> =
        recipients.iter().filter(|address| is_at(address, domain)).cloned().collect();
    let arrives = matches!(outcome, Outcome::Delivered | Outcome::Delayed | Outcome::LostAnswer);
    if arrives && !ours.is_empty() {
        let raw = mail.mime.clone().into();
        let received = ReceivedMail { sender: mail.from.clone(), recipients: ours, raw };
        around.receipt_rule.take(&received).await?;
    }
    let (to, subject) = events::answer_address(mail);
    if outcome == Outcome::OutOfOffice && is_at(&to, domain) {
        for absent in recipients {
            let raw = out_of_office(absent, &to, &subject, mail).into_bytes().into();
            let sender = String::new();
            let received = ReceivedMail { sender, recipients: vec![to.clone()], raw };
            around.receipt_rule.take(&received).await?;
        }
    }
    Ok(())
}

/// An automatic answer as RFC 3834 asks for.
fn out_of_office(absent: &str, to: &str, subject: &str, mail: &SentMail) -> String {
    let subject: String = subject.chars().filter(|c| !c.is_control() && c.is_ascii()).collect();
    format!(
        "From: {absent}\r\nTo: {to}\r\nSubject: Out of Office: {subject}\r\n\
         Auto-Submitted: auto-replied\r\nMessage-ID: <ooto-{}@simulator.example>\r\n\
         In-Reply-To: <{}>\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n\
         I am out of the office and will answer when I am back.\r\n",
        mail.id,
        mail.header_id()
    )
}
