//! The timeline of a contact (B16): the mail that concerns it, the newest first. Mail that the caller
//! may not see is left out entirely, and the page is filled with what comes after it.

use domain::contact::MailLink;
use domain::ids::{ContactId, MessageId};
use domain::limits::PAGE_ROUNDS_MAX;
use domain::permission::{Allowed, ReadContacts, ReadMail};
use futures::future::try_join;
use store::{contact_timeline, contacts};

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
    let ids = found.ok_or_else(FlowError::not_found)?.identities();
    if ids != alone {
        // Others were merged into it, or it into another: all their lines are one timeline.
        page = contact_timeline::page(table, tenant, &ids, wish.limit, wish.after).await?;
    }
    let mut items: Vec<TimelineLine> = Vec::new();
    let mut rounds = 1;
    loop {
        let (links, next) = page;
        items.extend(visible(records, mail_allowed, links).await?);
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
    links: Vec<MailLink>,
) -> Result<Vec<TimelineLine>, FlowError> {
    let ids: Vec<MessageId> = links.iter().map(|link| link.message).collect();
    let seen = visible_mail::of_ids(records.table.as_ref(), allowed, &ids).await?;
    let lines = links.into_iter().zip(seen);
    Ok(lines.filter_map(|(link, mail)| Some(TimelineLine { link, mail: mail? })).collect())
}
