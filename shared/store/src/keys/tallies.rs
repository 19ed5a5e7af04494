//! Keys of the counts of sent mail.

use domain::day::Day;
use domain::ids::{CampaignId, TenantId};

use super::{ItemKeys, delivery_table, only};

/// The counts of one day; `shard` spreads the writes.
pub fn tally_of_day(tenant: TenantId, day: Day, shard: u32) -> ItemKeys {
    only(delivery_table(tallies_of_day(tenant, day, shard), "DAY"))
}

/// The bounces of one day for one value of a dimension: `DOMAIN`, `DIAGNOSTIC` or `CAMPAIGN`.
pub fn tally_by(tenant: TenantId, day: Day, shard: u32, dimension: &str, value: &str) -> ItemKeys {
    let sk = format!("{}{value}", breakdown_start(dimension));
    only(delivery_table(tallies_of_day(tenant, day, shard), sk))
}

/// Partition of the counts of one day and shard.
pub fn tallies_of_day(tenant: TenantId, day: Day, shard: u32) -> String {
    format!("TENANT#{tenant}#TALLY#{day}#{shard}")
}

/// What sort keys of a dimension's counts start with.
pub fn breakdown_start(dimension: &str) -> String {
    format!("BY#{dimension}#")
}

/// The counts of one campaign over its whole life.
pub fn tally_of_campaign(tenant: TenantId, campaign: CampaignId, shard: u32) -> ItemKeys {
    only(delivery_table(tallies_of_campaign(tenant, campaign), format!("SHARD#{shard}")))
}

/// Partition of the counts of a campaign.
pub fn tallies_of_campaign(tenant: TenantId, campaign: CampaignId) -> String {
    format!("TENANT#{tenant}#CAMPAIGN#{campaign}#TALLIES")
}
