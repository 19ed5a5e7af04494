//! A user's calendar as other programs subscribe to it (J10): a secret URL that no key guards. The secret
//! stands nowhere: what is kept is its keyed hash, and a new one ends the old.

use std::time::Duration;

use domain::activity::{Activity, ActivityDetail};
use domain::ids::{RequestId, base32_26};
use domain::limits::{FEED_AHEAD, FEED_BACK};
use domain::local_time::LocalTime;
use domain::meeting::{CalendarFeed, MeetingAnswer, MeetingPart};
use domain::permission::{Allowed, WriteActivities};
use domain::timestamp::Timestamp;
use mail::calendar_feed::{FeedEvent, FeedStatus, compose};
use sha2::{Digest, Sha256};
use store::{meetings, users};

use crate::error::FlowError;
use crate::ports::Records;
use crate::show_calendar::{Span, accepted, own_events};
use crate::show_invitations::Invitation;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// How far ahead the rules of zones are told: what recurs without an end is shown further than a feed
/// goes.
const ZONES_AHEAD: Duration = Duration::from_secs(5 * 366 * 86_400);

/// A feed with the secret that opens it, shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedFeed {
    /// The secret: whoever has it reads the calendar.
    pub secret: String,
    /// Since when it does.
    pub made_at: Timestamp,
}

/// A feed as it is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFeed {
    /// iCalendar text.
    pub text: String,
    /// What tells two versions of the text apart.
    pub version: String,
}

/// Gives the caller's feed a secret; the one before opens nothing from then on.
///
/// # Errors
/// `revision_mismatch` where another request did the same at this moment.
pub async fn renew(
    records: &Records,
    allowed: &Allowed<WriteActivities>,
    request: RequestId,
) -> Result<OpenedFeed, FlowError> {
    let table = records.table.as_ref();
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let before = meetings::feed(table, tenant, user).await?;
    let secret = base32_26(&records.random.octets());
    let made_at = records.clock.now();
    let rev = before.as_ref().map_or(0, |before| before.rev).saturating_add(1);
    let secret_hash = hash_of(records, &secret);
    let feed = CalendarFeed { tenant, user, secret_hash, made_at, rev };
    let mut transaction = Transaction::default();
    for write in meetings::keep_feed(&feed, before.as_ref())? {
        transaction.add_or(write, revision_mismatch());
    }
    transaction.note(Doer::new(allowed, request, made_at), "calendar_feed.renewed", user)?;
    transaction.commit(table).await?;
    Ok(OpenedFeed { secret, made_at })
}

fn hash_of(records: &Records, secret: &str) -> String {
    records.hasher.hash("calendar_feed", secret)
}

/// The feed that a secret opens: a year ahead and three months back.
///
/// # Errors
/// `not_found` for a secret that opens nothing, and where the user may not log in.
pub async fn serve(records: &Records, secret: &str) -> Result<ServedFeed, FlowError> {
    let table = records.table.as_ref();
    let found = meetings::feed_of_secret(table, &hash_of(records, secret)).await?;
    let CalendarFeed { tenant, user, .. } = found.ok_or_else(FlowError::not_found)?;
    let owner = users::get(table, tenant, user).await?;
    let owner = owner.filter(|owner| owner.disabled_at.is_none());
    let owner = owner.ok_or_else(FlowError::not_found)?;
    let now = records.clock.now();
    let span = Span { from: now.minus(FEED_BACK), to: now.plus(FEED_AHEAD) };
    let own = own_events(table, tenant, user, span).await?;
    let meetings = accepted(table, tenant, user, span).await?;
    let mut events: Vec<FeedEvent> = own.into_iter().filter_map(of_event).collect();
    let in_span = meetings
        .into_iter()
        .filter(|(_, invitation)| !invitation.meeting.occurrences(span.from, span.to).is_empty());
    events.extend(in_span.map(|(_, invitation)| of_meeting(invitation, span)));
    let text = compose(&owner.name, &events, now.plus(ZONES_AHEAD));
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    Ok(ServedFeed { text, version: base32_26(&hash) })
}

fn of_event(activity: Activity) -> Option<FeedEvent> {
    let ActivityDetail::Event { start_at, end_at, location } = activity.detail else { return None };
    let sequence = i64::try_from(activity.rev.saturating_sub(1)).unwrap_or(i64::MAX);
    let description = Some(activity.text).filter(|text| !text.is_empty());
    let whole = MeetingPart {
        instance: None,
        sequence,
        stamp: Some(activity.updated_at),
        summary: Some(activity.subject),
        description,
        location,
        start: Some(LocalTime::of_moment(start_at)),
        end: Some(LocalTime::of_moment(end_at)),
        duration_seconds: None,
        rules: Vec::new(),
        excluded: Vec::new(),
        added: Vec::new(),
        and_future: false,
    };
    Some(FeedEvent {
        uid: format!("{}@mailroom", activity.id),
        changed_at: activity.updated_at,
        status: FeedStatus::Confirmed,
        whole: Some(whole),
        instances: Vec::new(),
        cancelled_instances: Vec::new(),
    })
}

fn of_meeting(invitation: Invitation, span: Span) -> FeedEvent {
    let answer = invitation.answer.map(|answer| answer.answer);
    let meeting = invitation.meeting;
    let status = match answer {
        _ if meeting.cancelled => FeedStatus::Cancelled,
        Some(MeetingAnswer::Tentative) => FeedStatus::Tentative,
        Some(MeetingAnswer::Accept | MeetingAnswer::Decline) | None => FeedStatus::Confirmed,
    };
    let (instances, cancelled_instances) = meeting.differing(span.from, span.to);
    FeedEvent {
        uid: meeting.uid,
        changed_at: invitation.received_at,
        status,
        whole: meeting.whole,
        instances,
        cancelled_instances,
    }
}
