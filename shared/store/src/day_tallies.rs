//! Counts of sent mail by day, hour, category, domain, diagnostic and campaign, so that reports and
//! rates read a bounded number of items however much mail there was.
//!
//! All writes are order-free additions. They are exact because they stand in the transaction that
//! sets the fact they count, under the condition that the send's record is the one it was read as:
//! an event that comes twice finds its fact set and counts nothing.
//!
//! Shards: one item takes about 500 transactional writes a second, and two transactions at one item
//! disturb each other. The shard comes of the message or chunk, so the transactions of one chunk
//! meet each other only.

use std::collections::BTreeMap;

use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::day_tally::{Bounces, DayTally, HOURS, Volume};
use domain::ids::{CampaignId, TenantId};
use domain::limits::SEND_LIFE;
use domain::mail_event::Bounce;
use domain::send::{Counted, Send, SendPlace};
use serde_dynamo::AttributeValue;

use crate::item::{number, text};
use crate::keys;
use crate::table::{
    self, Change, Index, Item, Key, Query, SortRange, Table, TableFault, TableName, Write,
};
use crate::value_counts::{self, DIAGNOSTIC_BUCKETS, DOMAIN_BUCKETS};

/// How many items the counts of one day are spread over.
pub const SHARDS: u32 = 4;
/// Most items of one dimension read for a day and shard; more campaigns make a report incomplete.
pub const BREAKDOWN_ITEMS_MAX: u32 = 1_000;

macro_rules! hours {
    ($start:literal) => {
        hours!($start, "00" "01" "02" "03" "04" "05" "06" "07" "08" "09" "10" "11"
            "12" "13" "14" "15" "16" "17" "18" "19" "20" "21" "22" "23")
    };
    ($start:literal, $($hour:literal)*) => { [$(concat!($start, $hour)),*] };
}

const SENT: [&str; HOURS] = hours!("sent_");
const BOUNCED: [&str; HOURS] = hours!("bounced_");
const COMPLAINED: [&str; HOURS] = hours!("complained_");
/// The same over a whole day or campaign.
const ALL_SENT: &str = "sent";
const ALL_BOUNCED: &str = "bounced";
const ALL_COMPLAINED: &str = "complained";
const DELIVERED: &str = "delivered";

/// By what the bounces of a day are told apart beside their category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The recipient's domain.
    Domain,
    /// Enhanced status code and reason: `5.1.1 userunknown`.
    Diagnostic,
    /// The campaign.
    Campaign,
}

impl Dimension {
    /// Its name in keys.
    fn name(self) -> &'static str {
        match self {
            Self::Domain => "DOMAIN",
            Self::Diagnostic => "DIAGNOSTIC",
            Self::Campaign => "CAMPAIGN",
        }
    }
}

/// The writes that count new facts, at most one an item: put them into the transaction that sets
/// those facts. `facts` are sends as they are after the fact was learned
/// ([`domain::send::Send::learn`]) with what it said is to be counted; all of one message or chunk.
///
/// The facts of one chunk and day make one write, of a campaign three, and two more for a bounce: the
/// domains and diagnostics of a hundred of them are some thirty writes at most ([`value_counts`]).
pub fn count(tenant: TenantId, facts: &[(&Send, Counted)]) -> Vec<Write> {
    let mut sums = Sums::default();
    for (send, counted) in facts {
        if let Some(marks) = Marks::of(send, *counted) {
            sums.count(tenant, send, &marks);
        }
    }
    let write = |(key, sum): (Key, Sum)| {
        let mut changes = vec![
            Change::SetIfAbsent("item_kind", text("tally")),
            Change::SetIfAbsent("expires_at", number(sum.expires_at)),
        ];
        changes.extend(sum.counts.into_iter().map(|(name, count)| Change::Add(name, count)));
        changes.extend(sum.values.into_iter().map(|(name, count)| Change::Count(name, count)));
        Write::Update { key, changes, condition: None }
    };
    sums.0.into_iter().map(write).collect()
}

/// What one fact counts.
struct Marks<'s> {
    /// In the day, by the hour.
    of_day: Option<&'static str>,
    /// In a campaign.
    of_campaign: Option<&'static str>,
    /// The bounce, for its category, domain and diagnostic.
    bounce: Option<&'s Bounce>,
}

impl<'s> Marks<'s> {
    fn of(send: &'s Send, counted: Counted) -> Option<Self> {
        let hour = Day::hour_of(send.queued_at);
        let marks = |of_day, of_campaign| Self { of_day, of_campaign, bounce: None };
        // A recipient whose mail came back twice, for now and for good, is one recipient.
        let first = send.bounced_temporary.is_none() || send.bounced_permanent.is_none();
        let bounced = |bounce: &'s Option<Bounce>| Self {
            of_day: BOUNCED.get(hour).copied().filter(|_| first),
            of_campaign: Some(ALL_BOUNCED).filter(|_| first),
            bounce: bounce.as_ref(),
        };
        match counted {
            Counted::Sent => Some(marks(SENT.get(hour).copied(), Some(ALL_SENT))),
            Counted::Delivered => Some(marks(Some(DELIVERED), Some(DELIVERED))),
            Counted::BouncedTemporary => Some(bounced(&send.bounced_temporary)),
            Counted::BouncedPermanent => Some(bounced(&send.bounced_permanent)),
            // One who says that it was no spam praises the mail.
            Counted::Complained if send.complained.as_ref().is_some_and(|c| c.is_praise()) => None,
            Counted::Complained => Some(marks(COMPLAINED.get(hour).copied(), Some(ALL_COMPLAINED))),
            Counted::Delayed
            | Counted::Rejected
            | Counted::Opened
            | Counted::Clicked
            | Counted::Machine
            | Counted::AutoReplied
            | Counted::Unsubscribed => None,
        }
    }
}

/// What is added to one item.
struct Sum {
    expires_at: u64,
    counts: BTreeMap<&'static str, i64>,
    /// By names that are data ([`value_counts::name`]).
    values: BTreeMap<String, i64>,
}

/// What is added, by item.
#[derive(Default)]
struct Sums(BTreeMap<Key, Sum>);

impl Sums {
    fn count(&mut self, tenant: TenantId, send: &Send, marks: &Marks<'_>) {
        let day = Day::of(send.queued_at);
        let shard = shard_of(send.place);
        let category = marks.bounce.map(|bounce| bounce.category.key());
        let by = |dimension: Dimension, value: &str| {
            keys::tally_by(tenant, day, shard, dimension.name(), value).key
        };
        self.add(day, keys::tally_of_day(tenant, day, shard).key, [marks.of_day, category]);
        if let SendPlace::Campaign { campaign, .. } = send.place {
            let names = [marks.of_campaign, category];
            self.add(day, by(Dimension::Campaign, &campaign.to_string()), names);
            self.add(day, keys::tally_of_campaign(tenant, campaign, shard).key, names);
        }
        let Some((bounce, category)) = marks.bounce.zip(category) else { return };
        let hour = Day::hour_of(send.queued_at);
        for (dimension, value, buckets) in [
            (Dimension::Domain, send.to.domain(), DOMAIN_BUCKETS),
            (Dimension::Diagnostic, diagnostic(bounce).as_str(), DIAGNOSTIC_BUCKETS),
        ] {
            let sum = self.of(day, by(dimension, &value_counts::bucket(value, hour, buckets)));
            *sum.values.entry(value_counts::name(category, value)).or_default() += 1;
        }
    }

    fn of(&mut self, day: Day, key: Key) -> &mut Sum {
        let ends = u64::try_from(day.end().plus(SEND_LIFE).seconds()).unwrap_or_default();
        let new = || Sum { expires_at: ends, counts: BTreeMap::new(), values: BTreeMap::new() };
        self.0.entry(key).or_insert_with(new)
    }

    fn add(&mut self, day: Day, key: Key, names: [Option<&'static str>; 2]) {
        let sum = self.of(day, key);
        for name in names.into_iter().flatten() {
            *sum.counts.entry(name).or_default() += 1;
        }
    }
}

/// What a bounce says in short, the same for all of its kind and naming nobody.
fn diagnostic(bounce: &Bounce) -> String {
    let reason = bounce.reason.name();
    bounce.enhanced_status().map_or(reason.to_owned(), |status| format!("{status} {reason}"))
}

fn shard_of(place: SendPlace) -> u32 {
    let spread = match place {
        SendPlace::OneOff { message } => message.bits() % u128::from(SHARDS),
        SendPlace::Campaign { chunk, .. } => u128::from(chunk % SHARDS),
    };
    u32::try_from(spread).unwrap_or_default()
}

/// The counts of each of these days.
///
/// # Errors
/// A fault of the table.
pub async fn days(
    table: &dyn Table,
    tenant: TenantId,
    days: &[Day],
) -> Result<BTreeMap<Day, DayTally>, TableFault> {
    let key = |day: &Day, shard| keys::tally_of_day(tenant, *day, shard).key;
    let wanted = days.iter().flat_map(|day| (0..SHARDS).map(move |shard| key(day, shard)));
    let mut items = table::get_all(table, &wanted.collect()).await?.items;
    let mut tallies = BTreeMap::new();
    for day in days {
        let tally: &mut DayTally = tallies.entry(*day).or_default();
        for shard in 0..SHARDS {
            if let Some(item) = items.remove(&key(day, shard)) {
                *tally += &day_of(&item);
            }
        }
    }
    Ok(tallies)
}

/// Bounces of one day by the values of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakdown {
    /// Bounces of each value.
    pub values: BTreeMap<String, Bounces>,
    /// Recipients of each value, where they are counted (campaigns).
    pub volumes: BTreeMap<String, Volume>,
    /// Whether there are more values than were read.
    pub cut: bool,
}

/// The bounces of a day by the values of a dimension.
///
/// # Errors
/// A fault of the table.
pub async fn breakdown(
    table: &dyn Table,
    tenant: TenantId,
    day: Day,
    dimension: Dimension,
) -> Result<Breakdown, TableFault> {
    let mut found = Breakdown::default();
    let start = keys::breakdown_start(dimension.name());
    for shard in 0..SHARDS {
        let query = Query {
            table: TableName::Delivery,
            index: Index::Primary,
            partition: keys::tallies_of_day(tenant, day, shard),
            range: SortRange::StartsWith(start.clone()),
            descending: false,
            limit: BREAKDOWN_ITEMS_MAX,
            after: None,
        };
        let page = table.query(&query).await?;
        found.cut |= page.next.is_some();
        for item in page.items {
            for (value, category, count) in value_counts::read(&item) {
                found.values.entry(value.to_owned()).or_default().add(category, count);
            }
            let Some(AttributeValue::S(sk)) = item.get("sk") else { continue };
            let value = sk.strip_prefix(&start).filter(|_| dimension == Dimension::Campaign);
            let Some(value) = value else { continue };
            *found.values.entry(value.to_owned()).or_default() += &bounces_of(&item);
            *found.volumes.entry(value.to_owned()).or_default() += volume_of(&item);
        }
    }
    Ok(found)
}

/// What a campaign's mail came to so far: recipients, and bounces by category.
///
/// # Errors
/// A fault of the table.
pub async fn campaign(
    table: &dyn Table,
    tenant: TenantId,
    campaign: CampaignId,
) -> Result<(Volume, Bounces), TableFault> {
    let query = Query {
        table: TableName::Delivery,
        index: Index::Primary,
        partition: keys::tallies_of_campaign(tenant, campaign),
        range: SortRange::All,
        descending: false,
        limit: SHARDS,
        after: None,
    };
    let (mut volume, mut bounces) = (Volume::default(), Bounces::default());
    for item in table.query(&query).await?.items {
        volume += volume_of(&item);
        bounces += &bounces_of(&item);
    }
    Ok((volume, bounces))
}

fn day_of(item: &Item) -> DayTally {
    let of_hour = |hour: usize| {
        let count = |names: &[&str; HOURS]| names.get(hour).map_or(0, |name| count_in(item, name));
        Volume { sent: count(&SENT), bounced: count(&BOUNCED), complained: count(&COMPLAINED) }
    };
    DayTally {
        hours: std::array::from_fn(of_hour),
        delivered: count_in(item, DELIVERED),
        bounces: bounces_of(item),
    }
}

fn volume_of(item: &Item) -> Volume {
    Volume {
        sent: count_in(item, ALL_SENT),
        bounced: count_in(item, ALL_BOUNCED),
        complained: count_in(item, ALL_COMPLAINED),
    }
}

fn bounces_of(item: &Item) -> Bounces {
    let mut bounces = Bounces::default();
    for category in BounceCategory::ALL {
        match count_in(item, category.key()) {
            0 => {}
            count => bounces.add(category, count),
        }
    }
    bounces
}

fn count_in(item: &Item, name: &str) -> u64 {
    match item.get(name) {
        Some(AttributeValue::N(digits)) => digits.parse().unwrap_or(0),
        _ => 0,
    }
}
