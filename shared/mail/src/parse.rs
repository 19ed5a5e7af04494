//! A raw mail to a [`ParsedMail`].

use std::borrow::Cow;

use domain::timestamp::Timestamp;

use crate::calendar::{self, EventVersion};
use crate::fields::{addresses, date, ids};
use crate::flaw::Flaw;
use crate::kind::{self, Evidence};
use crate::language;
use crate::mime::tree::Tree;
use crate::mime::{encoded_words, header};
use crate::parsed_mail::{HeaderField, ParsedMail, Party};
use crate::parts::{self, Parts};
use crate::thread_clues::{ClueFields, ThreadClues};
use crate::trace;
use crate::verdicts::{SES, TrustedServers, Verdicts};

/// Why octets are no mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotMail {
    /// Nothing, or white space only.
    #[error("the mail is empty")]
    Empty,
    /// No line at the start is a header field that a mail has.
    #[error("no header field of a mail stands at the start")]
    NoHeader,
}

impl NotMail {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::NoHeader => "no_header",
        }
    }
}

/// Reads a raw mail; verdicts are believed as [`SES`] writes them.
///
/// # Errors
/// [`NotMail`] where the octets are no mail at all.
pub fn parse(raw: &[u8]) -> Result<ParsedMail, NotMail> {
    parse_trusting(raw, SES)
}

/// Reads a raw mail that came by other servers than SES.
///
/// # Errors
/// [`NotMail`] where the octets are no mail at all.
pub fn parse_trusting(raw: &[u8], trusted: TrustedServers<'_>) -> Result<ParsedMail, NotMail> {
    if raw.trim_ascii().is_empty() {
        return Err(NotMail::Empty);
    }
    let mut flaws = Vec::new();
    let size = raw.len();
    let raw = readable_lines(raw, &mut flaws);
    let tree = Tree::read(&raw);
    let Some(root) = tree.parts.first().filter(|p| has_mail_field(&p.header)) else {
        return Err(NotMail::NoHeader);
    };
    tree_flaws(&tree, &mut flaws);
    let hint = tree.parts.iter().find_map(|p| p.content_type.parameter("charset"));
    let fields = Fields { raw: &raw, header: &root.header, hint };
    let headers = fields.all();
    let Parts { body, attachments, calendars, types, protection, embedded_files } =
        parts::read(&raw, &tree, &mut flaws);
    let events: Vec<EventVersion> = calendars
        .iter()
        .map(|(text, method)| calendar::read_all(text, method.as_deref()))
        .find(|events| !events.is_empty())
        .unwrap_or_default();
    let mail = ParsedMail {
        message_id: fields.text("message-id").and_then(|v| ids::message_id(&v)),
        date: fields.date(),
        subject: fields.decoded("subject"),
        from: fields.parties("from"),
        to: fields.parties("to"),
        cc: fields.parties("cc"),
        bcc: fields.parties("bcc"),
        reply_to: fields.parties("reply-to"),
        sender: fields.parties("sender").into_iter().next(),
        resent_from: [fields.parties("resent-from"), fields.parties("resent-sender")].concat(),
        resent_to: [fields.parties("resent-to"), fields.parties("resent-cc")].concat(),
        return_path: trace::return_path(&headers),
        clues: ThreadClues::default(),
        language: language::of(&body.new_text),
        body,
        attachments,
        embedded_files,
        kind: kind::MailKind::default(),
        kind_reason: kind::KindReason::default(),
        verdicts: Verdicts::read(&headers, trusted),
        calendar: events.first().map(|event| event.invitation.clone()),
        events,
        protection,
        flaws,
        headers,
        size,
    };
    Ok(judged(mail, root, &types, !calendars.is_empty()))
}

/// Adds what depends on several fields: clues, kind, flaws.
fn judged(
    mut mail: ParsedMail,
    root: &crate::mime::tree::Part,
    types: &[String],
    has_calendar: bool,
) -> ParsedMail {
    let first = |name: &str| mail.header(name);
    let recipients = mail.to.iter().chain(&mail.cc).chain(&mail.bcc).chain(&mail.resent_to);
    let mut clues = ThreadClues::collect(
        ClueFields {
            in_reply_to: first("in-reply-to"),
            references: first("references"),
            thread_index: first("thread-index"),
            thread_topic: first("thread-topic"),
            subject: mail.subject.as_deref(),
            text: &mail.body.text,
        },
        recipients,
    );
    clues.is_forward |= mail.headers.iter().any(|h| h.name == "resent-from");
    let part_types: Vec<&str> = types.iter().map(String::as_str).collect();
    let sender = mail.from.first().and_then(|p| p.address.as_ref());
    let (kind, kind_reason) = kind::judge(&Evidence {
        field: &first,
        media_type: &root.media_type,
        report_type: root.content_type.parameter("report-type"),
        part_types: &part_types,
        sender_local_part: sender.map(|a| a.local_part()).unwrap_or_default(),
        return_path: mail.return_path.as_deref(),
        subject: mail.subject.as_deref().unwrap_or_default(),
        new_text: &mail.body.new_text,
    });
    let mut flaws = std::mem::take(&mut mail.flaws);
    let mut flaw_if = |is: bool, flaw| is.then(|| flaws.push(flaw));
    flaw_if(mail.from.iter().all(|p| p.address.is_none()), Flaw::NoSender);
    flaw_if(root.header.all("from").count() > 1, Flaw::SeveralFromFields);
    flaw_if(root.header.fields.iter().any(|f| f.damaged_name), Flaw::DamagedFieldName);
    flaw_if(root.header.stray_line, Flaw::StrayHeaderLine);
    flaw_if(root.header.unended && !mail.body.text.is_empty(), Flaw::HeaderNotEnded);
    flaw_if(mail.date.is_none(), Flaw::NoDate);
    flaw_if(mail.message_id.is_none(), Flaw::NoMessageId);
    flaw_if(mail.verdicts.untrusted_present, Flaw::UntrustedVerdict);
    flaw_if(has_calendar && mail.calendar.is_none(), Flaw::BadCalendar);
    let named = mail.from.iter().chain(&mail.to).chain(&mail.cc).chain(&mail.reply_to);
    let bad = named.filter(|p| p.address.is_none()).any(|p| p.raw.contains('@'));
    flaw_if(bad, Flaw::BadAddress);
    flaws.sort_unstable();
    flaws.dedup();
    ParsedMail { clues, kind, kind_reason, flaws, ..mail }
}

impl ParsedMail {
    /// The first header field of that lower-case name, unfolded, not decoded.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|h| h.name == name).map(|h| h.value.as_str())
    }
}

/// Old Mac line ends (CR alone) are read as line ends.
fn readable_lines<'r>(raw: &'r [u8], flaws: &mut Vec<Flaw>) -> Cow<'r, [u8]> {
    if memchr::memchr(0, raw).is_some() {
        flaws.push(Flaw::NulOctets);
    }
    let head = raw.get(..4096.min(raw.len())).unwrap_or_default();
    if memchr::memchr(b'\n', head).is_some() || memchr::memchr(b'\r', head).is_none() {
        return raw.into();
    }
    flaws.push(Flaw::BareCarriageReturns);
    if memchr::memchr(b'\n', raw).is_some() {
        return raw.into();
    }
    raw.iter().map(|&b| if b == b'\r' { b'\n' } else { b }).collect::<Vec<u8>>().into()
}

fn tree_flaws(tree: &Tree, flaws: &mut Vec<Flaw>) {
    let found = [
        (tree.boundary_missing, Flaw::BoundaryMissing),
        (tree.unclosed, Flaw::MultipartNotClosed),
        (tree.cut, Flaw::TooManyParts),
    ];
    flaws.extend(found.into_iter().filter(|(is, _)| *is).map(|(_, flaw)| flaw));
}

/// A mail has at least one field of a mail; anything else that looks like `name: value` is a
/// configuration file or a log.
fn has_mail_field(header: &header::Header) -> bool {
    const KNOWN: [&str; 17] = [
        "from",
        "to",
        "cc",
        "bcc",
        "date",
        "subject",
        "message-id",
        "received",
        "return-path",
        "reply-to",
        "sender",
        "mime-version",
        "content-type",
        "delivered-to",
        "in-reply-to",
        "content-transfer-encoding",
        "x-original-to",
    ];
    header.fields.iter().any(|f| KNOWN.contains(&f.name.as_str()) || f.name.starts_with("resent-"))
}

struct Fields<'m> {
    raw: &'m [u8],
    header: &'m header::Header,
    /// The charset of the first labelled part: raw octets in the header are most likely its.
    hint: Option<&'m str>,
}

impl Fields<'_> {
    fn bytes(&self, field: &header::Field) -> Cow<'_, [u8]> {
        header::unfold(self.raw.get(field.value.clone()).unwrap_or_default())
    }

    /// The first field that has a value: some senders write an empty one first.
    fn value(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        self.header.all(name).map(|f| self.bytes(f)).find(|v| !v.is_empty())
    }

    fn text(&self, name: &str) -> Option<String> {
        self.value(name).map(|v| String::from_utf8_lossy(&v).into_owned())
    }

    fn decoded(&self, name: &str) -> Option<String> {
        let text = encoded_words::decode_with(&self.value(name)?, self.hint);
        // Folding leaves tabs and the like.
        Some(text.trim().replace(['\t', '\r', '\n'], " "))
    }

    fn parties(&self, name: &str) -> Vec<Party> {
        let mut all = Vec::new();
        for field in self.header.all(name) {
            all.extend(addresses::parse(&self.bytes(field)));
            if all.len() > addresses::PARTIES_MAX {
                break;
            }
        }
        all
    }

    fn date(&self) -> Option<Timestamp> {
        self.header.all("date").find_map(|f| date::parse(&String::from_utf8_lossy(&self.bytes(f))))
    }

    fn all(&self) -> Vec<HeaderField> {
        let read = |f: &header::Field| HeaderField {
            name: f.name.clone(),
            value: String::from_utf8_lossy(&self.bytes(f)).into_owned(),
        };
        self.header.fields.iter().filter(|f| !f.damaged_name).map(read).collect()
    }
}
