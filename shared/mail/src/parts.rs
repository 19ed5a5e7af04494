//! The leaves of a mail: bodies, files, calendar parts.

use crate::body;
use crate::flaw::Flaw;
use crate::mime::tree::{Form, Part, Tree, is_message};
use crate::mime::{charset, tnef, uuencode};
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
    /// Files written into the text itself.
    pub embedded_files: Vec<Attachment>,
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
        read.protection = read.protection.or_else(|| protection_of(part));
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
                    None => {
                        let file = attachment(decoded.bytes.into_owned(), part);
                        read.attachments.push(unpacked(file, &mut texts, flaws));
                    }
                }
            }
        }
    }
    read.embedded_files = std::mem::take(&mut texts.files);
    read.body = body::assemble(texts, flaws);
    read.protection = read.protection.or_else(|| armour_of(&read.body.text));
    if matches!(read.protection, Some(Protection::SmimeEncrypted | Protection::PgpEncrypted)) {
        flaws.push(Flaw::Encrypted);
    }
    read
}

/// `winmail.dat` with its files unpacked; its text counts where the mail has none of its own.
fn unpacked(mut file: Attachment, texts: &mut Texts, flaws: &mut Vec<Flaw>) -> Attachment {
    let named =
        matches!(file.media_type.as_str(), "application/ms-tnef" | "application/vnd.ms-tnef")
            || file.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case("winmail.dat"));
    if !named {
        return file;
    }
    let Some(tnef) = tnef::read(&file.bytes) else {
        flaws.push(Flaw::BadTnef);
        return file;
    };
    if tnef.damaged {
        flaws.push(Flaw::BadTnef);
    }
    texts.packed_plain.extend(tnef.text);
    texts.packed_html.extend(tnef.html);
    let contents = tnef.files.into_iter().map(|packed| Attachment {
        name: packed.name.map(|n| clean_name(&n)).filter(|n| !n.is_empty()),
        media_type: packed.media_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        bytes: packed.bytes,
        inline: packed.content_id.is_some(),
        content_id: packed.content_id,
        contents: Vec::new(),
    });
    file.contents = contents.collect();
    file
}

/// Protection by the types of RFC 8551 section 3.2 and RFC 3156.
fn protection_of(part: &Part) -> Option<Protection> {
    let parameter = |name| part.content_type.parameter(name).map(str::to_ascii_lowercase);
    let protocol = parameter("protocol").unwrap_or_default();
    match part.media_type.as_str() {
        "multipart/signed" if protocol.contains("pgp") => Some(Protection::PgpSigned),
        "multipart/signed" => Some(Protection::SmimeSigned),
        "multipart/encrypted" => Some(Protection::PgpEncrypted),
        "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
            let signed = parameter("smime-type").is_some_and(|t| t.starts_with("signed"));
            Some(if signed { Protection::SmimeSigned } else { Protection::SmimeEncrypted })
        }
        _ => None,
    }
}

/// OpenPGP armour within the text (RFC 9580 section 6.2).
fn armour_of(text: &str) -> Option<Protection> {
    let head = text.trim_start();
    if head.starts_with("-----BEGIN PGP MESSAGE-----") {
        return Some(Protection::PgpEncrypted);
    }
    head.starts_with("-----BEGIN PGP SIGNED MESSAGE-----").then_some(Protection::PgpSigned)
}

/// The texts of the parts that are shown, in order.
#[derive(Debug, Default)]
pub struct Texts {
    /// Plain texts, and whether each stands where it should.
    pub plain: Vec<(String, bool)>,
    /// HTML texts.
    pub html: Vec<String>,
    /// Plain texts out of `winmail.dat`.
    pub packed_plain: Vec<String>,
    /// HTML texts out of `winmail.dat`.
    pub packed_html: Vec<String>,
    /// Files found in plain texts.
    pub files: Vec<Attachment>,
    /// Some file stands in a plain text, so the text that is read leaves it out.
    pub cut_files: bool,
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
        if kind != TextKind::Html {
            self.take_files(&text.text);
        }
        match kind {
            TextKind::Html => self.html.push(text.text),
            TextKind::Plain => self.plain.push((text.text, !part.recovered)),
            TextKind::Recovered => self.plain.push((text.text, false)),
        }
    }
}

impl Texts {
    /// Files that were written into a text by `uuencode` or as yEnc.
    fn take_files(&mut self, text: &str) {
        for file in uuencode::files(text.as_bytes()) {
            self.cut_files = true;
            self.files.push(Attachment {
                name: Some(clean_name(&file.name)),
                media_type: "application/octet-stream".to_owned(),
                bytes: file.bytes,
                content_id: None,
                inline: false,
                contents: Vec::new(),
            });
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
        content_id: part.content_id.clone(),
        inline: disposition == Some("inline") && !is_message(&part.media_type),
        contents: Vec::new(),
    }
}

/// A name without control characters.
fn clean_name(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}
