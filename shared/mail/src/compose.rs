//! A mail from its parts: MIME that every reader takes (RFC 5322, 2045 to 2047, 2231).
//!
//! No text of a caller can begin a header field: names, subjects, file names and ids are encoded or
//! cut to what their field takes. The same parts give the same octets, so a mail that is composed
//! again after a crash is the same mail.

use std::borrow::Cow;

use domain::email_address::EmailAddress;
use domain::timestamp::Timestamp;
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::message_id::MessageId;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::{BodyPart, MimePart};

/// Somebody a mail is from or to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correspondent {
    /// The display name.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

impl From<EmailAddress> for Correspondent {
    fn from(address: EmailAddress) -> Self {
        Self { name: None, address }
    }
}

/// A file to send along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File<'a> {
    /// What the recipient saves it as.
    pub name: &'a str,
    /// Its media type.
    pub media_type: &'a str,
    /// Its octets.
    pub octets: &'a [u8],
}

/// A calendar object that comes with a mail (RFC 6047).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarPart {
    /// Its iTIP method: `REQUEST`, `REPLY`, `CANCEL`.
    pub method: String,
    /// The iCalendar text.
    pub text: String,
}

/// The parts of a mail. Who gets it blindly is told to the sender alone and stands nowhere here.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Its Message-ID without angle brackets. SES puts its own in place of it.
    pub header_id: &'a str,
    /// When it is sent.
    pub date: Timestamp,
    /// Who writes it.
    pub from: &'a Correspondent,
    /// Where answers go, where that is not the writer.
    pub reply_to: Option<&'a EmailAddress>,
    /// Its recipients.
    pub to: &'a [Correspondent],
    /// Those who get a copy.
    pub cc: &'a [Correspondent],
    /// The subject.
    pub subject: &'a str,
    /// The text, where there is one.
    pub text: Option<&'a str>,
    /// The text as HTML, where there is one.
    pub html: Option<&'a str>,
    /// The calendar object, where there is one.
    pub calendar: Option<&'a CalendarPart>,
    /// The files.
    pub files: &'a [File<'a>],
    /// The id of the mail it answers, without angle brackets.
    pub in_reply_to: Option<&'a str>,
    /// The ids of the conversation, the oldest first (RFC 5322 section 3.6.4).
    pub references: &'a [String],
    /// Whether a machine writes or answers by itself: it says so, and asks for no answer (RFC 3834
    /// section 5).
    pub automatic: bool,
}

/// Ids in References: with more the oldest and the newest stay (RFC 5322 section 3.6.4 lets them go).
const REFERENCES_MAX: usize = 20;

/// The mail as octets.
pub fn compose(draft: &Draft<'_>) -> Vec<u8> {
    let mut builder = MessageBuilder::new()
        .date(Date::new(draft.date.seconds()))
        .from(address(draft.from))
        .message_id(header_id(draft.header_id).unwrap_or_else(|| "mail".to_owned()));
    if let Some(reply_to) = draft.reply_to {
        builder = builder.reply_to(Address::new_address(None::<&str>, reply_to.expose()));
    }
    if !draft.to.is_empty() {
        builder = builder.to(addresses(draft.to));
    }
    if !draft.cc.is_empty() {
        builder = builder.cc(addresses(draft.cc));
    }
    builder = builder.subject(one_line(draft.subject).into_owned());
    if let Some(id) = draft.in_reply_to.and_then(header_id) {
        builder = builder.in_reply_to(id);
    }
    let references = references(draft.references);
    if !references.is_empty() {
        builder = builder.references(MessageId::new_list(references.into_iter()));
    }
    if draft.automatic {
        let answers = draft.in_reply_to.is_some();
        let how = if answers { "auto-replied" } else { "auto-generated" };
        builder = builder
            .header("Auto-Submitted", Raw::new(how))
            .header("X-Auto-Response-Suppress", Raw::new("All"));
    }
    let builder = builder.body(Parts::of(draft).whole(draft));
    // Writing into memory does not fail.
    builder.write_to_vec().unwrap_or_default()
}

/// Builds the parts, each multipart with a boundary of its own.
struct Parts {
    boundary: String,
    count: u32,
}

impl Parts {
    /// Boundaries come of the mail's id, which nobody could know who wrote its text. An equals sign and
    /// an underscore stand in no line of quoted-printable or base64 (RFC 2045 section 6.7).
    fn of(draft: &Draft<'_>) -> Self {
        let plain = draft.header_id.chars().filter(char::is_ascii_alphanumeric).take(48);
        Self { boundary: plain.collect(), count: 0 }
    }

    fn multipart<'x>(&mut self, subtype: &str, parts: Vec<MimePart<'x>>) -> MimePart<'x> {
        self.count += 1;
        let boundary = format!("=_{}_{}", self.boundary, self.count);
        let media_type = ContentType::new(format!("multipart/{subtype}"));
        MimePart::new(media_type.attribute("boundary", boundary), BodyPart::Multipart(parts))
    }

    fn whole<'x>(&mut self, draft: &Draft<'x>) -> MimePart<'x> {
        let mut texts = Vec::new();
        if draft.text.is_some() || (draft.html.is_none() && draft.calendar.is_none()) {
            texts.push(text_part("plain", draft.text.unwrap_or_default()));
        }
        texts.extend(draft.html.map(|html| text_part("html", html)));
        texts.extend(draft.calendar.map(|calendar| {
            let method: String =
                calendar.method.chars().filter(char::is_ascii_alphabetic).collect();
            let media_type = ContentType::new("text/calendar").attribute("charset", "utf-8");
            MimePart::new(media_type.attribute("method", method), calendar.text.as_str())
        }));
        let body = if texts.len() > 1 {
            self.multipart("alternative", texts)
        } else {
            texts.pop().unwrap_or_else(|| text_part("plain", ""))
        };
        if draft.files.is_empty() {
            return body;
        }
        let files = draft.files.iter().map(|file| {
            let media_type = media_type(file.media_type);
            MimePart::new(media_type, file.octets).attachment(one_line(file.name).into_owned())
        });
        let parts = std::iter::once(body).chain(files).collect();
        self.multipart("mixed", parts)
    }
}

fn text_part<'x>(subtype: &str, text: &'x str) -> MimePart<'x> {
    let media_type = ContentType::new(format!("text/{subtype}"));
    MimePart::new(media_type.attribute("charset", "utf-8"), text)
}

fn address(who: &Correspondent) -> Address<'static> {
    let name = who.name.as_deref().map(|name| one_line(name).trim().to_owned());
    Address::new_address(name.filter(|name| !name.is_empty()), who.address.expose().to_owned())
}

fn addresses(all: &[Correspondent]) -> Address<'static> {
    Address::new_list(all.iter().map(address).collect())
}

/// A text for a field of one line: control characters, line ends among them, become spaces.
fn one_line(text: &str) -> Cow<'_, str> {
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    if text.chars().any(breaks) {
        text.chars().map(|c| if breaks(c) { ' ' } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}

/// An id that can stand between angle brackets; none where the text can't be one.
fn header_id(text: &str) -> Option<String> {
    let fits = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '(' | ')' | ',');
    (!text.is_empty() && text.len() <= 900 && text.chars().all(fits)).then(|| text.to_owned())
}

/// The ids that References can hold: the oldest and the newest.
fn references(ids: &[String]) -> Vec<String> {
    let mut usable: Vec<String> = ids.iter().filter_map(|id| header_id(id)).collect();
    if usable.len() > REFERENCES_MAX {
        let newest = usable.split_off(usable.len() - (REFERENCES_MAX - 1));
        usable.truncate(1);
        usable.extend(newest);
    }
    usable
}

/// `type/subtype` of a file, or that of unknown octets where the text is none.
fn media_type(text: &str) -> ContentType<'static> {
    let token = |word: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c);
        !word.is_empty() && word.len() <= 127 && word.chars().all(fits)
    };
    let formed = text.split_once('/').is_some_and(|(kind, subtype)| {
        // A multipart or a message without its form would be opened as what it is not.
        token(kind) && token(subtype) && !matches!(kind, "multipart" | "message")
    });
    ContentType::new(if formed { text.to_owned() } else { "application/octet-stream".to_owned() })
}

#[cfg(test)]
mod tests;
