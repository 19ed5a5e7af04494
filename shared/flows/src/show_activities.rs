//! Tasks, events and notes as one reads them: by themselves, of an owner, under a record or a message.
//! The mail that one was made from is named only to those who may see that mail.

use domain::activity::{Activity, ActivityDetail, ActivityKind, OwnerList};
use domain::ids::{ActivityId, ContactId, InvitationId, MessageId, UserId};
use domain::limits::READS_AT_ONCE_MAX;
use domain::meeting_state::Occurrence;
use domain::permission::{Allowed, ReadActivities, ReadContacts, ReadMail};
use futures::future::try_join;
use futures::stream::{self, StreamExt, TryStreamExt};
use store::table::{SortRange, TableFault};
use store::{activities, contacts};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::show_invitations;
use crate::visible_mail;

/// Who reads: the right to see activities, and that to see mail where he has it too.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// The right to see activities.
    pub allowed: &'a Allowed<ReadActivities>,
    /// The right to see mail.
    pub mail: Option<&'a Allowed<ReadMail>>,
}

impl Reader<'_> {
    /// Whether he may see the mail of an activity by the activity alone: its maker saw the mail.
    fn sees_at_once(&self, activity: &Activity) -> bool {
        self.mail.is_some_and(|mail| mail.sees_what_was_seen_by(activity.created_by))
    }
}

/// An activity as somebody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenActivity {
    /// The activity; its `message` is none where the reader may not see that mail.
    pub activity: Activity,
    /// What the invitation tells of a meeting; none for what is no meeting.
    pub meeting: Option<SeenMeeting>,
}

/// A meeting as somebody may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenMeeting {
    /// The invitation.
    pub invitation: InvitationId,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Whether the reader may not see the mail: then he sees when it is, and nothing else.
    pub hidden: bool,
    /// When it is: the first time, or the one that a list shows.
    pub occurrence: Option<Occurrence>,
}

impl From<Activity> for SeenActivity {
    fn from(activity: Activity) -> Self {
        Self { activity, meeting: None }
    }
}

/// An activity of that kind.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    reader: Reader<'_>,
    kind: ActivityKind,
    id: ActivityId,
) -> Result<SeenActivity, FlowError> {
    let table = records.table.as_ref();
    let found = activities::get(table, reader.allowed.tenant(), id).await?;
    let found = found.filter(|found| found.detail.kind() == kind);
    let seen = seen(records, reader, found.into_iter().collect()).await?;
    seen.into_iter().next().ok_or_else(FlowError::not_found)
}

/// One page of a list of a user's activities: tasks by what is due first, events by their beginning,
/// notes and what is done by the newest first.
///
/// # Errors
/// Faults of the table.
pub async fn of_user(
    records: &Records,
    reader: Reader<'_>,
    (owner, list): (UserId, OwnerList),
    wish: Wish,
) -> Result<Listed<SeenActivity>, FlowError> {
    let table = records.table.as_ref();
    let descending = matches!(list, OwnerList::DoneTasks | OwnerList::Notes);
    let order = (SortRange::All, descending);
    let page = (wish.limit, wish.after);
    let tenant = reader.allowed.tenant();
    let (found, next) = activities::of_user(table, tenant, owner, list, order, page).await?;
    Ok(Listed { items: seen(records, reader, found).await?, next })
}

/// One page of the activities about a record, newest first.
///
/// # Errors
/// `not_found` where there is no such contact.
pub async fn of_contact(
    records: &Records,
    reader: Reader<'_>,
    contacts_allowed: &Allowed<ReadContacts>,
    contact: ContactId,
    wish: Wish,
) -> Result<Listed<SeenActivity>, FlowError> {
    let table = records.table.as_ref();
    let tenant = contacts_allowed.tenant();
    let alone = [contact];
    let lines = activities::of_contact(table, tenant, &alone, wish.limit, wish.after.clone());
    let (there, page) = try_join(contacts::get(table, tenant, contact), lines).await?;
    let ids = there.ok_or_else(FlowError::not_found)?.identities();
    let (found, next) = if ids == alone {
        page
    } else {
        // Others were merged into it, or it into another: what is about one of them is about it.
        activities::of_contact(table, tenant, &ids, wish.limit, wish.after).await?
    };
    Ok(Listed { items: seen(records, reader, found).await?, next })
}

/// One page of the activities made from a message, newest first.
///
/// # Errors
/// `not_found` where there is no such message, or none that the reader may see.
pub async fn of_message(
    records: &Records,
    allowed: &Allowed<ReadActivities>,
    mail: &Allowed<ReadMail>,
    message: MessageId,
    wish: Wish,
) -> Result<Listed<SeenActivity>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let lines = activities::of_message(table, tenant, message, wish.limit, wish.after);
    let asked = [message];
    let (visible, (found, next)) =
        try_join(visible_mail::of_ids(table, mail, &asked), lines).await?;
    visible.into_iter().flatten().next().ok_or_else(FlowError::not_found)?;
    let reader = Reader { allowed, mail: Some(mail) };
    Ok(Listed { items: seen(records, reader, found).await?, next })
}

/// What the reader sees of each, and what the invitations tell of those that are meetings.
async fn seen(
    records: &Records,
    reader: Reader<'_>,
    found: Vec<Activity>,
) -> Result<Vec<SeenActivity>, FlowError> {
    let mut all = seen_mail(records, reader, found).await?;
    add_meetings(records, reader, &mut all).await?;
    Ok(all)
}

/// What the reader sees of the mail of each. The deliveries of a mail are read only where its activity does not
/// tell already that he may see it.
pub(crate) async fn seen_mail(
    records: &Records,
    reader: Reader<'_>,
    found: Vec<Activity>,
) -> Result<Vec<SeenActivity>, FlowError> {
    let unsure = |activity: &Activity| !reader.sees_at_once(activity);
    let asked: Vec<MessageId> =
        found.iter().filter(|activity| unsure(activity)).filter_map(|a| a.message).collect();
    let visible: Vec<MessageId> = match reader.mail {
        None => Vec::new(),
        Some(mail) => {
            let seen = visible_mail::of_ids(records.table.as_ref(), mail, &asked).await?;
            seen.into_iter().flatten().map(|seen| seen.message.id).collect()
        }
    };
    let show = |mut activity: Activity| {
        let hidden = |message: &MessageId| unsure(&activity) && !visible.contains(message);
        if activity.message.as_ref().is_some_and(hidden) {
            activity.message = None;
        }
        SeenActivity::from(activity)
    };
    Ok(found.into_iter().map(show).collect())
}

/// Adds what the invitations tell of those that are meetings: two reads each, some beside each other.
async fn add_meetings(
    records: &Records,
    reader: Reader<'_>,
    all: &mut [SeenActivity],
) -> Result<(), FlowError> {
    let tenant = reader.allowed.tenant();
    let read = async |seen: &mut SeenActivity| -> Result<(), TableFault> {
        if let ActivityDetail::Meeting { invitation } = seen.activity.detail {
            let table = records.table.as_ref();
            let owner = seen.activity.owner;
            let found = show_invitations::read(table, tenant, owner, invitation).await?;
            let first = found.as_ref().and_then(|found| found.meeting.first());
            let cancelled = found.is_none_or(|found| found.meeting.cancelled);
            tell(seen, invitation, cancelled, first);
        }
        Ok(())
    };
    Ok(stream::iter(all.iter_mut())
        .map(read)
        .buffer_unordered(READS_AT_ONCE_MAX)
        .try_collect()
        .await?)
}

/// Fills in what an invitation tells of a meeting, as far as the reader may see its mail.
pub(crate) fn tell(
    seen: &mut SeenActivity,
    invitation: InvitationId,
    cancelled: bool,
    occurrence: Option<Occurrence>,
) {
    let hidden = seen.activity.message.is_none();
    if hidden {
        seen.activity.subject.clear();
        seen.activity.text.clear();
    } else if let Some(summary) = occurrence.as_ref().and_then(|one| one.part.summary.clone()) {
        seen.activity.subject = summary;
    }
    seen.meeting = Some(SeenMeeting { invitation, cancelled, hidden, occurrence });
}
