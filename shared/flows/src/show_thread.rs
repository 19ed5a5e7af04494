//! A thread with its messages in order. Who may see none of them sees no thread.

use domain::ids::ThreadId;
use domain::limits::PAGE_ROUNDS_MAX;
use domain::permission::{Allowed, ReadMail};
use domain::thread::Thread;
use store::messages::{self, Place};
use store::table::PageMark;
use store::threads;

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::visible_mail::{self, VisibleMessage};

/// What the mark of a page holds: the place where it ended, in whichever partition.
const PLACE: &str = "place";

/// A thread and one page of its messages, oldest first. The page is shorter than wished for where much
/// is left out. The id of a thread that became part of another leads to that one.
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
    let found = threads::followed(table, tenant, thread).await?.ok_or_else(FlowError::not_found)?;
    let partitions = found.identities();
    let mut place = wish.after.and_then(|mut mark| mark.remove(PLACE)).map(Place);
    let mut items: Vec<VisibleMessage> = Vec::new();
    let mut rounds = 0;
    let next = loop {
        let taken = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let room = wish.limit.saturating_sub(taken);
        if room == 0 || rounds == PAGE_ROUNDS_MAX {
            break place;
        }
        rounds += 1;
        let page = messages::of_threads(table, tenant, &partitions, room, place.as_ref()).await?;
        let (all, more) = page;
        place = all.last().map(|last| Place::of(&last.message)).or(place);
        items.extend(visible_mail::of_messages(table, allowed, all).await?);
        if !more {
            break None;
        }
    };
    // Its subject is text of a mail: without a mail that he may see, the caller learns nothing of it.
    if items.is_empty() && from_start {
        return Err(FlowError::not_found());
    }
    let next = next.map(|Place(place)| PageMark::from([(PLACE.to_owned(), place)]));
    Ok((found, Listed { items, next }))
}

/// The thread that may be the same conversation, where a mail's subject and people say so and the
/// caller sees any message of it (B4): for a person to merge, nothing else does.
///
/// # Errors
/// Faults of the table.
pub async fn suggestion(
    records: &Records,
    allowed: &Allowed<ReadMail>,
    thread: &Thread,
) -> Result<Option<ThreadId>, FlowError> {
    let Some(suggested) = thread.suggested else { return Ok(None) };
    match show_thread(records, allowed, suggested, Wish { limit: 1, after: None }).await {
        Ok((found, _)) => Ok(Some(found.id).filter(|id| *id != thread.id)),
        Err(FlowError::Refused(_)) => Ok(None),
        Err(failed) => Err(failed),
    }
}
