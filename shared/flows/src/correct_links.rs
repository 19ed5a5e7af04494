//! Which records a mail belongs to, put right by people (B15): linked, moved, unlinked. Final: a mail
//! is filed once, and every later copy, retry or repeat only adds deliveries.

use domain::contact::MailLink;
use domain::ids::{ContactId, MessageId};
use domain::limits::{CONTACT_LINKS_MAX, CONTENTION_RETRIES_MAX};
use domain::message::Message;
use domain::refusal::{RefusalCode, Refused};
use store::table::TableFault;
use store::{contacts, messages};

use crate::correct_threads::Corrector;
use crate::error::FlowError;
use crate::ports::Records;
use crate::transaction::{Doer, Transaction};
use crate::visible_mail::{self, VisibleMessage};

/// What to do with the links of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkChange {
    /// Link it to a record.
    Add(ContactId),
    /// Link it to the first record and no longer to the second.
    Replace(ContactId, ContactId),
    /// Link it to the record no longer.
    Remove(ContactId),
}

impl LinkChange {
    fn added(self) -> Option<ContactId> {
        match self {
            Self::Add(contact) | Self::Replace(contact, _) => Some(contact),
            Self::Remove(_) => None,
        }
    }

    fn removed(self) -> Option<ContactId> {
        match self {
            Self::Remove(contact) | Self::Replace(_, contact) => Some(contact),
            Self::Add(_) => None,
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Add(_) => "message.linked",
            Self::Replace(_, _) => "message.link_moved",
            Self::Remove(_) => "message.unlinked",
        }
    }
}

/// Changes the links of a mail. Doing it twice is doing it once.
///
/// # Errors
/// `not_found` for a mail that the caller may not see and for a record that is not there,
/// `field_invalid` for a link that is to be moved and is not there, `limit_reached`, `too_much_contention`.
pub async fn change(
    records: &Records,
    by: Corrector<'_>,
    message: MessageId,
    change: LinkChange,
) -> Result<VisibleMessage, FlowError> {
    let table = records.table.as_ref();
    if let Some(contact) = change.added() {
        let found = contacts::get(table, by.may.tenant(), contact).await?;
        found.ok_or_else(FlowError::not_found)?;
    }
    // A mail shows on a record under whichever of its ids it is linked: it is taken off all of them.
    let removed = match change.removed() {
        Some(contact) => {
            let found = contacts::get(table, by.may.tenant(), contact).await?;
            found.map_or_else(|| vec![contact], |contact| contact.identities())
        }
        None => Vec::new(),
    };
    for _ in 0..CONTENTION_RETRIES_MAX {
        let seen = visible_mail::of_ids(table, by.sees, &[message]).await?;
        let found = seen.into_iter().flatten().next().ok_or_else(FlowError::not_found)?;
        let after = changed(&found.message, change, &removed)?;
        if after.contacts == found.message.contacts {
            return Ok(found);
        }
        let transaction = transaction(records, by, &found.message, &after, change)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(VisibleMessage { message: after, ..found });
        }
    }
    Err(Refused::new(RefusalCode::TooMuchContention, "try again").into())
}

fn changed(
    message: &Message,
    change: LinkChange,
    removed: &[ContactId],
) -> Result<Message, Refused> {
    let mut after = message.clone();
    if let LinkChange::Replace(to, _) = change
        && !message.contacts.iter().any(|linked| removed.contains(linked) || *linked == to)
    {
        return Err(no_such("instead_of", "the mail is not linked to this record"));
    }
    after.contacts.retain(|contact| !removed.contains(contact));
    if let Some(contact) = change.added().filter(|contact| !after.contacts.contains(contact)) {
        after.contacts.push(contact);
    }
    // A mail may have as many links by people as by itself.
    let limit = CONTACT_LINKS_MAX.saturating_mul(2);
    if after.contacts.len() > limit {
        let refused = Refused::field(RefusalCode::LimitReached, "contact", "unlink another first");
        return Err(refused.with_limit(u64::try_from(limit).unwrap_or(u64::MAX)));
    }
    Ok(after)
}

fn transaction(
    records: &Records,
    by: Corrector<'_>,
    before: &Message,
    after: &Message,
    change: LinkChange,
) -> Result<Transaction, TableFault> {
    let tenant = by.may.tenant();
    let mut transaction = Transaction::default();
    transaction.add(messages::concern(tenant, before, &after.contacts));
    if let Some(contact) = change.added() {
        let link = MailLink { contact, message: before.id, at: before.at, roles: Vec::new() };
        transaction.add(contacts::link_mail(tenant, &link)?);
    }
    for contact in before.contacts.iter().filter(|contact| !after.contacts.contains(contact)) {
        transaction.add(contacts::unlink_mail(tenant, *contact, before.at, before.id));
    }
    let doer = Doer::new(by.may, by.request, records.clock.now());
    transaction.note(doer, change.action(), before.id)?;
    Ok(transaction)
}

fn no_such(field: &str, hint: &str) -> Refused {
    Refused::field(RefusalCode::FieldInvalid, field, hint)
}
