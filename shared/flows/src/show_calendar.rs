//! A user's calendar: his own events, and the meetings he accepted, within a bounded span.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::activity::{Activity, ActivityDetail, OwnerList};
use domain::ids::{ActivityId, InvitationId, TenantId, UserId};
use domain::limits::{
    EVENT_LENGTH_MAX, EVENT_WINDOW_MAX, EVENTS_LISTED_MAX, PAGE_ITEMS_MAX, READS_AT_ONCE_MAX,
};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use futures::stream::{self, StreamExt, TryStreamExt};
use store::table::{PageMark, SortRange, Table, TableFault};
use store::{activities, meetings};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::show_activities::{Reader, SeenActivity, seen_mail, tell};
use crate::show_invitations::{self, Invitation, event_of};

/// A span of time, its end not included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

impl Span {
    /// A span that is not empty and not longer than one list goes.
    ///
    /// # Errors
    /// `query_malformed`.
    pub fn new(from: Timestamp, to: Timestamp) -> Result<Self, Refused> {
        if from < to && to <= from.plus(EVENT_WINDOW_MAX) {
            return Ok(Self { from, to });
        }
        let hint = "let it lie after `from`, by at most 366 days";
        Err(Refused::field(RefusalCode::QueryMalformed, "to", hint))
    }

    /// The months in which something may begin that takes place within the span (`yyyymm`).
    fn months(self) -> Vec<String> {
        const MONTHS_MAX: u32 = 18;
        let first = self.from.minus(EVENT_LENGTH_MAX).month();
        let mut months = self.to.months_back(MONTHS_MAX);
        months.retain(|month| *month >= first);
        months
    }
}

/// The mark of a page: the last event it showed.
const AFTER: &str = "after";

/// One page of the events of a user in a span, in order; each time that a meeting takes place by itself.
///
/// # Errors
/// Faults of the table.
pub async fn list_events(
    records: &Records,
    reader: Reader<'_>,
    owner: UserId,
    span: Span,
    wish: Wish,
) -> Result<Listed<SeenActivity>, FlowError> {
    let table = records.table.as_ref();
    let tenant = reader.allowed.tenant();
    let own = own_events(table, tenant, owner, span).await?;
    let accepted = accepted(table, tenant, owner, span).await?;
    let activities: Vec<Activity> =
        own.into_iter().chain(accepted.iter().map(|(activity, _)| activity.clone())).collect();
    let invitations: BTreeMap<InvitationId, Invitation> =
        accepted.into_iter().map(|(_, invitation)| (invitation.id, invitation)).collect();
    let mut all = BTreeMap::new();
    for seen in seen_mail(records, reader, activities).await? {
        for (at, one) in in_span(seen, &invitations, span) {
            all.insert(format!("{at}#{}", one.activity.id), one);
        }
    }
    Ok(cut_page(all, wish))
}

/// When an activity takes place within the span.
fn in_span(
    seen: SeenActivity,
    invitations: &BTreeMap<InvitationId, Invitation>,
    span: Span,
) -> Vec<(Timestamp, SeenActivity)> {
    match &seen.activity.detail {
        ActivityDetail::Event { start_at, .. } => vec![(*start_at, seen)],
        ActivityDetail::Meeting { invitation } => {
            let id = *invitation;
            let Some(found) = invitations.get(&id) else { return Vec::new() };
            let occurrences = found.meeting.occurrences(span.from, span.to).into_iter();
            let cancelled = found.meeting.cancelled;
            occurrences
                .map(|occurrence| {
                    let mut one = seen.clone();
                    let at = occurrence.start_at;
                    tell(&mut one, id, cancelled, Some(occurrence));
                    (at, one)
                })
                .collect()
        }
        ActivityDetail::Task { .. } | ActivityDetail::Note {} => Vec::new(),
    }
}

fn cut_page(all: BTreeMap<String, SeenActivity>, wish: Wish) -> Listed<SeenActivity> {
    let after = wish.after.and_then(|mut mark| mark.remove(AFTER)).unwrap_or_default();
    let limit = usize::try_from(wish.limit).unwrap_or(usize::MAX);
    let rest = all.into_iter().filter(|(place, _)| *place > after).take(limit + 1);
    let mut page: Vec<(String, SeenActivity)> = rest.collect();
    let more = page.len() > limit;
    page.truncate(limit);
    let last = page.last().filter(|_| more).map(|(place, _)| place.clone());
    let next = last.map(|place| PageMark::from([(AFTER.to_owned(), place)]));
    Listed { items: page.into_iter().map(|(_, seen)| seen).collect(), next }
}

/// A user's own events that take place within the span, at most [`EVENTS_LISTED_MAX`].
pub(crate) async fn own_events(
    table: &dyn Table,
    tenant: TenantId,
    owner: UserId,
    span: Span,
) -> Result<Vec<Activity>, TableFault> {
    let first = span.from.minus(EVENT_LENGTH_MAX).to_string();
    let range = SortRange::Between(first, span.to.to_string());
    let mut events = Vec::new();
    let mut after = None;
    loop {
        let order = (range.clone(), false);
        let page = (PAGE_ITEMS_MAX, after);
        let (found, next) =
            activities::of_user(table, tenant, owner, OwnerList::Events, order, page).await?;
        events.extend(found.into_iter().filter(|event| takes_place(event, span)));
        if next.is_none() || events.len() >= EVENTS_LISTED_MAX {
            events.truncate(EVENTS_LISTED_MAX);
            return Ok(events);
        }
        after = next;
    }
}

fn takes_place(event: &Activity, span: Span) -> bool {
    match event.detail {
        ActivityDetail::Event { start_at, end_at, .. } => start_at < span.to && end_at >= span.from,
        ActivityDetail::Task { .. } | ActivityDetail::Meeting { .. } | ActivityDetail::Note {} => {
            false
        }
    }
}

/// The meetings that a user accepted and that may take place within the span, at most
/// [`EVENTS_LISTED_MAX`]: the invitations of its months and those to what recurs lead to them. An older
/// version of an invitation leads to its present one, wherever that was moved.
pub(crate) async fn accepted(
    table: &dyn Table,
    tenant: TenantId,
    owner: UserId,
    span: Span,
) -> Result<Vec<(Activity, Invitation)>, TableFault> {
    let lists = span.months().into_iter().map(Some).chain([None]);
    let read = async |month: Option<String>| {
        meetings::meetings_of(table, tenant, owner, month.as_deref(), since(span)).await
    };
    let found: Vec<_> =
        stream::iter(lists).map(read).buffered(READS_AT_ONCE_MAX).try_collect().await?;
    let ids: BTreeSet<InvitationId> = found.into_iter().flatten().collect();
    let ids: Vec<ActivityId> = ids.into_iter().map(event_of).collect();
    let mut there = activities::get_all(table, tenant, &ids).await?;
    there.truncate(EVENTS_LISTED_MAX);
    let read = async |activity: Activity| {
        let id = InvitationId::from_bits(activity.id.bits());
        let found = show_invitations::read(table, tenant, owner, id).await?;
        Ok::<_, TableFault>(found.map(|invitation| (activity, invitation)))
    };
    let read: Vec<Option<_>> =
        stream::iter(there).map(read).buffered(READS_AT_ONCE_MAX).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}

/// What recurs and has ended before that is not looked at.
fn since(span: Span) -> Timestamp {
    const ZONES: Duration = Duration::from_secs(86_400);
    span.from.minus(ZONES)
}
