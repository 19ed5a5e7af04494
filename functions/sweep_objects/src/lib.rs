//! From a tick of the schedule to announcements of raw mail that no event announced.

pub mod event;

use flows::error::FlowError;
use flows::ports::{ObjectList, Records, WorkQueue};
use flows::sweep_objects::sweep_objects;
use tracing::info;

/// What a run did, for the log and for who invokes it by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Told {
    /// Objects whose intake was looked for.
    pub looked_at: u64,
    /// Objects that were announced.
    pub announced: u64,
    /// Whether the pass came to its end.
    pub is_complete: bool,
}

/// Goes on with the pass.
///
/// # Errors
/// Failures: the next tick goes on from the last page that was done.
pub async fn sweep(
    records: &Records,
    objects: &dyn ObjectList,
    queue: &dyn WorkQueue,
) -> Result<Told, FlowError> {
    let swept = sweep_objects(records, objects, queue).await?;
    let (looked_at, announced) = (swept.looked_at, swept.announced);
    info!(outcome = "swept", looked_at, announced, swept.is_complete, "archive swept");
    Ok(Told { looked_at, announced, is_complete: swept.is_complete })
}

#[cfg(test)]
mod tests {
    use testkit::world::World;

    use super::event::Tick;
    use super::{Told, sweep};

    #[tokio::test]
    async fn a_tick_of_any_content_sweeps() {
        let tick = r#"{"version": "0", "detail-type": "Scheduled Event", "detail": {}}"#;
        assert_eq!(serde_json::from_str::<Tick>(tick).unwrap(), Tick {});
        let world = World::new(1);
        let (archive, queue) = (world.archive.as_ref(), world.queue.as_ref());
        let told = sweep(&world.records, archive, queue).await.unwrap();
        assert_eq!(told, Told { looked_at: 0, announced: 0, is_complete: true });
    }
}
