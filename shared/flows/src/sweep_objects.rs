//! Raw mail that no event announced (B1): the archive is listed page by page, compared with the
//! intakes, and what is missing is announced.
//!
//! A pass goes through all keys, over as many runs as it takes; a checkpoint tells where the next run
//! goes on. Only what was written within a window is looked at: later than its events may still be
//! under way, and earlier than its intake may have come to its end of life.

use std::collections::BTreeMap;

use domain::ids::IntakeId;
use domain::limits::{SWEEP_PAGES_MAX, SWEEP_WINDOW, SWEEP_YOUNGEST};
use domain::timestamp::Timestamp;
use store::intake;
use store::sweeps::{self, Checkpoint};
use store::table::WriteError;

use crate::error::FlowError;
use crate::ports::{ListedObject, ObjectList, Records, Unannounced, Work, WorkQueue};
use crate::take_in_mail::MailArrived;

/// Where raw mail lies: what SES receives, and what other writers drop.
const PREFIXES: [&str; 2] = ["inbound/", "drop/"];

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Objects whose intake was looked for.
    pub looked_at: u64,
    /// Objects that were announced.
    pub announced: u64,
    /// Whether both passes came to their end.
    pub is_complete: bool,
}

/// Goes on with the pass through each folder. Two runs at once do the same work twice and no harm: an
/// object that is announced twice is taken in once.
///
/// # Errors
/// Failures; the next run goes on from the last page that was done.
pub async fn sweep_objects(
    records: &Records,
    objects: &dyn ObjectList,
    queue: &dyn WorkQueue,
) -> Result<Swept, FlowError> {
    let mut swept = Swept { is_complete: true, ..Swept::default() };
    for prefix in PREFIXES {
        let table = records.table.as_ref();
        let mut checkpoint = sweeps::get(table, prefix).await?;
        let mut ended = false;
        for _ in 0..SWEEP_PAGES_MAX {
            let page = objects.page(prefix, checkpoint.after.as_deref()).await?;
            announce_missing(records, objects.bucket(), queue, page.objects, &mut swept).await?;
            // Only after its objects were announced is a page done.
            let next = Checkpoint { after: page.next, rev: checkpoint.rev.saturating_add(1) };
            match table.write(sweeps::move_on(prefix, &checkpoint, &next)?).await {
                Ok(_) => checkpoint = next,
                // Another run is at the same pass, and goes on with it.
                Err(WriteError::ConditionFailed(_)) => break,
                Err(WriteError::Fault(fault)) => return Err(fault.into()),
            }
            ended = checkpoint.after.is_none();
            if ended {
                break;
            }
        }
        swept.is_complete &= ended;
    }
    Ok(swept)
}

async fn announce_missing(
    records: &Records,
    bucket: &str,
    queue: &dyn WorkQueue,
    objects: Vec<ListedObject>,
    swept: &mut Swept,
) -> Result<(), FlowError> {
    let now = records.clock.now();
    let wanted = |written_at: Timestamp| {
        written_at <= now.minus(SWEEP_YOUNGEST) && written_at > now.minus(SWEEP_WINDOW)
    };
    let mut by_intake: BTreeMap<IntakeId, Unannounced> = BTreeMap::new();
    for ListedObject { mut raw, written_at } in objects {
        if !wanted(written_at) || raw.key.ends_with('/') {
            continue;
        }
        if raw.key.starts_with("inbound/") {
            // A receipt of SES names no version, and the intake's id is made of what it names.
            raw.version = None;
        }
        let bucket = bucket.to_owned();
        let object = Unannounced { bucket, raw, written_at };
        by_intake.insert(MailArrived::from(object.clone()).to_intake().id, object);
    }
    swept.looked_at = swept.looked_at.saturating_add(count(by_intake.len()));
    let ids = by_intake.keys().copied().collect();
    let known = intake::present(records.table.as_ref(), &ids).await?;
    for (id, object) in by_intake {
        if !known.contains(&id) {
            queue.put(&Work::TakeIn(object)).await?;
            swept.announced = swept.announced.saturating_add(1);
        }
    }
    Ok(())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
