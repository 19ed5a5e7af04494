//! Invitations as their user reads them (J10): what all calendar mails about a meeting amount to now, and
//! what he answered. Nothing of it is stored: the mails are, and an answer.

use std::collections::BTreeSet;

use domain::hand_over::HandOverState;
use domain::ids::{ActivityId, InvitationId, TenantId, UserId};
use domain::limits::READS_AT_ONCE_MAX;
use domain::meeting::{CalendarMail, InvitationAnswer, MeetingAnswer};
use domain::meeting_state::{Meeting, meeting};
use domain::permission::{Allowed, ReadActivities};
use domain::timestamp::Timestamp;
use futures::future::try_join;
use futures::stream::{self, StreamExt, TryStreamExt};
use store::table::{Table, TableFault};
use store::{hand_overs, meetings};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;

/// An invitation as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// The meeting.
    pub meeting: Meeting,
    /// When the mail that tells of the present version came.
    pub received_at: Timestamp,
    /// What the user answered last.
    pub answer: Option<InvitationAnswer>,
    /// How far the mail has come that tells the organizer; none where that was not looked at, or where
    /// it is not written.
    pub reply: Option<HandOverState>,
}

impl Invitation {
    /// The event in the calendar, while the last answer is no decline.
    pub fn event(&self) -> Option<ActivityId> {
        let answer = self.answer.as_ref()?;
        (answer.answer != MeetingAnswer::Decline).then(|| event_of(self.id))
    }

    /// Whether an answer is wanted: none was given, or the meeting was changed since.
    pub fn needs_answer(&self) -> bool {
        let answered = self.answer.as_ref().map(|answer| answer.sequence);
        !self.meeting.cancelled && answered.is_none_or(|seen| seen < self.meeting.sequence)
    }
}

/// The event that an accepted invitation makes.
pub fn event_of(invitation: InvitationId) -> ActivityId {
    ActivityId::from_bits(invitation.bits())
}

/// An invitation of that user; none where there is none, or where it is another's.
pub(crate) async fn read(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
    id: InvitationId,
) -> Result<Option<Invitation>, TableFault> {
    let (mails, answer) =
        try_join(meetings::mails(table, tenant, id), meetings::answer(table, tenant, id)).await?;
    let own: Vec<CalendarMail> = mails.into_iter().filter(|mail| mail.user == user).collect();
    let Some(meeting) = meeting(&own) else { return Ok(None) };
    let present = own.iter().find(|mail| mail.message == meeting.message);
    let received_at = present.map(|mail| mail.received_at).unwrap_or_default();
    Ok(Some(Invitation { id, meeting, received_at, answer, reply: None }))
}

/// One of the caller's own invitations.
///
/// # Errors
/// `not_found`, also for another's.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadActivities>,
    id: InvitationId,
) -> Result<Invitation, FlowError> {
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let table = records.table.as_ref();
    let found = read(table, tenant, user, id).await?.ok_or_else(FlowError::not_found)?;
    Ok(with_reply(table, tenant, found).await?)
}

/// The invitation with how far the mail has come that tells its answer.
pub(crate) async fn with_reply(
    table: &dyn Table,
    tenant: TenantId,
    found: Invitation,
) -> Result<Invitation, TableFault> {
    let Some(answer) = &found.answer else { return Ok(found) };
    let reply = hand_overs::get(table, tenant, answer.reply).await?;
    Ok(Invitation { reply: reply.map(|reply| reply.state()), ..found })
}

/// One page of the caller's own invitations, what came last first. Each stands once: at the mail that
/// tells of its present version. A page is shorter than wished for where older versions are left out.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadActivities>,
    wish: Wish,
) -> Result<Listed<Invitation>, FlowError> {
    let table = records.table.as_ref();
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let (mails, next) =
        meetings::invitations_of(table, tenant, user, wish.limit, wish.after).await?;
    let mut seen = BTreeSet::new();
    let ids = mails.iter().map(|mail| mail.invitation).filter(|id| seen.insert(*id));
    let ids: Vec<InvitationId> = ids.collect();
    let found: Vec<Option<Invitation>> = stream::iter(ids)
        .map(|id| read(table, tenant, user, id))
        .buffered(READS_AT_ONCE_MAX)
        .try_collect()
        .await?;
    let here: BTreeSet<_> = mails.iter().map(|mail| mail.message).collect();
    let mut items: Vec<Invitation> = found.into_iter().flatten().collect();
    items.retain(|invitation| here.contains(&invitation.meeting.message));
    Ok(Listed { items, next })
}
