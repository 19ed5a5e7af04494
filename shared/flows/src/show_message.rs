//! One message: its record, its whole new text from the raw mail, and its files by signed URL.

use std::panic::catch_unwind;

use domain::ids::MessageId;
use domain::limits::{PAGE_ITEMS_MAX, RAW_MAIL_BYTES_MAX, SIGNED_URL_LIFE, TEXT_BYTES_MAX};
use domain::message::{Direction, Message, RawMail};
use domain::permission::{Allowed, ReadMail};
use domain::refusal::{RefusalCode, Refused};
use domain::send::{Send, SendPlace};
use domain::timestamp::Timestamp;
use futures::future::try_join;
use mail::parsed_mail::ParsedMail;
use store::{messages, sends};

use crate::attachment_key::attachment_key;
use crate::cut;
use crate::error::FlowError;
use crate::passed_on::passed_on;
use crate::ports::{MailArchive, Records, SignedFile};
use crate::visible_mail::{self, VisibleMessage};

/// A message with its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageWithText {
    /// The message and the deliveries that the caller may see.
    pub mail: VisibleMessage,
    /// What its writer wrote anew.
    pub text: NewText,
    /// What became of it for each recipient, where we sent it.
    pub sends: Vec<Send>,
}

/// What the writer of a mail wrote anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewText {
    /// All of it.
    Whole(String),
    /// Its beginning, as much as an answer takes.
    Beginning(String),
    /// The raw mail is gone from the archive, or can't be read any more.
    Gone,
}

/// Where a file can be had for a short while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileUrl {
    /// The URL; whoever has it has the file.
    pub url: String,
    /// When it ends to work.
    pub expires_at: Timestamp,
}

/// A message that the caller may see, with its new text read from the raw mail.
///
/// # Errors
/// `not_found` also for a message that the caller may not see.
pub async fn show_message(
    records: &Records,
    archive: &dyn MailArchive,
    allowed: &Allowed<ReadMail>,
    message: MessageId,
) -> Result<MessageWithText, FlowError> {
    let mail = visible(records, allowed, message).await?;
    let wrapped = mail.message.wrapped.is_some();
    let text = new_text(archive, &mail.message.raw, wrapped);
    let (text, sends) = try_join(text, sends(records, allowed, &mail.message)).await?;
    Ok(MessageWithText { mail, text, sends })
}

async fn sends(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    message: &Message,
) -> Result<Vec<Send>, FlowError> {
    if message.direction == Direction::Received {
        return Ok(Vec::new());
    }
    let place = SendPlace::OneOff { message: message.id };
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    Ok(sends::of_place(table, tenant, &place, PAGE_ITEMS_MAX, None).await?.0)
}

pub(crate) async fn visible(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    message: MessageId,
) -> Result<VisibleMessage, FlowError> {
    let table = records.table.as_ref();
    let found = messages::get(table, allowed.tenant(), message).await?;
    let found = found.ok_or_else(FlowError::not_found)?;
    visible_mail::of_message(table, allowed, found).await?.ok_or_else(FlowError::not_found)
}

/// The new text of a raw mail, or of the mail that it passes on.
pub(crate) async fn new_text(
    archive: &dyn MailArchive,
    raw: &RawMail,
    wrapped: bool,
) -> Result<NewText, FlowError> {
    if raw.size_bytes > RAW_MAIL_BYTES_MAX {
        return Ok(NewText::Gone);
    }
    let Some(octets) = archive.read(raw).await? else { return Ok(NewText::Gone) };
    // The mail was parsed once when it came in. Should that ever fail now, the record still shows.
    let read = || -> Option<ParsedMail> {
        let raw = mail::parse::parse(&octets).ok()?;
        if wrapped { passed_on(&raw).map(|(inner, _)| inner) } else { Some(raw) }
    };
    let Ok(Some(parsed)) = catch_unwind(read) else { return Ok(NewText::Gone) };
    let text = parsed.body.new_text;
    let beginning = cut::to_octets(&text, TEXT_BYTES_MAX);
    if beginning.len() == text.len() {
        Ok(NewText::Whole(text))
    } else {
        Ok(NewText::Beginning(beginning.to_owned()))
    }
}

/// Where the raw mail can be had.
///
/// # Errors
/// `not_found`, `virus_found`.
pub async fn raw_url(
    records: &Records,
    archive: &dyn MailArchive,
    allowed: &Allowed<ReadMail>,
    message: MessageId,
) -> Result<FileUrl, FlowError> {
    let mail = visible(records, allowed, message).await?;
    let RawMail { key, version, .. } = mail.message.raw.clone();
    let file = SignedFile {
        key,
        version,
        file_name: format!("{message}.eml"),
        media_type: "message/rfc822".to_owned(),
    };
    sign(records, archive, &mail, file).await
}

/// Where an attachment can be had; the first has the number 1.
///
/// # Errors
/// `not_found` also for a number that the message does not have; `virus_found`.
pub async fn attachment_url(
    records: &Records,
    archive: &dyn MailArchive,
    allowed: &Allowed<ReadMail>,
    message: MessageId,
    number: usize,
) -> Result<FileUrl, FlowError> {
    let mail = visible(records, allowed, message).await?;
    let position = number.checked_sub(1).ok_or_else(FlowError::not_found)?;
    let found = mail.message.attachments.get(position).ok_or_else(FlowError::not_found)?;
    let file = SignedFile {
        key: attachment_key(allowed.tenant(), &found.sha256),
        version: None,
        file_name: found.name.clone().unwrap_or_else(|| format!("attachment-{number}")),
        media_type: found.media_type.clone(),
    };
    sign(records, archive, &mail, file).await
}

/// Signs a URL, unless a virus was found in the mail (B11: never served).
async fn sign(
    records: &Records,
    archive: &dyn MailArchive,
    mail: &VisibleMessage,
    file: SignedFile,
) -> Result<FileUrl, FlowError> {
    if mail.message.verdicts.get("virus").is_some_and(|verdict| verdict == "fail") {
        let hint = "its files are not served: ask the sender for clean ones";
        return Err(Refused::new(RefusalCode::VirusFound, hint).into());
    }
    let url = archive.signed_url(&file, SIGNED_URL_LIFE).await?;
    Ok(FileUrl { url, expires_at: records.clock.now().plus(SIGNED_URL_LIFE) })
}
