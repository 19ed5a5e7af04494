//! Watches bounce and complaint rates: one alert for each incident, and its recovery (S4.2, I4).
//!
//! May run at any time, twice, and beside itself: incidents are read before the rates, each is begun
//! and ended under the condition that it stands as it was read, and who is outrun leaves it at that.
//! The bulletin to the administrators is made in the same transaction.

use std::collections::{BTreeMap, BTreeSet};

use domain::alert::{Alert, AlertState, Reading, Watched};
use domain::bulletin::Bulletin;
use domain::day::Day;
use domain::day_tally::Volume;
use domain::ids::{AlertId, CampaignId, TenantId};
use domain::limits::{OPEN_ALERTS_READ_MAX, WATCHED_CAMPAIGNS_MAX};
use domain::rates::{Metric, Window};
use domain::timestamp::Timestamp;
use store::day_tallies::{self, Dimension};
use store::table::{Table, Write};
use store::{alerts, bulletins};

use crate::error::FlowError;
use crate::ports::Records;
use crate::rates;
use crate::transaction::Transaction;

/// Days before today of which the campaigns are watched: a week's mail bounces within it.
const DAYS_BACK: u32 = 7;

/// What a look at a tenant's rates came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Alerts that were opened.
    pub opened: u64,
    /// Alerts whose incident is over.
    pub recovered: u64,
}

/// Looks at the rates of a tenant. One that sent nothing costs five reads and no write.
///
/// # Errors
/// Faults of the table: the next look sees the same.
pub async fn watch_rates(records: &Records, tenant: TenantId) -> Result<Seen, FlowError> {
    let table = records.table.as_ref();
    let now = records.clock.now();
    // 1 what is watched, and which incidents last
    let campaigns = campaigns_at_work(table, tenant, now).await?;
    let mut watched: Vec<Watched> = campaigns.iter().copied().map(Watched::Campaign).collect();
    watched.push(Watched::Sender);
    let both = |about: &Watched| Metric::ALL.map(|metric| (metric, *about));
    let rates: BTreeSet<(Metric, Watched)> = watched.iter().flat_map(both).collect();
    let mut lasting = alerts::lasting(table, tenant, &rates).await?;
    let at_rest = at_rest(table, tenant, &rates).await?;
    // 2 the rates
    let mut volumes =
        BTreeMap::from([(Watched::Sender, rates::of_tenant(table, tenant, now).await?)]);
    for campaign in campaigns {
        let (volume, _) = day_tallies::campaign(table, tenant, campaign).await?;
        volumes.insert(Watched::Campaign(campaign), vec![(Window::Campaign(campaign), volume)]);
    }
    // 3 what they mean
    let mut seen = Seen::default();
    for (metric, about) in rates {
        let reading = Reading::worst(metric, volumes.get(&about).map_or(&[], Vec::as_slice));
        match (lasting.remove(&(metric, about)), reading) {
            (None, Some(reading)) if reading.alerts() => {
                let id = AlertId::from_parts(now, records.fresh_bits());
                let (opened_at, recovered_at) = (now, None);
                let worst = reading;
                let alert =
                    Alert { id, tenant, metric, about, worst, opened_at, recovered_at, rev: 1 };
                let mut writes = alerts::open(&alert)?;
                writes.push(bulletins::create(&Bulletin::opened(&alert))?);
                seen.opened += u64::from(done(table, writes).await?);
            }
            (Some(alert), Some(reading)) if reading.is_over() => {
                seen.recovered += u64::from(end(table, alert, now).await?);
            }
            (Some(alert), Some(worst)) if worst.level > alert.worst.level => {
                let rev = alert.rev.saturating_add(1);
                let worse = Alert { worst, rev, ..alert };
                done(table, vec![alerts::replace(&worse, alert.rev)?]).await?;
            }
            (None | Some(_), _) => {}
        }
    }
    for alert in at_rest {
        seen.recovered += u64::from(end(table, alert, now).await?);
    }
    Ok(seen)
}

/// Ends an incident; false where somebody else did meanwhile.
async fn end(table: &dyn Table, alert: Alert, now: Timestamp) -> Result<bool, FlowError> {
    let (rev_before, rev) = (alert.rev, alert.rev.saturating_add(1));
    let over = Alert { recovered_at: Some(now), rev, ..alert };
    let mut writes = alerts::end(&over, rev_before)?;
    writes.push(bulletins::create(&Bulletin::recovered(&over, now))?);
    done(table, writes).await
}

/// Does these writes together; false where another look outran this one.
async fn done(table: &dyn Table, writes: Vec<Write>) -> Result<bool, FlowError> {
    let mut transaction = Transaction::default();
    writes.into_iter().for_each(|write| transaction.add(write));
    Ok(transaction.try_commit(table).await?.is_none())
}

/// The campaigns whose mail went out in the last week, those with most mail where there are many.
async fn campaigns_at_work(
    table: &dyn Table,
    tenant: TenantId,
    now: Timestamp,
) -> Result<Vec<CampaignId>, FlowError> {
    let today = Day::of(now);
    let days: Vec<Day> = today.all_from(today.back(DAYS_BACK)).collect();
    let tallies = day_tallies::days(table, tenant, &days).await?;
    let mut sent: BTreeMap<CampaignId, Volume> = BTreeMap::new();
    for (day, _) in tallies.into_iter().filter(|(_, tally)| tally.volume() != Volume::default()) {
        let found = day_tallies::breakdown(table, tenant, day, Dimension::Campaign).await?;
        for (campaign, volume) in found.volumes {
            if let Ok(campaign) = campaign.parse() {
                *sent.entry(campaign).or_default() += volume;
            }
        }
    }
    let mut most_first: Vec<(CampaignId, Volume)> = sent.into_iter().collect();
    most_first.sort_by_key(|(campaign, volume)| (std::cmp::Reverse(volume.sent), *campaign));
    Ok(most_first.into_iter().take(WATCHED_CAMPAIGNS_MAX).map(|(campaign, _)| campaign).collect())
}

/// The open alerts of campaigns that send no more.
async fn at_rest(
    table: &dyn Table,
    tenant: TenantId,
    watched: &BTreeSet<(Metric, Watched)>,
) -> Result<Vec<Alert>, FlowError> {
    let open = Some(AlertState::Open);
    let (open, _) = alerts::list(table, tenant, open, OPEN_ALERTS_READ_MAX, None).await?;
    let gone = |alert: &Alert| !watched.contains(&(alert.metric, alert.about));
    Ok(open.into_iter().filter(gone).collect())
}
