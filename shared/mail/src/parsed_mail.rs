//! What a mail means: the types that parsing gives. No lifetimes, so they can be kept and sent on.

use domain::email_address::EmailAddress;
use domain::timestamp::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::calendar::{EventVersion, Invitation};
use crate::flaw::Flaw;
use crate::kind::{KindReason, MailKind};
use crate::language::Language;
use crate::reply_text::SplitText;
use crate::thread_clues::ThreadClues;
use crate::verdicts::Verdicts;

/// A mail, understood.
#[derive(Clone, Debug)]
pub struct ParsedMail {
    /// The `Message-ID` without angle brackets, as written.
    pub message_id: Option<String>,
    /// The `Date` field.
    pub date: Option<Timestamp>,
    /// The subject, decoded.
    pub subject: Option<String>,
    /// Who wrote it.
    pub from: Vec<Party>,
    /// Whom it is for.
    pub to: Vec<Party>,
    /// Who gets a copy.
    pub cc: Vec<Party>,
    /// Who gets a copy without the others' knowledge; stands only in mail of one's own.
    pub bcc: Vec<Party>,
    /// Where answers should go.
    pub reply_to: Vec<Party>,
    /// Who handed it in for the author (RFC 5322 section 3.6.2).
    pub sender: Option<Party>,
    /// Who passed it on by hand: `Resent-From` and `Resent-Sender`.
    pub resent_from: Vec<Party>,
    /// Who got it passed on by hand: `Resent-To` and `Resent-Cc`.
    pub resent_to: Vec<Party>,
    /// The null or other return path of the trace header; `Some("")` is the null path.
    pub return_path: Option<String>,
    /// What ties it to other mails.
    pub clues: ThreadClues,
    /// What a person reads.
    pub body: Body,
    /// Files, and mails within the mail, in the order they stand.
    pub attachments: Vec<Attachment>,
    /// Files that were written into the text itself (uuencode, yEnc).
    pub embedded_files: Vec<Attachment>,
    /// What sort of mail it is.
    pub kind: MailKind,
    /// Why it was judged so.
    pub kind_reason: KindReason,
    /// The language of the new text, where there is enough of it to tell.
    pub language: Option<Language>,
    /// What receiving servers said about it.
    pub verdicts: Verdicts,
    /// The meeting it is about.
    pub calendar: Option<Invitation>,
    /// The meeting and, where it recurs, the instances that the mail tells of beside it.
    pub events: Vec<EventVersion>,
    /// How it is protected, if it is.
    pub protection: Option<Protection>,
    /// What is wrong with it.
    pub flaws: Vec<Flaw>,
    /// All header fields of the mail itself, decoded, in order.
    pub headers: Vec<HeaderField>,
    /// Its length in octets.
    pub size: usize,
}

/// A header field: lower-case name, unfolded value (not decoded), as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeaderField {
    /// Lower case.
    pub name: String,
    /// Folds undone, white space around it cut; encoded words are as written.
    pub value: String,
}

/// Somebody named in a header field.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address, where there is one.
    pub address: Option<EmailAddress>,
    /// The text it was read from, without the name where an address was found. Never log it.
    pub raw: String,
    /// It stood in angle brackets, so it was meant as an address.
    pub bracketed: bool,
}

impl Party {
    /// A mailbox without a domain, as mail within one host names it: `<root>`.
    pub fn is_local(&self) -> bool {
        self.address.is_none() && self.bracketed && !self.raw.contains(char::is_whitespace)
    }
}

impl std::fmt::Debug for Party {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Party").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What a person reads.
#[derive(Clone, Debug, Default)]
pub struct Body {
    /// All text/plain bodies; where there is none, the HTML as text.
    pub text: String,
    /// The text/plain bodies that stand where the standard has them; `text` also has those that
    /// were recovered from damage.
    pub plain: String,
    /// An HTML body stands in the mail.
    pub has_html: bool,
    /// The HTML bodies, not made safe: see [`crate::safe_html`].
    pub html: Option<String>,
    /// What the writer wrote anew: `text` without quotation, signature and disclaimer.
    pub new_text: String,
    /// Where the parts of `text` begin and end.
    pub split: SplitText,
}

/// A file or mail that came with the mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name as the sender gave it, decoded, without control characters; may hold a path, so
    /// use [`Attachment::file_name`] to save or offer it.
    pub name: Option<String>,
    /// Lower case, no parameters.
    pub media_type: String,
    /// Its content, decoded.
    pub bytes: Vec<u8>,
    /// `Content-ID` without angle brackets: HTML refers to it as `cid:`.
    pub content_id: Option<String>,
    /// Shown within the text rather than offered beside it.
    pub inline: bool,
    /// What was packed into it by Outlook (TNEF) or stands in it as files.
    pub contents: Vec<Attachment>,
}

impl Attachment {
    /// The last part of the name's path, so nothing can be written outside the folder it is
    /// saved to. None where no name or only dots are left.
    pub fn file_name(&self) -> Option<&str> {
        let base = self.name.as_deref()?.rsplit(['/', '\\']).next()?.trim();
        (!base.is_empty() && !base.chars().all(|c| c == '.')).then_some(base)
    }

    /// Lower-case hexadecimal SHA-256 of the content.
    pub fn sha256_hex(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attachment")
            .field("media_type", &self.media_type)
            .field("octets", &self.bytes.len())
            .field("inline", &self.inline)
            .finish_non_exhaustive()
    }
}

/// How a mail is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Protection {
    /// Signed by S/MIME (RFC 8551).
    SmimeSigned,
    /// Encrypted by S/MIME.
    SmimeEncrypted,
    /// Signed by OpenPGP (RFC 3156, or the older form within the text).
    PgpSigned,
    /// Encrypted by OpenPGP.
    PgpEncrypted,
}

/// Lower-case hexadecimal text of octets.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
    }
    text
}
