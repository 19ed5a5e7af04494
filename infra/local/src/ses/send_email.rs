//! SendEmail: a raw or a simple mail to at most 50 recipients.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use super::http_door::Said;
use super::outbox::{SentMail, fresh_id};
use super::outcome::Outcome;
use super::{Desk, delivery, mime};
use crate::receiving::MAIL_BYTES_MAX;

/// SES takes a mail to at most 50 recipients (SES quotas page).
const RECIPIENTS_MAX: usize = 50;

/// The members of the request that are used here.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    from_email_address: Option<String>,
    #[serde(default)]
    destination: Destination,
    content: Content,
    #[serde(default)]
    email_tags: Vec<Tag>,
    configuration_set_name: Option<String>,
    #[serde(default)]
    reply_to_addresses: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Destination {
    to_addresses: Vec<String>,
    cc_addresses: Vec<String>,
    bcc_addresses: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Content {
    raw: Option<Raw>,
    simple: Option<Simple>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Raw {
    data: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Simple {
    subject: Text,
    body: Body,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Body {
    text: Option<Text>,
    html: Option<Text>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Text {
    data: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    name: String,
    value: String,
}

/// Answers the call.
///
/// # Errors
/// When the outbox or the local cloud does not work.
pub async fn answer(desk: &Arc<Desk>, body: &[u8]) -> Result<Said> {
    let request: Request = match serde_json::from_slice(body) {
        Ok(request) => request,
        Err(fault) => return Ok(bad_request(format!("the request can't be read: {fault}"))),
    };
    let around = desk.surroundings.get().context("the local SES has no cloud around it yet")?;
    if let Some(set) = &request.configuration_set_name
        && delivery::destinations(around, set).await?.is_none()
    {
        let message = format!("Configuration set <{set}> does not exist.");
        return Ok(Said::Error(StatusCode::NOT_FOUND, "NotFoundException", message));
    }
    let now = Timestamp::now();
    let mail = match mail_of(request, now)? {
        Ok(mail) => mail,
        Err(message) => return Ok(bad_request(message)),
    };
    let mut outcomes: BTreeMap<Outcome, Vec<String>> = BTreeMap::new();
    for address in &mail.to {
        outcomes.entry(desk.outcomes.at(address)?).or_default().push(address.clone());
    }
    if let Some(said) = not_taken(desk, &outcomes, mail.to.len(), now) {
        return Ok(said);
    }
    desk.outbox.keep(&mail)?;
    let id = mail.id.clone();
    let lost = outcomes.contains_key(&Outcome::LostAnswer);
    tokio::spawn(delivery::deliver(Arc::clone(desk), mail, outcomes));
    Ok(if lost { Said::HangUp } else { Said::ok(json!({"MessageId": id})) })
}

/// What the call is answered where the mail is not taken.
fn not_taken(
    desk: &Desk,
    outcomes: &BTreeMap<Outcome, Vec<String>>,
    recipients: usize,
    now: Timestamp,
) -> Option<Said> {
    if outcomes.contains_key(&Outcome::LostRequest) {
        return Some(Said::HangUp);
    }
    if outcomes.contains_key(&Outcome::Refused) {
        let message = "Email address is not verified.".to_owned();
        return Some(Said::Error(StatusCode::BAD_REQUEST, "MessageRejected", message));
    }
    let throttled = outcomes.contains_key(&Outcome::Throttled);
    let counted = u32::try_from(recipients).unwrap_or(u32::MAX);
    let limited = if throttled {
        Some("Maximum sending rate exceeded.")
    } else {
        desk.account().take(counted, now).err()
    };
    let status = StatusCode::TOO_MANY_REQUESTS;
    limited.map(|said| Said::Error(status, "TooManyRequestsException", said.to_owned()))
}

/// The mail of a request, or what is wrong with the request.
fn mail_of(request: Request, now: Timestamp) -> Result<Result<SentMail, String>> {
    let Destination { to_addresses, cc_addresses, bcc_addresses } = request.destination.clone();
    let mut to = [to_addresses, cc_addresses, bcc_addresses].concat();
    to.dedup();
    if to.is_empty() || to.len() > RECIPIENTS_MAX {
        return Ok(Err(format!("{} recipients: 1 to {RECIPIENTS_MAX} are taken", to.len())));
    }
    if let Some(tag) = request.email_tags.iter().find(|tag| !is_tag(tag)) {
        return Ok(Err(format!("Invalid tag <{}>.", tag.name)));
    }
    let id = fresh_id(now);
    let raw = match &request.content {
        Content { raw: Some(raw), .. } => match STANDARD.decode(&raw.data) {
            Ok(octets) => octets,
            Err(_) => return Ok(Err("Raw.Data is not base64.".to_owned())),
        },
        Content { simple: Some(simple), .. } => simple_mime(simple, &request),
        Content { raw: None, simple: None } => return Ok(Err("Content is empty.".to_owned())),
    };
    if raw.len() > MAIL_BYTES_MAX {
        return Ok(Err("Message length is more than 41943040 bytes long.".to_owned()));
    }
    let from =
        request.from_email_address.unwrap_or_else(|| crate::recipients::sender_of_mail(&raw));
    Ok(Ok(SentMail {
        mime: mime::rewritten(&raw, &id, now)?,
        id,
        at_millis: now.as_millisecond(),
        from,
        to,
        tags: request.email_tags.into_iter().map(|tag| (tag.name, tag.value)).collect(),
        configuration_set: request.configuration_set_name,
    }))
}

/// MessageTag: letters, digits, `_` and `-`, fewer than 256 characters.
fn is_tag(tag: &Tag) -> bool {
    let fits = |text: &str| {
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'_' | b'-');
        !text.is_empty() && text.len() < 256 && text.bytes().all(plain)
    };
    fits(&tag.name) && fits(&tag.value)
}

fn simple_mime(simple: &Simple, request: &Request) -> Vec<u8> {
    let mut head = String::from("MIME-Version: 1.0\r\n");
    let mut field = |name: &str, value: String| {
        if !value.is_empty() {
            // A line end in a value would begin another field.
            head.push_str(&format!("{name}: {}\r\n", value.replace(['\r', '\n'], " ")));
        }
    };
    field("From", request.from_email_address.clone().unwrap_or_default());
    field("To", request.destination.to_addresses.join(", "));
    field("Cc", request.destination.cc_addresses.join(", "));
    field("Reply-To", request.reply_to_addresses.join(", "));
    field("Subject", format!("=?UTF-8?B?{}?=", STANDARD.encode(&simple.subject.data)));
    let part = |subtype: &str, text: &Text| {
        let mut lines = String::new();
        for line in STANDARD.encode(&text.data).as_bytes().chunks(76) {
            lines.push_str(&format!("{}\r\n", String::from_utf8_lossy(line)));
        }
        format!(
            "Content-Type: text/{subtype}; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\
             \r\n{lines}"
        )
    };
    let text = simple.body.text.as_ref().map(|text| part("plain", text));
    let html = simple.body.html.as_ref().map(|html| part("html", html));
    match (text, html) {
        (Some(text), Some(html)) => format!(
            "{head}Content-Type: multipart/alternative; boundary=\"alternatives\"\r\n\r\n\
             --alternatives\r\n{text}--alternatives\r\n{html}--alternatives--\r\n"
        ),
        (one, other) => format!("{head}{}", one.or(other).unwrap_or_else(|| "\r\n".to_owned())),
    }
    .into_bytes()
}

fn bad_request(message: String) -> Said {
    Said::Error(StatusCode::BAD_REQUEST, "BadRequestException", message)
}
