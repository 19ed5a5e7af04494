//! From a tick of the schedule to alerts about rates and to blocks that are lifted.

pub mod event;

use domain::limits::REVIEW_TIME;
use flows::daily_review::daily_review;
use flows::error::FlowError;
use flows::ports::{MailSender, Records};
use flows::review_blocks::ReviewPorts;
use lambda::batch::chain;
use tracing::{error, info};

/// What a run did, for the log and for who invokes it by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Told {
    /// Tenants that were looked at.
    pub tenants: u64,
    /// Alerts that were opened.
    pub alerts_opened: u64,
    /// Alerts whose incident is over.
    pub alerts_recovered: u64,
    /// Mails to administrators that went out.
    pub bulletins_sent: u64,
    /// Blocks that were lifted.
    pub blocks_lifted: u64,
    /// Blocks that were kept.
    pub blocks_kept: u64,
    /// Blocks that nobody could be asked about: they come again.
    pub blocks_undecided: u64,
    /// Blocks that came of the provider's suppression list.
    pub blocks_taken_in: u64,
    /// Addresses that the provider's list was told.
    pub addresses_listed: u64,
    /// Whether the pass came to its end.
    pub is_complete: bool,
}

/// Goes on with the pass.
///
/// # Errors
/// Failures: the next tick goes on from the last tenant that was done. Where tenants failed one by one,
/// each is logged, and the last of them is the error.
pub async fn review(
    records: &Records,
    ports: ReviewPorts<'_>,
    sender: &dyn MailSender,
) -> Result<Told, FlowError> {
    let mut done = daily_review(records, ports, sender, REVIEW_TIME).await?;
    let told = Told {
        tenants: done.tenants,
        alerts_opened: done.alerts_opened,
        alerts_recovered: done.alerts_recovered,
        bulletins_sent: done.bulletins,
        blocks_lifted: done.blocks.lifted,
        blocks_kept: done.blocks.kept,
        blocks_undecided: done.blocks.undecided,
        blocks_taken_in: done.taken_in,
        addresses_listed: done.listed,
        is_complete: done.is_complete,
    };
    for (tenant, failed) in &done.failed {
        error!(%tenant, outcome = "failed", cause = chain(failed), "tenant not reviewed");
    }
    info!(
        outcome = "reviewed",
        told.tenants,
        told.alerts_opened,
        told.alerts_recovered,
        told.bulletins_sent,
        told.blocks_lifted,
        told.blocks_kept,
        told.blocks_undecided,
        told.blocks_taken_in,
        told.addresses_listed,
        told.is_complete,
        "tenants reviewed"
    );
    if let Some(failed) = &done.list_failed {
        error!(outcome = "failed", cause = chain(failed), "the provider's list was not taken in");
    }
    let failed = done.failed.pop().map(|(_, failed)| failed).or(done.list_failed);
    failed.map_or(Ok(told), Err)
}

#[cfg(test)]
mod tests {
    use flows::review_blocks::ReviewPorts;
    use testkit::memory_dns::MemoryDns;
    use testkit::memory_sending_health::MemorySendingHealth;
    use testkit::people;
    use testkit::world::World;

    use super::event::Tick;
    use super::review;

    #[tokio::test]
    async fn a_tick_of_any_content_reviews_every_tenant() {
        let tick = r#"{"version": "0", "detail-type": "Scheduled Event", "detail": {}}"#;
        assert_eq!(serde_json::from_str::<Tick>(tick).unwrap(), Tick {});
        let world = World::new(1);
        for number in 1..=2 {
            people::make_tenant(&world.records, number, &[]).await.unwrap();
        }
        let (health, dns) = (MemorySendingHealth::default(), MemoryDns::default());
        let list = world.suppression_list.as_ref();
        let ports = ReviewPorts { list, health: &health, dns: &dns };
        let told = review(&world.records, ports, world.sender.as_ref()).await.unwrap();
        assert_eq!((told.tenants, told.blocks_lifted, told.is_complete), (2, 0, true));
    }
}
