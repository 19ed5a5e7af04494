//! The timeline of a contact (B16): the mail that concerns it, the newest first. Mail that the caller
//! may not see is left out entirely, and the page is filled with what comes after it.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::{Contact, MailLink};
use domain::ids::{ContactId, MessageId};
use domain::limits::PAGE_ROUNDS_MAX;
use domain::message::Direction;
use domain::permission::{Allowed, ReadContacts, ReadMail};
use domain::send::{Send, SendPlace};
use futures::future::try_join;
use store::table;
use store::{contact_timeline, contacts, item, sends};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::visible_mail::{self, VisibleMessage};

/// A line of the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineLine {
    /// What ties the mail to the contact.
    pub link: MailLink,
    /// The mail.
    pub mail: VisibleMessage,
    /// What became of a mail that we sent to the contact, for each of his addresses it went to (B16).
    pub sends: Vec<Send>,
}

/// One page of the timeline. It is shorter than wished for where much is left out: each page reads on a
/// bounded number of times.
///
/// # Errors
/// `not_found` where there is no such contact.
pub async fn show_timeline(
    records: &Records,
    contacts_allowed: &Allowed<ReadContacts>,
    mail_allowed: &Allowed<ReadMail>,
    contact: ContactId,
    wish: Wish,
) -> Result<Listed<TimelineLine>, FlowError> {
    let table = records.table.as_ref();
    let tenant = contacts_allowed.tenant();
    let alone = [contact];
    let first = contact_timeline::page(table, tenant, &alone, wish.limit, wish.after.clone());
    let (found, mut page) = try_join(contacts::get(table, tenant, contact), first).await?;
    let found = found.ok_or_else(FlowError::not_found)?;
    let ids = found.identities();
    if ids != alone {
        // Others were merged into it, or it into another: all their lines are one timeline.
        page = contact_timeline::page(table, tenant, &ids, wish.limit, wish.after).await?;
    }
    let mut items: Vec<TimelineLine> = Vec::new();
    let mut rounds = 1;
    loop {
        let (links, next) = page;
        items.extend(visible(records, mail_allowed, &found, links).await?);
        let taken = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let room = wish.limit.saturating_sub(taken);
        if room == 0 || next.is_none() || rounds == PAGE_ROUNDS_MAX {
            return Ok(Listed { items, next });
        }
        rounds += 1;
        page = contact_timeline::page(table, tenant, &ids, room, next).await?;
    }
}

async fn visible(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    contact: &Contact,
    links: Vec<MailLink>,
) -> Result<Vec<TimelineLine>, FlowError> {
    let ids: Vec<MessageId> = links.iter().map(|link| link.message).collect();
    let seen = visible_mail::of_ids(records.table.as_ref(), allowed, &ids).await?;
    let pairs = links.into_iter().zip(seen);
    let pairs: Vec<_> = pairs.filter_map(|(link, mail)| Some((link, mail?))).collect();
    let mut sends = sends_to(records, allowed, contact, pairs.iter().map(|(_, mail)| mail)).await?;
    let line = |(link, mail): (MailLink, VisibleMessage)| {
        let sends = sends.remove(&link.message).unwrap_or_default();
        TimelineLine { link, mail, sends }
    };
    Ok(pairs.into_iter().map(line).collect())
}

/// What became of our mails to the contact: one batch read, where there is any.
async fn sends_to<'m>(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    contact: &Contact,
    mails: impl Iterator<Item = &'m VisibleMessage>,
) -> Result<BTreeMap<MessageId, Vec<Send>>, FlowError> {
    let mut keys = BTreeSet::new();
    for VisibleMessage { message, .. } in mails.filter(|m| m.message.direction == Direction::Sent) {
        let place = SendPlace::OneOff { message: message.id };
        let to = message.parties.iter().filter(|party| contact.addresses.contains(&party.address));
        keys.extend(
            to.map(|party| sends::key(allowed.tenant(), &records.hasher, &place, &party.address)),
        );
    }
    let mut found: BTreeMap<MessageId, Vec<Send>> = BTreeMap::new();
    for item in table::get_all(records.table.as_ref(), &keys).await?.items.into_values() {
        let send: Send = item::from_item(item)?;
        if let SendPlace::OneOff { message } = send.place {
            found.entry(message).or_default().push(send);
        }
    }
    Ok(found)
}
