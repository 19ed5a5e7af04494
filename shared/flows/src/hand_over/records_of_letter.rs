//! Steps 1 to 3: a letter becomes a message with its recipients.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use domain::attachment::Attachment;
use domain::contact::{MailLink, PartyRole};
use domain::delivery::Delivery;
use domain::email_address::EmailAddress;
use domain::hand_over::HandOver;
use domain::ids::{ContactId, MessageId, TenantId, ThreadId};
use domain::limits;
use domain::message::{Direction, Message, Party, RawMail};
use domain::refusal::{RefusalCode, Refused};
use domain::send::{Send, SendPlace};
use domain::suppression::Suppression;
use domain::thread::{Thread, ThreadReason};
use futures::future::try_join;
use mail::compose::{Correspondent, Draft, File, compose};
use mail::parsed_mail::ParsedMail;
use mail::reply_token::{ReplyKey, ReplyTarget, ReplyToken};
use store::contacts::{self, ContactClaim};
use store::table::{self, Key};
use store::{hand_overs, item, messages, sends, threads};

use super::{Post, Ready, blocked, message_of, message_there};
use crate::attachment_key::{attachment_key, outgoing_key};
use crate::cut;
use crate::error::FlowError;
use crate::letter::{Enclosure, Letter};
use crate::origin::Origin;
use crate::ports::Records;
use crate::transaction::Transaction;

/// What writing a letter down came to.
pub(super) enum Written {
    /// It stands now.
    New(Box<Ready>),
    /// An earlier try had written it.
    There(Box<Message>),
}

/// Steps 1 to 3.
pub(super) async fn write(
    post: &Post<'_>,
    tenant: TenantId,
    letter: &Letter,
    origin: Origin,
) -> Result<Written, FlowError> {
    let records = post.records;
    check(letter)?;
    let addresses: Vec<&EmailAddress> = letter.recipients().map(|one| &one.address).collect();
    let (known, blocked) = try_join(
        contacts_of(records, tenant, &addresses),
        blocked(records, tenant, addresses.iter().copied()),
    )
    .await?;
    if let Some((address, block)) = blocked.first_key_value() {
        return Err(recipient_blocked(letter, address, block).into());
    }
    let id = message_of(origin);
    let mime = Bytes::from(mime(records, tenant, letter, id, origin));
    keep_files(post, tenant, letter).await?;
    let raw_key = outgoing_key(tenant, id);
    post.archive.keep(&raw_key, "message/rfc822", mime.clone()).await?;
    let raw =
        RawMail { key: raw_key, version: None, size_bytes: u64::try_from(mime.len()).unwrap_or(0) };
    let message = message(letter, id, origin, raw, &mime, &known);
    let sends = sends_of(letter, &message, &known, origin);
    match commit(records, tenant, letter, &message, &sends, &known).await? {
        None => Ok(Written::New(Box::new(Ready {
            message: id,
            thread: message.thread,
            from: letter.from.address.clone(),
            mime,
            sends,
        }))),
        Some(there) => Ok(Written::There(Box::new(there))),
    }
}

fn check(letter: &Letter) -> Result<(), Refused> {
    let count = letter.recipients().count();
    let distinct: BTreeSet<&EmailAddress> = letter.recipients().map(|one| &one.address).collect();
    let refused = |code, hint: &str| Refused::field(code, "to", hint);
    if count == 0 {
        return Err(refused(RefusalCode::FieldMissing, "name at least one recipient"));
    }
    if count > limits::SEND_RECIPIENTS_MAX {
        let refused = refused(RefusalCode::FieldTooLong, "send it as several mails");
        return Err(
            refused.with_limit(u64::try_from(limits::SEND_RECIPIENTS_MAX).unwrap_or(u64::MAX))
        );
    }
    if distinct.len() < count {
        return Err(refused(RefusalCode::FieldInvalid, "name each recipient once"));
    }
    Ok(())
}

/// The refusal names the field and its position, never the address.
fn recipient_blocked(letter: &Letter, address: &EmailAddress, block: &Suppression) -> Refused {
    let lists = [("to", &letter.to), ("cc", &letter.cc), ("bcc", &letter.bcc)];
    let field = lists.into_iter().find_map(|(name, list)| {
        let position = list.iter().position(|one| one.address == *address)?;
        Some(format!("{name}[{position}]"))
    });
    let hint = format!(
        "the address is blocked ({}, {}): use another one, or have the block lifted",
        block.scope.name(),
        block.cause.name()
    );
    let refused = Refused::field(RefusalCode::RecipientBlocked, field.unwrap_or_default(), hint);
    match block.blocked_until {
        Some(until) => refused.with_retry_at(until),
        None => refused,
    }
}

async fn contacts_of(
    records: &Records,
    tenant: TenantId,
    addresses: &[&EmailAddress],
) -> Result<BTreeMap<EmailAddress, ContactId>, FlowError> {
    let keys: Vec<(Key, &EmailAddress)> = addresses
        .iter()
        .map(|address| (contacts::claim_key(tenant, &records.hasher, address), *address))
        .collect();
    let all = keys.iter().map(|(key, _)| key.clone()).collect();
    let mut got = table::get_all(records.table.as_ref(), &all).await?.items;
    let mut known = BTreeMap::new();
    for (key, address) in keys {
        if let Some(found) = got.remove(&key) {
            let ContactClaim { contact } = item::from_item(found)?;
            known.insert(address.clone(), contact);
        }
    }
    Ok(known)
}

fn mime(
    records: &Records,
    tenant: TenantId,
    letter: &Letter,
    id: MessageId,
    origin: Origin,
) -> Vec<u8> {
    let from = &letter.from.address;
    let token =
        ReplyToken::sign(ReplyKey::current(&records.hasher), tenant, ReplyTarget::Message(id));
    let reply_to = letter.answers_come_here.then(|| token.in_address(from)).flatten();
    let files: Vec<File<'_>> = letter
        .files
        .iter()
        .map(|Enclosure { file, octets }| File {
            name: file.name.as_deref().unwrap_or("file"),
            media_type: &file.media_type,
            octets,
        })
        .collect();
    let answered = letter.answers.as_ref();
    let in_reply_to = answered.and_then(|answered| answered.header_id.as_deref());
    let mut references = answered.map(|a| a.references.clone()).unwrap_or_default();
    references.extend(in_reply_to.map(str::to_owned));
    compose(&Draft {
        header_id: &token.in_header_id(from.domain()),
        date: origin.at,
        from: &letter.from,
        reply_to: reply_to.as_ref(),
        to: &letter.to,
        cc: &letter.cc,
        subject: &letter.subject,
        text: letter.text.as_deref(),
        html: letter.html.as_deref(),
        calendar: letter.calendar.as_ref(),
        files: &files,
        in_reply_to,
        references: &references,
        automatic: letter.automatic,
    })
}

async fn keep_files(post: &Post<'_>, tenant: TenantId, letter: &Letter) -> Result<(), FlowError> {
    for Enclosure { file, octets } in &letter.files {
        let key = attachment_key(tenant, &file.sha256);
        post.archive.keep(&key, &file.media_type, octets.clone()).await?;
    }
    Ok(())
}

fn message(
    letter: &Letter,
    id: MessageId,
    origin: Origin,
    raw: RawMail,
    mime: &[u8],
    known: &BTreeMap<EmailAddress, ContactId>,
) -> Message {
    // What lists show of it is read as of any mail, so the same words give the same preview.
    let read: Option<ParsedMail> = mail::parse::parse(mime).ok();
    let of_read = |take: fn(&ParsedMail) -> String| read.as_ref().map(take).unwrap_or_default();
    let (thread, thread_reason) = match &letter.answers {
        Some(answered) => (answered.thread, ThreadReason::InReplyTo),
        None => (ThreadId::from_bits(id.bits()), ThreadReason::Opened),
    };
    let preview = of_read(|mail| mail.body.new_text.clone());
    let mut contacts: BTreeSet<ContactId> = letter.contacts.iter().copied().collect();
    contacts.extend(known.values());
    Message {
        id,
        header_id: None,
        at: origin.at,
        received_at: origin.at,
        direction: Direction::Sent,
        mail_kind: of_read(|mail| mail.kind.code().to_owned()),
        mail_kind_reason: of_read(|mail| mail.kind_reason.to_string()),
        subject: cut::to_octets(&letter.subject, limits::SUBJECT_BYTES_MAX).to_owned(),
        parties: parties(letter),
        preview: cut::to_octets(&preview, limits::PREVIEW_BYTES_MAX).to_owned(),
        language: read.and_then(|mail| Some(mail.language?.code().to_owned())),
        attachments: letter.files.iter().map(|one| Attachment::clone(&one.file)).collect(),
        thread,
        thread_reason,
        contacts: contacts.into_iter().take(limits::CONTACT_LINKS_MAX).collect(),
        verdicts: BTreeMap::new(),
        flaws: Vec::new(),
        raw,
        wrapped: None,
        suggested_contact: None,
    }
}

/// The mail lies in the writer's mailbox too, so its owner sees it.
fn delivery(letter: &Letter, message: &Message) -> Delivery {
    Delivery {
        message: message.id,
        mailbox: letter.mailbox,
        owner: letter.owner,
        received_at: message.received_at,
        intake: None,
    }
}

/// Everybody it names, the writer first.
fn parties(letter: &Letter) -> Vec<Party> {
    let party = |role| {
        move |one: &Correspondent| Party {
            role,
            name: one.name.as_deref().map(|n| cut::to_octets(n, limits::NAME_BYTES_MAX).to_owned()),
            address: one.address.clone(),
        }
    };
    let from = std::iter::once(&letter.from).map(party(PartyRole::From));
    from.chain(letter.to.iter().map(party(PartyRole::To)))
        .chain(letter.cc.iter().map(party(PartyRole::Cc)))
        .chain(letter.bcc.iter().map(party(PartyRole::Bcc)))
        .collect()
}

fn sends_of(
    letter: &Letter,
    message: &Message,
    known: &BTreeMap<EmailAddress, ContactId>,
    origin: Origin,
) -> Vec<Send> {
    let place = SendPlace::OneOff { message: message.id };
    let send = |one: &Correspondent| {
        let contact = known.get(&one.address).copied();
        Send::queued(place, one.address.clone(), contact, origin.at)
    };
    letter.recipients().map(send).collect()
}

/// Step 3. The message that an earlier try of the same letter wrote, where there is one.
async fn commit(
    records: &Records,
    tenant: TenantId,
    letter: &Letter,
    message: &Message,
    sends: &[Send],
    known: &BTreeMap<EmailAddress, ContactId>,
) -> Result<Option<Message>, FlowError> {
    let mut writes = Transaction::default();
    let mut made = messages::create(tenant, message, &[delivery(letter, message)])?;
    // The message first: where it stops the transaction, an earlier try had written all of this.
    made.rotate_right(1);
    made.into_iter().for_each(|write| writes.add(write));
    if message.thread_reason == ThreadReason::Opened {
        let subject = mail::subject::read(&message.subject).base;
        let thread = Thread::opened(message.thread, subject, message.at);
        writes.add(threads::create(tenant, &thread)?);
    }
    for contact in &message.contacts {
        let has = |party: &&Party| known.get(&party.address) == Some(contact);
        let roles: BTreeSet<PartyRole> =
            message.parties.iter().filter(has).map(|party| party.role).collect();
        let link = MailLink {
            contact: *contact,
            message: message.id,
            at: message.at,
            roles: roles.into_iter().collect(),
        };
        writes.add(contacts::link_mail(tenant, &link)?);
    }
    for send in sends {
        writes.add(sends::create(tenant, &records.hasher, send)?);
    }
    let hand_over = HandOver::queued(message.id, message.thread, message.at);
    writes.add(hand_overs::create(tenant, &hand_over)?);
    match writes.try_commit(records.table.as_ref()).await? {
        None => Ok(None),
        Some(stopped) if stopped.position == 0 => message_there(stopped.item).map(Some),
        Some(stopped) => Err(stopped.refused.into()),
    }
}
