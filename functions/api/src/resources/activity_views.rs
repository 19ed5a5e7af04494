//! How tasks, events and notes are shown.

use domain::activity::{ActivityDetail, ActivityKind};
use domain::ids::{ActivityId, ContactId, InvitationId, MessageId, UserId};
use domain::timestamp::Timestamp;
use flows::show_activities::{SeenActivity, SeenMeeting};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schemas;

/// What all activities have.
#[derive(Serialize, ToSchema)]
pub struct ActivityHead {
    /// Its id.
    #[schema(schema_with = schemas::activity_id)]
    pub id: ActivityId,
    /// Which of the three.
    #[schema(schema_with = schemas::activity_kind)]
    pub kind: ActivityKind,
    /// What it is called.
    pub subject: String,
    /// What people wrote about it.
    pub text: String,
    /// Whose it is.
    #[schema(schema_with = schemas::user_id)]
    pub owner: UserId,
    /// The contacts it is about.
    #[schema(value_type = Vec<String>)]
    pub contacts: Vec<ContactId>,
    /// The mail it was made from; null also where the caller may not see that mail.
    #[schema(value_type = Option<String>, required)]
    pub message: Option<MessageId>,
    /// Who made it.
    #[schema(schema_with = schemas::user_id)]
    pub created_by: UserId,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(schema_with = schemas::moment)]
    pub updated_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

/// A task.
#[derive(Serialize, ToSchema)]
pub struct TaskView {
    /// What all activities have.
    #[serde(flatten)]
    pub head: ActivityHead,
    /// Until when it is to be done.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub due_at: Option<Timestamp>,
    /// Since when it is done.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub done_at: Option<Timestamp>,
}

/// An event.
#[derive(Serialize, ToSchema)]
pub struct EventView {
    /// What all activities have.
    #[serde(flatten)]
    pub head: ActivityHead,
    /// When it begins.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub start_at: Option<Timestamp>,
    /// When it ends.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub end_at: Option<Timestamp>,
    /// Whether it is whole days, from midnight UTC to midnight UTC.
    pub whole_day: bool,
    /// Where it is.
    #[schema(required)]
    pub location: Option<String>,
    /// The invitation that tells of it, where it is a meeting that was accepted.
    #[schema(value_type = Option<String>, required)]
    pub invitation: Option<InvitationId>,
    /// Whether it recurs: then this is one time of several, or the first.
    pub recurs: bool,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Whether it is a meeting whose mail the caller may not see: he sees when it is, not what.
    pub hidden: bool,
}

/// A note.
#[derive(Serialize, ToSchema)]
pub struct NoteView {
    /// What all activities have.
    #[serde(flatten)]
    pub head: ActivityHead,
}

/// A task, event or note; `kind` tells which.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum ActivityView {
    /// A task.
    Task(TaskView),
    /// An event.
    Event(EventView),
    /// A note.
    Note(NoteView),
}

impl From<SeenActivity> for ActivityView {
    fn from(SeenActivity { activity, meeting }: SeenActivity) -> Self {
        let head = ActivityHead {
            id: activity.id,
            kind: activity.detail.kind(),
            subject: activity.subject,
            text: activity.text,
            owner: activity.owner,
            contacts: activity.contacts,
            message: activity.message,
            created_by: activity.created_by,
            created_at: activity.created_at,
            updated_at: activity.updated_at,
            rev: activity.rev,
        };
        match activity.detail {
            ActivityDetail::Task { due_at, done_at } => {
                Self::Task(TaskView { head, due_at, done_at })
            }
            ActivityDetail::Event { start_at, end_at, location } => Self::Event(EventView {
                head,
                start_at: Some(start_at),
                end_at: Some(end_at),
                whole_day: false,
                location,
                invitation: None,
                recurs: false,
                cancelled: false,
                hidden: false,
            }),
            ActivityDetail::Meeting { .. } => Self::Event(of_meeting(head, meeting)),
            ActivityDetail::Note {} => Self::Note(NoteView { head }),
        }
    }
}

fn of_meeting(head: ActivityHead, meeting: Option<SeenMeeting>) -> EventView {
    let told = meeting.as_ref();
    let occurrence = told.and_then(|meeting| meeting.occurrence.as_ref());
    let hidden = told.is_none_or(|meeting| meeting.hidden);
    let location = occurrence.and_then(|one| one.part.location.clone());
    EventView {
        head,
        start_at: occurrence.map(|one| one.start_at),
        end_at: occurrence.map(|one| one.end_at),
        whole_day: occurrence.is_some_and(|one| one.whole_day),
        location: location.filter(|_| !hidden),
        invitation: told.map(|meeting| meeting.invitation).filter(|_| !hidden),
        recurs: occurrence.is_some_and(|one| !one.part.rules.is_empty()),
        cancelled: told.is_some_and(|meeting| meeting.cancelled),
        hidden,
    }
}
