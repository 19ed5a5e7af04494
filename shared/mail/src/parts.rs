//! The leaves of a mail: bodies, files, calendar parts.

use crate::body;
use crate::flaw::Flaw;
use crate::mime::charset;
use crate::mime::tree::{Form, Part, Tree, is_message};
use crate::parsed_mail::{Attachment, Body, Protection};

/// What the leaves hold.
#[derive(Debug, Default)]
pub struct Parts {
    /// What a person reads.
    pub body: Body,
    /// Files and mails.
    pub attachments: Vec<Attachment>,
    /// Calendar texts, each with its `method` parameter.
    pub calendars: Vec<(String, Option<String>)>,
    /// Types of all parts of the mail itself, not of mails within it.
    pub types: Vec<String>,
    /// S/MIME or OpenPGP.
    pub protection: Option<Protection>,
}

/// Reads all leaves.
pub fn read(raw: &[u8], tree: &Tree, flaws: &mut Vec<Flaw>) -> Parts {
    let mut read = Parts::default();
    let (mut plain, mut html) = (Vec::new(), Vec::new());
    for part in &tree.parts {
        if part.message_depth > 0 {
            continue;
        }
        read.types.push(part.media_type.clone());
        match part.form {
            Form::Multipart => {}
            Form::Message => read.attachments.push(attachment(tree.body(raw, part).to_vec(), part)),
            Form::Leaf => {
                let decoded = part.encoding.decode(tree.body(raw, part));
                if decoded.damaged {
                    flaws.push(Flaw::DamagedEncoding);
                }
                let is_text = matches!(part.media_type.as_str(), "text/plain" | "text/html");
                if is_calendar(part) {
                    let method = part.content_type.parameter("method").map(str::to_owned);
                    let text = charset::decode(&decoded.bytes, charset_of(part)).text;
                    read.calendars.push((text, method));
                }
                if is_text && !is_file(part) {
                    let text = charset::decode(&decoded.bytes, charset_of(part));
                    if text.guessed {
                        flaws.push(Flaw::CharsetGuessed);
                    }
                    let texts = if part.media_type == "text/html" { &mut html } else { &mut plain };
                    texts.push(text.text);
                } else {
                    read.attachments.push(attachment(decoded.bytes.into_owned(), part));
                }
            }
        }
    }
    read.body = body::assemble(plain, html, flaws);
    read
}

fn charset_of(part: &Part) -> Option<&str> {
    part.content_type.parameter("charset")
}

fn is_calendar(part: &Part) -> bool {
    matches!(part.media_type.as_str(), "text/calendar" | "application/ics")
        || file_name(part).is_some_and(|n| n.to_ascii_lowercase().ends_with(".ics"))
}

/// A text part that is a file: so labelled, or named and not shown inline.
fn is_file(part: &Part) -> bool {
    let disposition = part.disposition.as_ref().map(|d| d.value.as_str());
    match disposition {
        Some("attachment") => true,
        Some("inline") => file_name(part).is_some() && part.parent.is_some(),
        _ => file_name(part).is_some() && part.parent.is_some(),
    }
}

/// The name: `filename` of the disposition, else `name` of the type.
fn file_name(part: &Part) -> Option<&str> {
    let by_disposition = part.disposition.as_ref().and_then(|d| d.parameter("filename"));
    let named = by_disposition.or_else(|| part.content_type.parameter("name"));
    named.map(str::trim).filter(|n| !n.is_empty())
}

fn attachment(bytes: Vec<u8>, part: &Part) -> Attachment {
    let disposition = part.disposition.as_ref().map(|d| d.value.as_str());
    Attachment {
        name: file_name(part).map(clean_name).filter(|n| !n.is_empty()),
        media_type: part.media_type.clone(),
        bytes,
        content_id: None,
        inline: disposition == Some("inline") && !is_message(&part.media_type),
        contents: Vec::new(),
    }
}

/// A name without control characters; directories are dropped, so nothing can be written outside
/// the folder it is saved to.
fn clean_name(name: &str) -> String {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    base.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}
