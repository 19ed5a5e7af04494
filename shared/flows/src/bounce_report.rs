//! The bounce report (S4.15, I3): what came back of the mail of some days, by type, category, domain,
//! campaign, day and diagnostic. Read from the tallies, so it costs the same however much mail it was.

use std::collections::BTreeMap;

use domain::day::Day;
use domain::day_tally::{Bounces, DayTally, Volume};
use domain::limits::{READS_AT_ONCE_MAX, REPORT_DAYS_MAX, REPORT_VALUES_MAX};
use domain::permission::{Allowed, ReadReports};
use domain::refusal::{RefusalCode, Refused};
use futures::stream::{self, StreamExt, TryStreamExt};
use store::day_tallies::{self, Breakdown, Dimension};

use crate::error::FlowError;
use crate::ports::Records;

/// The days of a report, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

impl Period {
    /// The days asked for: without a last day up to today, without a first one thirty of them.
    ///
    /// # Errors
    /// `field_invalid` where the first day is later than the last, or there are too many.
    pub fn of(first: Option<Day>, last: Option<Day>, today: Day) -> Result<Self, Refused> {
        let last = last.unwrap_or(today);
        let first = first.unwrap_or_else(|| last.back(29));
        let count = last.count_from(first);
        if (1..=REPORT_DAYS_MAX).contains(&count) {
            return Ok(Self { first, last });
        }
        let hint = format!("ask for 1 to {REPORT_DAYS_MAX} days, the first one first");
        let refused = Refused::field(RefusalCode::QueryMalformed, "from", hint);
        Err(refused.with_limit(REPORT_DAYS_MAX))
    }

    fn days(self) -> Vec<Day> {
        self.last.all_from(self.first).collect()
    }
}

/// A bounce report. Each mail stands in the day it was sent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BounceReport {
    /// The days.
    pub period: Period,
    /// Recipients: sent, bounced, complained.
    pub volume: Volume,
    /// Recipients whose server took the mail.
    pub delivered: u64,
    /// Bounces of all days.
    pub bounces: Bounces,
    /// Each day.
    pub days: BTreeMap<Day, (Volume, Bounces)>,
    /// By domain of the recipient, those with most bounces first.
    pub domains: Vec<(String, Bounces)>,
    /// By campaign.
    pub campaigns: Vec<(String, Bounces)>,
    /// By status code and reason.
    pub diagnostics: Vec<(String, Bounces)>,
    /// Whether there are more domains, campaigns or diagnostics than are told.
    pub cut: bool,
}

/// Makes the report. Costs one batch read for each 25 days, and four queries a day and dimension.
///
/// # Errors
/// Faults of the table.
pub async fn bounce_report(
    records: &Records,
    allowed: &Allowed<ReadReports>,
    period: Period,
) -> Result<BounceReport, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let days = day_tallies::days(table, tenant, &period.days()).await?;
    let mut total = DayTally::default();
    for tally in days.values() {
        total += tally;
    }
    let with_bounces: Vec<Day> =
        days.iter().filter(|(_, tally)| tally.bounces.all() > 0).map(|(day, _)| *day).collect();
    let dimensions = [Dimension::Domain, Dimension::Campaign, Dimension::Diagnostic];
    let wanted: Vec<(Day, Dimension)> =
        with_bounces.into_iter().flat_map(|day| dimensions.map(|by| (day, by))).collect();
    let read = async |(day, by)| {
        let found = day_tallies::breakdown(table, tenant, day, by).await?;
        Ok::<_, FlowError>((by, found))
    };
    let found: Vec<(Dimension, Breakdown)> =
        stream::iter(wanted).map(read).buffered(READS_AT_ONCE_MAX).try_collect().await?;
    let mut cut = found.iter().any(|(_, breakdown)| breakdown.cut);
    let mut ranked = |dimension: Dimension| {
        let of_it = found.iter().filter(|(by, _)| *by == dimension);
        let (values, more) = rank(of_it.map(|(_, breakdown)| breakdown));
        cut |= more;
        values
    };
    let (domains, campaigns, diagnostics) =
        (ranked(Dimension::Domain), ranked(Dimension::Campaign), ranked(Dimension::Diagnostic));
    Ok(BounceReport {
        period,
        volume: total.volume(),
        delivered: total.delivered,
        bounces: total.bounces,
        days: days.into_iter().map(|(day, t)| (day, (t.volume(), t.bounces))).collect(),
        domains,
        campaigns,
        diagnostics,
        cut,
    })
}

/// The values with most bounces first, and whether some are left out.
fn rank<'b>(all: impl Iterator<Item = &'b Breakdown>) -> (Vec<(String, Bounces)>, bool) {
    let mut sums: BTreeMap<&String, Bounces> = BTreeMap::new();
    for breakdown in all {
        for (value, bounces) in &breakdown.values {
            *sums.entry(value).or_default() += bounces;
        }
    }
    let with_any = sums.into_iter().filter(|(_, bounces)| bounces.all() > 0);
    let mut ranked: Vec<(String, Bounces)> =
        with_any.map(|(value, bounces)| (value.clone(), bounces)).collect();
    ranked.sort_by(|(a, x), (b, y)| y.all().cmp(&x.all()).then_with(|| a.cmp(b)));
    let cut = ranked.len() > REPORT_VALUES_MAX;
    ranked.truncate(REPORT_VALUES_MAX);
    (ranked, cut)
}
