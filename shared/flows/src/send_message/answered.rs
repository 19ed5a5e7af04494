//! The mail that a mail answers: its conversation, its ids, and whom an answer goes to.

use std::collections::BTreeSet;

use domain::contact::PartyRole;
use domain::email_address::EmailAddress;
use domain::hand_over::HandOverState;
use domain::ids::MessageId;
use domain::message::{Direction, Message, Party};
use domain::permission::{Allowed, SendMail};
use mail::compose::Correspondent;
use mail::thread_clues::id_of_ses;
use store::{hand_overs, messages};

use super::Lists;
use crate::error::FlowError;
use crate::hand_over::Post;
use crate::letter::Answered;
use crate::visible_mail;

/// The answered mail.
pub(super) struct Parent {
    pub message: Message,
    pub answered: Answered,
}

/// Reads it, where the caller sees it.
pub(super) async fn read(
    post: &Post<'_>,
    allowed: &Allowed<SendMail>,
    id: MessageId,
) -> Result<Parent, FlowError> {
    let (table, tenant) = (post.records.table.as_ref(), allowed.tenant());
    let found = messages::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    let arrivals = visible_mail::all_arrivals(table, tenant, &found).await?;
    if !allowed.sees_mail_of(arrivals.iter().map(|arrival| arrival.owner)) {
        return Err(FlowError::not_found());
    }
    let message = found.message;
    let header_id = match &message.header_id {
        Some(id) => Some(id.clone()),
        None => of_our_own(post, allowed, id).await?,
    };
    // The record does not keep what it refers to; the raw mail does. Without it the nearest id is
    // enough to stay in the conversation.
    let raw = post.archive.read(&message.raw).await?;
    let parsed = raw.and_then(|octets| mail::parse::parse(&octets).ok());
    let references = parsed.map(|parsed| parsed.clues.references).unwrap_or_default();
    let answered = Answered { thread: message.thread, header_id, references };
    Ok(Parent { message, answered })
}

/// The id that the provider gave a mail of ours.
async fn of_our_own(
    post: &Post<'_>,
    allowed: &Allowed<SendMail>,
    id: MessageId,
) -> Result<Option<String>, FlowError> {
    let table = post.records.table.as_ref();
    let found = hand_overs::get(table, allowed.tenant(), id).await?;
    Ok(match found.map(|found| found.state()) {
        Some(HandOverState::Accepted(provider_id)) => Some(id_of_ses(&provider_id)),
        Some(HandOverState::Queued | HandOverState::Begun(_) | HandOverState::Refused(_))
        | None => None,
    })
}

impl Parent {
    /// Whom an answer goes to: where the mail asks answers to go (Reply-To before From, RFC 5322
    /// section 3.6.3), of mail of our own its recipients; to all: everybody else it names too. Never to
    /// the writer himself.
    pub(super) fn recipients(&self, writer: &EmailAddress, to_all: bool) -> Lists {
        let base =
            |address: &EmailAddress| address.without_tag().unwrap_or_else(|| address.clone());
        let mut seen = BTreeSet::from([base(writer)]);
        let mut named = |roles: &[PartyRole]| -> Vec<Correspondent> {
            let parties = self.message.parties.iter().filter(|party| roles.contains(&party.role));
            let fresh = parties.filter(|party| seen.insert(base(&party.address)));
            fresh.map(correspondent).collect()
        };
        let has = |role| self.message.parties.iter().any(|party| party.role == role);
        let answer_to = match self.message.direction {
            Direction::Sent => PartyRole::To,
            Direction::Received if has(PartyRole::ReplyTo) => PartyRole::ReplyTo,
            Direction::Received => PartyRole::From,
        };
        let mut to = named(&[answer_to]);
        if !to_all {
            return Lists { to, ..Lists::default() };
        }
        to.extend(named(&[PartyRole::To]));
        Lists { to, cc: named(&[PartyRole::Cc]), bcc: Vec::new() }
    }
}

fn correspondent(party: &Party) -> Correspondent {
    Correspondent { name: party.name.clone(), address: party.address.clone() }
}
