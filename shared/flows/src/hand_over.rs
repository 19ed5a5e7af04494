//! A letter to the provider, exactly once to each recipient (F13, B5).
//!
//! ```text
//! 1 whose the recipients are, and whether one is blocked
//! 2 the mail as MIME into the archive, before the record that names it
//! 3 one transaction: message, delivery, thread, timeline lines, a send for each recipient, hand-over
//! 4 a second look at the blocks, a note of whom we mail, then the right to hand it over
//! 5 the provider
//! 6 one transaction: its id on the hand-over and the sends, and the claim of the header id it made
//! ```
//! All of it comes from one [`Origin`], so a letter that is handed over again is the same message: what
//! is done is found done. A worker that dies before 4 has sent nothing, and the next one goes on. One
//! that dies after 4 may have sent it, so nobody sends it again; the provider's `Send` event tells.

mod records_of_letter;
mod tell;

use std::collections::BTreeMap;

use bytes::Bytes;
use domain::email_address::EmailAddress;
use domain::hand_over::HandOverState;
use domain::ids::{MessageId, TenantId, ThreadId};
use domain::limits;
use domain::message::Message;
use domain::refusal::{RefusalCode, Refused};
use domain::send::{Send, SendPlace, Stopped};
use domain::suppression::Suppression;
use domain::timestamp::Timestamp;
use futures::future::{try_join, try_join_all};
use store::suppressions::Asked;
use store::table::TableFault;
use store::{hand_overs, item, mailed_addresses, messages, sends, suppressions};

use crate::error::{Failure, FlowError};
use crate::letter::Letter;
use crate::origin::Origin;
use crate::ports::{MailArchive, MailSender, OutgoingMail, Records, SendFault};
use records_of_letter::Written;

pub use tell::claim_provider_id;

/// Writes that are under way at once.
const WRITES_AT_ONCE_MAX: usize = 16;

/// What a hand-over needs of the world.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// Tables, clock, randomness, secret.
    pub records: &'a Records,
    /// Where the mail is kept.
    pub archive: &'a dyn MailArchive,
    /// Who sends it.
    pub sender: &'a dyn MailSender,
}

/// A mail that was written here, and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandedOver {
    /// The mail.
    pub message: MessageId,
    /// Its conversation.
    pub thread: ThreadId,
    /// Where its hand-over stands: `Begun` where the provider's answer was lost.
    pub state: HandOverState,
    /// Its recipients, by address.
    pub sends: Vec<Send>,
}

/// The id of the message that a letter from this origin becomes.
pub fn message_of(origin: Origin) -> MessageId {
    MessageId::from_parts(origin.at, origin.bits)
}

/// Writes a letter down and hands it over. With the same origin it is the same message, sent once.
///
/// # Errors
/// `recipient_blocked` before anything is written; `sending_throttled` and failures of ours where
/// the provider surely did not take it: then the same call goes on later. A mail that the provider
/// refuses is no error: its state tells.
pub async fn hand_over(
    post: &Post<'_>,
    tenant: TenantId,
    letter: &Letter,
    origin: Origin,
) -> Result<HandedOver, FlowError> {
    let written = match records_of_letter::write(post, tenant, letter, origin).await? {
        Written::New(written) => *written,
        Written::There(message) => read_again(post, tenant, &message).await?,
    };
    go_on(post, tenant, written).await
}

/// Goes on with a mail that was written down and not handed over: after a throttled call, or where its
/// worker died.
///
/// # Errors
/// `not_found` for no such mail of ours; else like [`hand_over`].
pub async fn resume(
    post: &Post<'_>,
    tenant: TenantId,
    message: MessageId,
) -> Result<HandedOver, FlowError> {
    let found = messages::get(post.records.table.as_ref(), tenant, message).await?;
    let found = found.ok_or_else(FlowError::not_found)?;
    let ready = read_again(post, tenant, &found.message).await?;
    go_on(post, tenant, ready).await
}

/// A mail that stands in the records with its recipients.
struct Ready {
    message: MessageId,
    thread: ThreadId,
    from: EmailAddress,
    mime: Bytes,
    sends: Vec<Send>,
}

/// What an earlier try of the same letter has written.
async fn read_again(
    post: &Post<'_>,
    tenant: TenantId,
    message: &Message,
) -> Result<Ready, FlowError> {
    let table = post.records.table.as_ref();
    let place = SendPlace::OneOff { message: message.id };
    let reading = async { Ok::<_, FlowError>(post.archive.read(&message.raw).await?) };
    let sends =
        async { Ok(sends::of_place(table, tenant, &place, limits::PAGE_ITEMS_MAX, None).await?.0) };
    let (mime, sends) = try_join(reading, sends).await?;
    let from = message.parties.first().map(|party| party.address.clone());
    match (mime, from) {
        (Some(mime), Some(from)) => {
            Ok(Ready { message: message.id, thread: message.thread, from, mime, sends })
        }
        _ => Err(FlowError::not_found()),
    }
}

/// Steps 4 to 6.
async fn go_on(post: &Post<'_>, tenant: TenantId, ready: Ready) -> Result<HandedOver, FlowError> {
    let records = post.records;
    let table = records.table.as_ref();
    let now = records.clock.now();
    let blocked = blocked(records, tenant, ready.sends.iter().map(|send| &send.to)).await?;
    let addresses = ready.sends.iter().map(|send| send.to.clone());
    let free: Vec<EmailAddress> = addresses.filter(|to| !blocked.contains_key(to)).collect();
    mailed(records, tenant, &free, now).await?;
    // From here to the provider's answer a death leaves a question: nothing else stands between.
    if !hand_overs::begin(table, tenant, ready.message, now).await? {
        return as_it_stands(post, tenant, ready).await;
    }
    let (skipped, sends): (Vec<Send>, Vec<Send>) =
        ready.sends.into_iter().partition(|send| blocked.contains_key(&send.to));
    let skipped = tell::skipped(records, tenant, skipped, &blocked).await?;
    let ready = Ready { sends, ..ready };
    if ready.sends.is_empty() {
        let stopped = Stopped { at: now, reason: "every_recipient_blocked".to_owned() };
        return tell::refused(records, tenant, ready, stopped, skipped).await;
    }
    let mail = OutgoingMail {
        from: ready.from.clone(),
        to: ready.sends.iter().map(|send| send.to.clone()).collect(),
        mime: ready.mime.clone(),
        tags: tags(tenant, ready.message),
    };
    match post.sender.send(&mail).await {
        Ok(sent) => tell::accepted(records, tenant, ready, sent.provider_id, skipped).await,
        Err(SendFault::Throttled) => {
            hand_overs::give_back(table, tenant, ready.message, now).await?;
            Err(throttled(records).into())
        }
        Err(SendFault::NotSent(fault)) => {
            hand_overs::give_back(table, tenant, ready.message, now).await?;
            Err(fault.into())
        }
        Err(SendFault::Rejected(said)) => {
            let stopped = Stopped { at: now, reason: said };
            tell::refused(records, tenant, ready, stopped, skipped).await
        }
        Err(SendFault::Unknown(_)) => tell::unknown(records, tenant, ready, now, skipped).await,
    }
}

/// Message tags: they come back with every event and say where its records are.
fn tags(tenant: TenantId, message: MessageId) -> Vec<(String, String)> {
    vec![("tenant".to_owned(), tenant.to_string()), ("message".to_owned(), message.to_string())]
}

/// Another worker has begun, now or before it died.
async fn as_it_stands(
    post: &Post<'_>,
    tenant: TenantId,
    ready: Ready,
) -> Result<HandedOver, FlowError> {
    let records = post.records;
    let table = records.table.as_ref();
    let found = hand_overs::get(table, tenant, ready.message).await?;
    let state = found.ok_or_else(FlowError::not_found)?.state();
    match state {
        HandOverState::Queued => Err(throttled(records).into()),
        HandOverState::Begun(at) if records.clock.now() < at.plus(limits::HAND_OVER_TIME) => {
            Err(Failure::Leased.into())
        }
        HandOverState::Begun(at) => tell::unknown(records, tenant, ready, at, Vec::new()).await,
        HandOverState::Accepted(_) | HandOverState::Refused(_) => {
            let Ready { message, thread, sends, .. } = ready;
            Ok(HandedOver { message, thread, state, sends })
        }
    }
}

fn throttled(records: &Records) -> Refused {
    let hint = "nothing is lost: send the same request again, with the same Idempotency-Key";
    let again = records.clock.now().plus(limits::SENDING_PAUSE);
    Refused::new(RefusalCode::SendingThrottled, hint).with_retry_at(again)
}

/// The blocks that hold now, by address.
async fn blocked(
    records: &Records,
    tenant: TenantId,
    addresses: impl IntoIterator<Item = &EmailAddress>,
) -> Result<BTreeMap<EmailAddress, Suppression>, FlowError> {
    let asked: Vec<Asked> =
        addresses.into_iter().map(|address| Asked::one_off(address.clone())).collect();
    let (table, now) = (records.table.as_ref(), records.clock.now());
    Ok(suppressions::blocking(table, tenant, &records.hasher, &asked, now).await?)
}

/// Notes whom a mail is about to go to, so that one that comes back and names nothing else is believed
/// of them (H2).
async fn mailed(
    records: &Records,
    tenant: TenantId,
    addresses: &[EmailAddress],
    now: Timestamp,
) -> Result<(), TableFault> {
    let (table, hasher) = (records.table.as_ref(), &records.hasher);
    for some in addresses.chunks(WRITES_AT_ONCE_MAX) {
        let notes = some.iter().map(|to| mailed_addresses::note(table, tenant, hasher, to, now));
        try_join_all(notes).await?;
    }
    Ok(())
}

/// The message that stood where a new one was to be written.
fn message_there(found: Option<store::table::Item>) -> Result<Message, FlowError> {
    let there = found.ok_or_else(|| TableFault::new("read a message", "it is gone"))?;
    Ok(item::from_item(there)?)
}
