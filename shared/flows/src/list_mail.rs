//! The mail of a mailbox, newest first: one read of the mailbox, a query of the index and a batch read,
//! however long the mailbox is and however long it was empty in between.

use domain::ids::MailboxId;
use domain::message::Direction;
use domain::permission::{Allowed, ReadMail};
use store::{mailboxes, users};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::{Records, SearchIndex};
use crate::search_mail::{Wanted, search_mail};
use crate::visible_mail::VisibleMessage;

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
    let (mailbox, owner) = (Some(mailbox), Some(owner));
    let wanted = Wanted { mailbox, owner, direction, ..Wanted::default() };
    search_mail(records, index, allowed, &wanted, wish).await
}
