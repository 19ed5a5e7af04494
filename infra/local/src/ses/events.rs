//! Events as AWS documents them: Amazon SES Developer Guide, "Contents of event data that Amazon SES
//! publishes to Amazon SNS".

use jiff::Timestamp;
use mail_parser::MessageParser;
use serde_json::{Map, Value, json};

use super::outbox::{SentMail, fresh_id};
use super::outcome::Outcome;
use crate::aws_calls::{ACCOUNT, REGION};
use crate::receiving::{ReceivedMail, common_headers, milliseconds, notified_headers};

/// What happens to a mail, in order. `after_a_while` is whether it happens later than the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its JSON.
    pub body: Value,
    /// Its name in the list of a configuration set's event types, e.g. `DELIVERY_DELAY`.
    pub kind: &'static str,
    /// Whether some time passes before it.
    pub after_a_while: bool,
}

/// The events of a mail at recipients who all end so, in order; that of its sending is apart.
#[must_use]
pub fn of_outcome(mail: &SentMail, outcome: Outcome, recipients: &[String]) -> Vec<Event> {
    let event = |kind: &'static str, body: Value, after_a_while: bool| {
        of_mail(mail, kind, body, after_a_while)
    };
    let bounce = |b: Bounce, later| event("BOUNCE", bounce(mail, recipients, &b), later);
    let delivered = |later| event("DELIVERY", delivery(recipients), later);
    match outcome {
        Outcome::Delivered | Outcome::OutOfOffice | Outcome::LostAnswer => vec![delivered(false)],
        Outcome::Complaint => {
            vec![delivered(false), event("COMPLAINT", complaint(mail, recipients), true)]
        }
        Outcome::Delayed => {
            vec![event("DELIVERY_DELAY", delay(mail, recipients), false), delivered(true)]
        }
        Outcome::DelayedThenBounced => vec![
            event("DELIVERY_DELAY", delay(mail, recipients), false),
            bounce(Bounce::EXPIRED, true),
        ],
        Outcome::GeneralBounce => vec![bounce(Bounce::GENERAL, false)],
        Outcome::NoEmail => vec![bounce(Bounce::NO_EMAIL, false)],
        Outcome::MailboxFull => vec![bounce(Bounce::MAILBOX_FULL, false)],
        Outcome::Suppressed => vec![bounce(Bounce::SUPPRESSED, false)],
        Outcome::Reject => vec![event("REJECT", json!({"reason": "Bad content"}), false)],
        Outcome::LostRequest | Outcome::Throttled | Outcome::Refused => Vec::new(),
    }
}

/// The event that a mail was taken.
#[must_use]
pub fn of_sending(mail: &SentMail) -> Event {
    of_mail(mail, "SEND", json!({}), false)
}

/// The bounce of addresses on the account's suppression list.
#[must_use]
pub fn of_account_list(mail: &SentMail, recipients: &[String]) -> Event {
    of_mail(mail, "BOUNCE", bounce(mail, recipients, &Bounce::ON_ACCOUNT_LIST), false)
}

fn of_mail(mail: &SentMail, kind: &'static str, body: Value, after_a_while: bool) -> Event {
    // `DELIVERY_DELAY` is `DeliveryDelay` as a type and `deliveryDelay` as a member.
    let words: Vec<String> = kind.split('_').map(capitalized).collect();
    let event_type = words.concat();
    let member: String = event_type
        .chars()
        .enumerate()
        .map(|(place, letter)| if place == 0 { letter.to_ascii_lowercase() } else { letter })
        .collect();
    let mut whole = Map::new();
    whole.insert("eventType".to_owned(), json!(event_type));
    whole.insert("mail".to_owned(), mail_object(mail));
    whole.insert(member, body);
    Event { body: Value::Object(whole), kind, after_a_while }
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or_default();
    format!("{first}{}", rest.to_ascii_lowercase())
}

fn mail_object(mail: &SentMail) -> Value {
    let mut tags = Map::new();
    for (name, value) in &mail.tags {
        tags.insert(name.clone(), json!([value]));
    }
    let domain = mail.from.rsplit_once('@').map_or("", |(_, domain)| domain).trim_end_matches('>');
    for (name, value) in [
        ("ses:source-ip", "127.0.0.1"),
        ("ses:from-domain", domain),
        ("ses:caller-identity", "local"),
        ("ses:outgoing-ip", "127.0.0.1"),
    ] {
        tags.insert(name.to_owned(), json!([value]));
    }
    if let Some(set) = &mail.configuration_set {
        tags.insert("ses:configuration-set".to_owned(), json!([set]));
    }
    let (headers, truncated) = notified_headers(&mail.mime);
    let received = ReceivedMail {
        sender: mail.from.clone(),
        recipients: mail.to.clone(),
        raw: mail.mime.clone().into(),
    };
    let mut common = common_headers(&received, &mail.mime);
    if let Some(fields) = common.as_object_mut() {
        fields.remove("returnPath");
        fields.insert("messageId".to_owned(), json!(mail.id));
    }
    json!({
        "timestamp": milliseconds(mail.at()),
        "source": mail.from,
        "sourceArn": format!("arn:aws:ses:{REGION}:{ACCOUNT}:identity/{domain}"),
        "sendingAccountId": ACCOUNT,
        "messageId": mail.id,
        "destination": mail.to,
        "headersTruncated": truncated,
        "headers": headers,
        "commonHeaders": common,
        "tags": tags,
    })
}

/// SES gives up after 14 hours.
const DELAY_LIFE: jiff::SignedDuration = jiff::SignedDuration::from_hours(14);

/// What a receiving server said, and what SES makes of it.
struct Bounce {
    kind: &'static str,
    subtype: &'static str,
    status: &'static str,
    diagnostic: &'static str,
}

impl Bounce {
    const GENERAL: Self = Self::permanent("General", "smtp; 550 5.1.1 user unknown");
    const NO_EMAIL: Self = Self::permanent("NoEmail", "smtp; 550 5.1.1 no such mailbox here");
    const SUPPRESSED: Self = Self::permanent(
        "Suppressed",
        "Amazon SES has suppressed sending to this address because it has a recent history of \
         bouncing as an invalid address.",
    );
    const ON_ACCOUNT_LIST: Self = Self::permanent(
        "OnAccountSuppressionList",
        "Amazon SES did not send the message to this address because it is on the suppression list \
         for your account.",
    );
    const MAILBOX_FULL: Self = Self {
        kind: "Transient",
        subtype: "MailboxFull",
        status: "5.2.2",
        diagnostic: "smtp; 552 5.2.2 mailbox over quota",
    };
    const EXPIRED: Self = Self {
        kind: "Transient",
        subtype: "General",
        status: "4.4.7",
        diagnostic: "smtp; 550 4.4.7 Message expired: unable to deliver in 840 minutes",
    };

    const fn permanent(subtype: &'static str, diagnostic: &'static str) -> Self {
        Self { kind: "Permanent", subtype, status: "5.1.1", diagnostic }
    }
}

fn bounce(mail: &SentMail, recipients: &[String], bounce: &Bounce) -> Value {
    let bounced: Vec<Value> = recipients
        .iter()
        .map(|address| {
            json!({
                "emailAddress": address,
                "action": "failed",
                "status": bounce.status,
                "diagnosticCode": bounce.diagnostic,
            })
        })
        .collect();
    json!({
        "feedbackId": fresh_id(mail.at()),
        "bounceType": bounce.kind,
        "bounceSubType": bounce.subtype,
        "bouncedRecipients": bounced,
        "timestamp": milliseconds(Timestamp::now()),
        "reportingMTA": "dns; mta.example",
    })
}

fn complaint(mail: &SentMail, recipients: &[String]) -> Value {
    let complained: Vec<Value> =
        recipients.iter().map(|address| json!({"emailAddress": address})).collect();
    json!({
        "feedbackId": fresh_id(mail.at()),
        "complaintSubType": null,
        "complainedRecipients": complained,
        "timestamp": milliseconds(Timestamp::now()),
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": milliseconds(mail.at()),
    })
}

fn delivery(recipients: &[String]) -> Value {
    json!({
        "timestamp": milliseconds(Timestamp::now()),
        "processingTimeMillis": 500,
        "recipients": recipients,
        "smtpResponse": "250 2.6.0 Message received",
        "remoteMtaIp": "127.0.0.1",
        "reportingMTA": "mta.example",
    })
}

fn delay(mail: &SentMail, recipients: &[String]) -> Value {
    let delayed: Vec<Value> = recipients
        .iter()
        .map(|address| {
            json!({
                "emailAddress": address,
                "status": "4.4.1",
                "diagnosticCode": "smtp; 421 4.4.1 Unable to connect to remote host",
            })
        })
        .collect();
    json!({
        "timestamp": milliseconds(Timestamp::now()),
        "delayType": "TransientCommunicationFailure",
        "expirationTime": milliseconds(mail.at() + DELAY_LIFE),
        "delayedRecipients": delayed,
    })
}

/// Where an automatic answer to a mail goes, and its subject.
#[must_use]
pub fn answer_address(mail: &SentMail) -> (String, String) {
    let message = MessageParser::new().parse_headers(&mail.mime);
    let subject = message.as_ref().and_then(|message| message.subject()).unwrap_or_default();
    let reply_to = message.as_ref().and_then(|message| message.reply_to());
    let address = reply_to.and_then(|list| list.first()).and_then(|one| one.address());
    (address.unwrap_or(&mail.from).to_owned(), subject.to_owned())
}
