//! What callers say of tasks, events and notes to make or to change.

use domain::activity::ActivityDetail;
use domain::ids::{ContactId, MessageId, UserId};
use domain::refusal::Refused;
use domain::timestamp::Timestamp;
use flows::manage_activities::{ActivityChange, NewActivity};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::patch::Member;

/// A task to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskToMake {
    /// What it is called.
    subject: String,
    /// What there is to say about it.
    #[serde(default)]
    text: String,
    /// Whose it is; the caller's where nobody is named.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<UserId>,
    /// The contacts it is about; those of the mail where none are named.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    contacts: Option<Vec<ContactId>>,
    /// The mail it is made from.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// Until when it is to be done.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    due_at: Option<Timestamp>,
}

/// An event to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventToMake {
    /// What it is called.
    subject: String,
    /// What there is to say about it.
    #[serde(default)]
    text: String,
    /// Whose it is; the caller's where nobody is named.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<UserId>,
    /// The contacts it is about; those of the mail where none are named.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    contacts: Option<Vec<ContactId>>,
    /// The mail it is made from.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// When it begins.
    #[schema(value_type = String)]
    start_at: Timestamp,
    /// When it ends, at most 31 days later.
    #[schema(value_type = String)]
    end_at: Timestamp,
    /// Where it is.
    #[serde(default)]
    location: Option<String>,
}

/// A note to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NoteToMake {
    /// What it is called.
    subject: String,
    /// What it says.
    #[serde(default)]
    text: String,
    /// Whose it is; the caller's where nobody is named.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<UserId>,
    /// The contacts it is about; those of the mail where none are named.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    contacts: Option<Vec<ContactId>>,
    /// The mail it is made from.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
}

impl From<TaskToMake> for NewActivity {
    fn from(task: TaskToMake) -> Self {
        let TaskToMake { subject, text, owner, contacts, message, due_at } = task;
        let detail = ActivityDetail::Task { due_at, done_at: None };
        Self { subject, text, detail, owner, contacts, message }
    }
}

impl From<EventToMake> for NewActivity {
    fn from(event: EventToMake) -> Self {
        let EventToMake { subject, text, owner, contacts, message, .. } = event;
        let EventToMake { start_at, end_at, location, .. } = event;
        let detail = ActivityDetail::Event { start_at, end_at, location };
        Self { subject, text, detail, owner, contacts, message }
    }
}

impl From<NoteToMake> for NewActivity {
    fn from(note: NoteToMake) -> Self {
        let NoteToMake { subject, text, owner, contacts, message } = note;
        Self { subject, text, detail: ActivityDetail::Note {}, owner, contacts, message }
    }
}

/// What to change of a task, event or note. A field that its kind does not have changes nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityPatch {
    /// Another name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    subject: Member<String>,
    /// Another text.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    text: Member<String>,
    /// Another owner.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Member<UserId>,
    /// Other contacts, all of them; null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 10)]
    contacts: Member<Vec<ContactId>>,
    /// Tasks: another moment it is due; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    due_at: Member<Timestamp>,
    /// Tasks: whether it is done.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    done: Member<bool>,
    /// Events: another beginning.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    start_at: Member<Timestamp>,
    /// Events: another end.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    end_at: Member<Timestamp>,
    /// Events: another place; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    location: Member<String>,
}

impl ActivityPatch {
    /// The change it asks for.
    ///
    /// # Errors
    /// `field_invalid` for null where a value has to stay.
    pub fn into_change(self) -> Result<ActivityChange, Refused> {
        Ok(ActivityChange {
            subject: self.subject.required("subject")?,
            text: self.text.or_none().map(Option::unwrap_or_default),
            owner: self.owner.required("owner")?,
            contacts: self.contacts.or_none().map(Option::unwrap_or_default),
            due_at: self.due_at.or_none(),
            done: self.done.required("done")?,
            start_at: self.start_at.required("start_at")?,
            end_at: self.end_at.required("end_at")?,
            location: self.location.or_none(),
        })
    }
}
