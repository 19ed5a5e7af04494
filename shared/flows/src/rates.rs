//! Bounce and complaint rates of the last day, the last week, a volume that stands for the sender's
//! habit, and of one campaign (I4).

use domain::day::Day;
use domain::day_tally::{DayTally, Volume};
use domain::ids::{CampaignId, TenantId};
use domain::limits::REPRESENTATIVE_DAYS_MAX;
use domain::permission::{Allowed, ReadReports};
use domain::rates::Window;
use domain::timestamp::Timestamp;
use store::day_tallies;
use store::table::Table;

use crate::error::FlowError;
use crate::ports::Records;

/// The volumes of the three windows of a tenant, and of a campaign where one is asked for.
///
/// # Errors
/// Faults of the table.
pub async fn rates(
    records: &Records,
    allowed: &Allowed<ReadReports>,
    campaign: Option<CampaignId>,
) -> Result<Vec<(Window, Volume)>, FlowError> {
    let table = records.table.as_ref();
    let mut all = of_tenant(table, allowed.tenant(), records.clock.now()).await?;
    if let Some(campaign) = campaign {
        let (volume, _) = day_tallies::campaign(table, allowed.tenant(), campaign).await?;
        all.push((Window::Campaign(campaign), volume));
    }
    Ok(all)
}

/// The volumes of the three windows: two batch reads.
///
/// # Errors
/// Faults of the table.
pub async fn of_tenant(
    table: &dyn Table,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Vec<(Window, Volume)>, FlowError> {
    let today = Day::of(now);
    let wanted: Vec<Day> = today.all_from(today.back(REPRESENTATIVE_DAYS_MAX)).collect();
    let tallies = day_tallies::days(table, tenant, &wanted).await?;
    let newest_first: Vec<&DayTally> = tallies.values().rev().collect();
    let hour = Day::hour_of(now);
    let day = |back: usize| newest_first.get(back).copied();
    let mut last_day = day(0).map(|t| t.volume_between(0, hour)).unwrap_or_default();
    last_day += day(1).map(|t| t.volume_between(hour, 23)).unwrap_or_default();
    let last_week: Volume = newest_first.iter().take(8).map(|t| t.volume()).sum();
    Ok(vec![
        (Window::LastDay, last_day),
        (Window::LastWeek, last_week),
        (Window::Representative, representative(&newest_first)),
    ])
}

/// Whole days back from now until they hold as much mail as a week of the four that were read.
fn representative(newest_first: &[&DayTally]) -> Volume {
    let all: Volume = newest_first.iter().map(|tally| tally.volume()).sum();
    let ordinary_week = all.sent / 4;
    let mut volume = Volume::default();
    for tally in newest_first {
        if volume.sent > 0 && volume.sent >= ordinary_week {
            break;
        }
        volume += tally.volume();
    }
    volume
}
