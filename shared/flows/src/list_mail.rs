//! The mail of a mailbox, newest first: one read of the mailbox, a query of the index and a batch read,
//! however long the mailbox is and however long it was empty in between.
//!
//! The index follows the records by some seconds, and a reader looks for what he just sent or got. So
//! the first page asks for the newest deliveries of the month too, and shows what the index does not
//! know yet. What is older than the page, as mail of an import, comes when the index has followed.

use std::collections::BTreeSet;

use domain::delivery::Delivery;
use domain::ids::{MailboxId, MessageId};
use domain::message::Direction;
use domain::permission::{Allowed, ReadMail};
use futures::future::try_join;
use store::{mailboxes, messages, users};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::{Records, SearchIndex};
use crate::search_mail::{Wanted, behind, place, search_mail};
use crate::visible_mail::{self, VisibleMessage};

/// One page of a mailbox's mail; of the caller's own where none is named.
///
/// # Errors
/// `not_found` for a mailbox that is not there or not the caller's to see.
pub async fn list_mail(
    records: &Records,
    index: &dyn SearchIndex,
    allowed: &Allowed<ReadMail>,
    mailbox: Option<MailboxId>,
    direction: Option<Direction>,
    wish: Wish,
) -> Result<Listed<VisibleMessage>, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let (mailbox, owner) = match mailbox {
        Some(mailbox) => {
            let found = mailboxes::get(table, tenant, mailbox).await?;
            let found = found.ok_or_else(FlowError::not_found)?;
            if !allowed.sees_mail_of([found.owner]) {
                return Err(FlowError::not_found());
            }
            (mailbox, found.owner)
        }
        None => {
            let user = users::get(table, tenant, allowed.user()).await?;
            let user = user.ok_or_else(FlowError::not_found)?;
            (user.mailbox, user.id)
        }
    };
    let (limit, is_first) = (wish.limit, wish.after.is_none());
    let wanted =
        Wanted { mailbox: Some(mailbox), owner: Some(owner), direction, ..Wanted::default() };
    let known = search_mail(records, index, allowed, &wanted, wish);
    if !is_first {
        return known.await;
    }
    let month = records.clock.now().month();
    let newest =
        async { Ok(messages::newest_of_mailbox(table, tenant, mailbox, &month, limit).await?) };
    let (page, newest) = try_join(known, newest).await?;
    with_newest(records, allowed, page, &newest, (direction, limit)).await
}

/// A first page with those of the newest deliveries that the index does not know yet: a batch read,
/// where there are any.
async fn with_newest(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    mut page: Listed<VisibleMessage>,
    newest: &[Delivery],
    (direction, limit): (Option<Direction>, u32),
) -> Result<Listed<VisibleMessage>, FlowError> {
    let known: BTreeSet<MessageId> = page.items.iter().map(|mail| mail.message.id).collect();
    let new = newest.iter().map(|delivery| delivery.message).filter(|id| !known.contains(id));
    let new: Vec<MessageId> = new.collect();
    if new.is_empty() {
        return Ok(page);
    }
    // Of what lies behind the page, the next one tells.
    let end = page.next.as_ref().and_then(|_| page.items.last().map(|last| place(&last.message)));
    let fits = |mail: &VisibleMessage| {
        direction.is_none_or(|wanted| mail.message.direction == wanted)
            && end.as_ref().is_none_or(|end| place(&mail.message) > *end)
    };
    let seen = visible_mail::of_ids(records.table.as_ref(), allowed, &new).await?;
    page.items.extend(seen.into_iter().flatten().filter(fits));
    page.items.sort_by_key(|mail| std::cmp::Reverse(place(&mail.message)));
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    if page.items.len() > most {
        page.items.truncate(most);
        page.next = page.items.last().map(|last| behind(&last.message));
    }
    Ok(page)
}
