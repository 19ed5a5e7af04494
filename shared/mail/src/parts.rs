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
    let mut texts = Texts::default();
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
                if is_calendar(part) {
                    let method = part.content_type.parameter("method").map(str::to_owned);
                    let text = charset::decode(&decoded.bytes, charset_of(part)).text;
                    read.calendars.push((text, method));
                }
                match text_kind(part) {
                    Some(kind) => {
                        let stray = part.header.stray_tail.clone();
                        let stray = stray.and_then(|r| raw.get(r)).unwrap_or_default();
                        texts.add(kind, part, stray, &decoded.bytes, flaws);
                    }
                    None => read.attachments.push(attachment(decoded.bytes.into_owned(), part)),
                }
            }
        }
    }
    read.body = body::assemble(texts, flaws);
    read
}

/// The texts of the parts that are shown, in order.
#[derive(Debug, Default)]
pub struct Texts {
    /// Plain texts, and whether each stands where it should.
    pub plain: Vec<(String, bool)>,
    /// HTML texts.
    pub html: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum TextKind {
    Plain,
    Html,
    /// Legible, but not where or what it should be.
    Recovered,
}

impl Texts {
    fn add(
        &mut self,
        kind: TextKind,
        part: &Part,
        stray: &[u8],
        bytes: &[u8],
        flaws: &mut Vec<Flaw>,
    ) {
        let text = charset::decode(bytes, charset_of(part));
        if text.guessed {
            flaws.push(Flaw::CharsetGuessed);
        }
        if !stray.is_empty() {
            self.plain.push((charset::decode(stray, charset_of(part)).text, false));
        }
        match kind {
            TextKind::Html => self.html.push(text.text),
            TextKind::Plain => self.plain.push((text.text, !part.recovered)),
            TextKind::Recovered => self.plain.push((text.text, false)),
        }
    }
}

/// Which text a leaf is. A text part is shown unless it is labelled an attachment; what has no
/// legible type is shown where it has no name, as it is most likely what somebody wrote.
fn text_kind(part: &Part) -> Option<TextKind> {
    if part.disposition.as_ref().is_some_and(|d| d.value == "attachment") {
        return None;
    }
    match part.media_type.as_str() {
        "text/plain" => Some(TextKind::Plain),
        "text/html" => Some(TextKind::Html),
        other if part.recovered && file_name(part).is_none() => {
            let legible = !other.contains('/') || part.content_type.kind() == "multipart";
            legible.then_some(TextKind::Recovered)
        }
        _ => None,
    }
}

fn charset_of(part: &Part) -> Option<&str> {
    part.content_type.parameter("charset")
}

fn is_calendar(part: &Part) -> bool {
    matches!(part.media_type.as_str(), "text/calendar" | "application/ics")
        || file_name(part).is_some_and(|n| n.to_ascii_lowercase().ends_with(".ics"))
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

/// A name without control characters.
fn clean_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}
