//! What came back of the mail we sent, what was complained about, and which addresses are invalid.

use std::time::Duration;

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::ids::{CampaignId, TenantId};
use domain::limits::{ADDRESS_STATUS_DELAY, BOUNCE_MONTHS_MAX, PAGE_ROUNDS_MAX};
use domain::permission::{Allowed, ReadBlocks};
use domain::send::{Send, SendPlace};
use domain::timestamp::Timestamp;
use store::sends;
use store::table::{PageMark, Table, TableFault};

use crate::error::FlowError;
use crate::paging::{self, Listed, Wish};
use crate::ports::Records;

/// Which bounces or complaints a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BounceFilter {
    /// Only this type.
    pub permanence: Option<Permanence>,
    /// Only this category.
    pub category: Option<BounceCategory>,
    /// Only mail of this campaign.
    pub campaign: Option<CampaignId>,
    /// Only those of this day and later.
    pub from: Option<Day>,
    /// Only those of this day and earlier.
    pub to: Option<Day>,
}

impl BounceFilter {
    /// The months it reaches over, the newest first.
    fn months(&self, now: Timestamp) -> Vec<String> {
        let first = self.from.map(|day| day.begin().month());
        let last = self.to.map(|day| day.begin().month());
        let within = |month: &String| {
            first.as_ref().is_none_or(|first| month >= first)
                && last.as_ref().is_none_or(|last| month <= last)
        };
        now.months_back(BOUNCE_MONTHS_MAX).into_iter().filter(within).collect()
    }

    fn takes_time(&self, at: Timestamp) -> bool {
        let day = Day::of(at);
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    fn takes_campaign(&self, place: &SendPlace) -> bool {
        self.campaign.is_none_or(|wanted| match place {
            SendPlace::Campaign { campaign, .. } => *campaign == wanted,
            SendPlace::OneOff { .. } => false,
        })
    }

    fn takes(&self, send: &Send) -> bool {
        let Some(bounce) = send.bounce() else { return false };
        self.takes_time(bounce.at)
            && self.takes_campaign(&send.place)
            && self.permanence.is_none_or(|wanted| bounce.permanence == wanted)
            && self.category.is_none_or(|wanted| bounce.category == wanted)
    }
}

/// One page of what came back, the newest first. A page may be shorter than wished for.
///
/// # Errors
/// Faults of the table.
pub async fn bounces(
    records: &Records,
    allowed: &Allowed<ReadBlocks>,
    filter: BounceFilter,
    wish: Wish,
) -> Result<Listed<Send>, FlowError> {
    let months = filter.months(records.clock.now());
    let read = Months { records, tenant: allowed.tenant(), of: Of::Bounces };
    filled(wish, &read, months, |send| filter.takes(send)).await
}

/// One page of what was complained about, the newest first. Type and category are those of bounces.
///
/// # Errors
/// Faults of the table.
pub async fn complaints(
    records: &Records,
    allowed: &Allowed<ReadBlocks>,
    filter: BounceFilter,
    wish: Wish,
) -> Result<Listed<Send>, FlowError> {
    let months = filter.months(records.clock.now());
    let read = Months { records, tenant: allowed.tenant(), of: Of::Complaints };
    let takes = |send: &Send| {
        let at = send.complained.as_ref().map(|complaint| complaint.at);
        at.is_some_and(|at| filter.takes_time(at)) && filter.takes_campaign(&send.place)
    };
    filled(wish, &read, months, takes).await
}

/// One page of the addresses that turned out invalid, listed from the seventh day after the mail was
/// sent (S2.11, H8): by then the other recipients have answered too, and one clean-up is enough. The
/// address itself is blocked at once.
///
/// # Errors
/// Faults of the table.
pub async fn address_statuses(
    records: &Records,
    allowed: &Allowed<ReadBlocks>,
    campaign: Option<CampaignId>,
    wish: Wish,
) -> Result<Listed<Send>, FlowError> {
    let now = records.clock.now();
    let filter = BounceFilter { campaign, ..BounceFilter::default() };
    let read = Months { records, tenant: allowed.tenant(), of: Of::Bounces };
    let takes = |send: &Send| {
        let dead = send.bounced_permanent.as_ref().is_some_and(|bounce| bounce.hard);
        dead && listed_at(send) <= now && filter.takes_campaign(&send.place)
    };
    filled(wish, &read, filter.months(now), takes).await
}

/// From when on the address of a send is listed as invalid.
pub fn listed_at(send: &Send) -> Timestamp {
    let delay: Duration = ADDRESS_STATUS_DELAY;
    send.queued_at.plus(delay)
}

/// Which of a month's lists.
#[derive(Clone, Copy)]
enum Of {
    Bounces,
    Complaints,
}

/// Reads lists month by month.
struct Months<'a> {
    records: &'a Records,
    tenant: TenantId,
    of: Of,
}

impl Months<'_> {
    async fn page(&self, month: String, wish: Wish) -> Result<Listed<Send>, TableFault> {
        let table: &dyn Table = self.records.table.as_ref();
        let Wish { limit, after } = wish;
        let page: (Vec<Send>, Option<PageMark>) = match self.of {
            Of::Bounces => sends::bounced(table, self.tenant, &month, limit, after).await?,
            Of::Complaints => sends::complained(table, self.tenant, &month, limit, after).await?,
        };
        Ok(page.into())
    }
}

/// One page of what `takes` lets through; reads on a bounded number of times to fill it.
async fn filled(
    wish: Wish,
    read: &Months<'_>,
    months: Vec<String>,
    takes: impl Fn(&Send) -> bool,
) -> Result<Listed<Send>, FlowError> {
    let mut items = Vec::new();
    let mut after = wish.after;
    for _ in 0..PAGE_ROUNDS_MAX {
        let taken = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let limit = wish.limit.saturating_sub(taken);
        if limit == 0 {
            break;
        }
        let parts = months.iter().map(|month| (month.clone(), month.clone())).collect();
        let wish = Wish { limit, after };
        let page = paging::through(parts, wish, |month, wish| read.page(month, wish)).await?;
        items.extend(page.items.into_iter().filter(&takes));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(Listed { items, next: after })
}
