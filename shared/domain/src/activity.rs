//! What people do about a record: tasks, events and notes (J9), made from a mail or by themselves.

use serde::{Deserialize, Serialize};

use crate::ids::{ActivityId, ContactId, InvitationId, MessageId, UserId};
use crate::timestamp::Timestamp;

/// A task, event or note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// What it is called.
    pub subject: String,
    /// What people wrote about it; may be empty.
    pub text: String,
    /// Which of the three, with what only that one has.
    pub detail: ActivityDetail,
    /// Whose it is.
    pub owner: UserId,
    /// The records it is about.
    pub contacts: Vec<ContactId>,
    /// The mail it was made from. Only those who may see that mail learn of it.
    pub message: Option<MessageId>,
    /// Who made it. He saw the mail when he did.
    pub created_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// What only one kind of activity has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityDetail {
    /// Something to do.
    Task {
        /// Until when.
        due_at: Option<Timestamp>,
        /// Since when it is done.
        done_at: Option<Timestamp>,
    },
    /// Something that takes place.
    Event {
        /// When it begins.
        start_at: Timestamp,
        /// When it ends, not before it begins.
        end_at: Timestamp,
        /// Where it is.
        location: Option<String>,
    },
    /// A meeting to which the owner was invited (J10). What it is about and when it is are the
    /// organizer's word: they are read from the invitation each time, so an update moves it.
    Meeting {
        /// The invitation.
        invitation: InvitationId,
    },
    /// Something to remember.
    Note {},
}

/// Which of the three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// Something to do.
    Task,
    /// Something that takes place.
    Event,
    /// Something to remember.
    Note,
}

impl ActivityDetail {
    /// Which kind it is of.
    pub fn kind(&self) -> ActivityKind {
        match self {
            Self::Task { .. } => ActivityKind::Task,
            Self::Event { .. } | Self::Meeting { .. } => ActivityKind::Event,
            Self::Note {} => ActivityKind::Note,
        }
    }
}

impl ActivityKind {
    /// Its name, as actions of the audit trail have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Task => "task",
            Self::Event => "event",
            Self::Note => "note",
        }
    }
}

/// The list of a user that an activity stands in, and its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerList {
    /// Tasks that are open, by the moment they are due; those without one come last.
    OpenTasks,
    /// Tasks that are done, by the moment they were.
    DoneTasks,
    /// Events by the moment they begin. Meetings are found by their invitations instead.
    Events,
    /// Notes by the moment they were made.
    Notes,
}

/// The place of a task that is never due.
const NEVER: &str = "9999-12-31T00:00:00.000Z";

impl Activity {
    /// Where it stands in its owner's lists: the list, and the time that sorts it there.
    pub fn place(&self) -> Option<(OwnerList, String)> {
        match &self.detail {
            ActivityDetail::Task { done_at: Some(at), .. } => {
                Some((OwnerList::DoneTasks, at.to_string()))
            }
            ActivityDetail::Task { due_at, done_at: None } => {
                let due = due_at.map_or_else(|| NEVER.to_owned(), |at| at.to_string());
                Some((OwnerList::OpenTasks, due))
            }
            ActivityDetail::Event { start_at, .. } => {
                Some((OwnerList::Events, start_at.to_string()))
            }
            ActivityDetail::Meeting { .. } => None,
            ActivityDetail::Note {} => Some((OwnerList::Notes, self.created_at.to_string())),
        }
    }
}

/// That an activity is about a record: a line of the record's list of activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityLink {
    /// The record.
    pub contact: ContactId,
    /// The activity.
    pub activity: ActivityId,
}
