//! A thread with its messages in order. Who may see none of them sees no thread.

use domain::ids::ThreadId;
use domain::limits::PAGE_ROUNDS_MAX;
use domain::permission::{Allowed, ReadMail};
use domain::thread::Thread;
use futures::future::try_join;
use store::{messages, threads};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::visible_mail::{self, VisibleMessage};

/// A thread and one page of its messages, oldest first. The page is shorter than wished for where much
/// is left out.
///
/// # Errors
/// `not_found` where there is no such thread, or no message of it that the caller may see.
pub async fn show_thread(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    thread: ThreadId,
    wish: Wish,
) -> Result<(Thread, Listed<VisibleMessage>), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let from_start = wish.after.is_none();
    let first = messages::of_thread(table, tenant, thread, wish.limit, wish.after);
    let (found, mut page) = try_join(threads::get(table, tenant, thread), first).await?;
    let found = found.ok_or_else(FlowError::not_found)?;
    let mut items: Vec<VisibleMessage> = Vec::new();
    let mut rounds = 1;
    let next = loop {
        let (all, next) = page;
        items.extend(visible_mail::of_messages(table, allowed, all).await?);
        let taken = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let room = wish.limit.saturating_sub(taken);
        if room == 0 || next.is_none() || rounds == PAGE_ROUNDS_MAX {
            break next;
        }
        rounds += 1;
        page = messages::of_thread(table, tenant, thread, room, next).await?;
    };
    // Its subject is text of a mail: without a mail that he may see, the caller learns nothing of it.
    if items.is_empty() && from_start {
        return Err(FlowError::not_found());
    }
    Ok((found, Listed { items, next }))
}
