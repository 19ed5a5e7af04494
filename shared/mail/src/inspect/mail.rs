//! `--as mail`: a mail as one JSON line.

use domain::email_address::EmailAddress;
use serde_json::{Value, json};

use crate::calendar::Invitation;
use crate::mime::tree::is_message;
use crate::parse::parse;
use crate::parsed_mail::{Attachment, ParsedMail, Party};

/// One JSON line; a file that is no mail has `error` in place of the rest.
pub fn line(name: &str, raw: &[u8]) -> String {
    match parse(raw) {
        Ok(mail) => of(name, &mail).to_string(),
        Err(not) => json!({ "file": name, "error": not.code() }).to_string(),
    }
}

/// The JSON of one mail.
pub fn of(name: &str, mail: &ParsedMail) -> Value {
    json!({
        "file": name,
        "kind": mail.kind.code(),
        "kind_reason": mail.kind_reason.to_string(),
        "subject": mail.subject,
        "from": addresses(&mail.from),
        "to": addresses(&mail.to),
        "cc": addresses(&mail.cc),
        "message_id": mail.message_id,
        "date": mail.date.map(|d| d.seconds()),
        "text": mail.body.plain,
        "has_html": mail.body.has_html,
        "reply_text": mail.body.new_text,
        "language": mail.language.map(|l| l.code()),
        "attachments": files(mail, false),
        "attached_mails": files(mail, true),
        "embedded_files": mail.embedded_files.iter().map(attachment).collect::<Vec<_>>(),
        "protection": mail.protection,
        "calendar": mail.calendar.as_ref().map(calendar),
        "verdicts": mail.verdicts,
        "flaws": mail.flaws.iter().map(|f| f.code()).collect::<Vec<_>>(),
    })
}

/// The addresses as they were written, where that differs only in how the domain is spelled; a
/// bare word in brackets is somebody too.
fn addresses(parties: &[Party]) -> Vec<&str> {
    parties.iter().filter_map(address_text).collect()
}

fn address_text(party: &Party) -> Option<&str> {
    match &party.address {
        Some(a) if EmailAddress::parse(&party.raw).as_ref() == Ok(a) => Some(&party.raw),
        Some(a) => Some(a.expose()),
        None => party.is_local().then_some(party.raw.as_str()),
    }
}

/// The files, or the mails within the mail.
fn files(mail: &ParsedMail, mails: bool) -> Vec<Value> {
    let wanted = mail.attachments.iter().filter(|a| is_message(&a.media_type) == mails);
    wanted.map(attachment).collect()
}

fn attachment(file: &Attachment) -> Value {
    let mut value = json!({
        "name": file.name,
        "type": file.media_type,
        "size": file.bytes.len(),
        "sha256": file.sha256_hex(),
    });
    if !file.contents.is_empty() {
        let contents: Vec<Value> = file.contents.iter().map(attachment).collect();
        if let Some(object) = value.as_object_mut() {
            object.insert("contents".to_owned(), contents.into());
        }
    }
    value
}

fn calendar(invitation: &Invitation) -> Value {
    let attendees: Vec<&str> = invitation.attendees.iter().map(|a| a.address.expose()).collect();
    json!({
        "method": invitation.method,
        "uid": invitation.uid,
        "summary": invitation.summary,
        "dtstart": invitation.start.as_ref().map(|t| &t.local),
        "tzid": invitation.start.as_ref().and_then(|t| t.zone.as_ref()),
        "organizer": invitation.organizer.as_ref().map(|a| a.expose()),
        "attendees": attendees,
        "sequence": invitation.sequence,
    })
}
