//! Tasks, events and notes (J9): made from a mail or by themselves, changed, removed.

use std::collections::BTreeSet;

use domain::activity::{Activity, ActivityDetail, ActivityKind};
use domain::ids::{ActivityId, ContactId, MessageId, RequestId, TenantId, UserId};
use domain::limits::{ACTIVITY_CONTACTS_MAX, ACTIVITY_TEXT_BYTES_MAX, EVENT_LENGTH_MAX};
use domain::permission::{Allowed, ReadMail, WriteActivities};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use store::table::Table;
use store::{activities, item, users};

use crate::error::FlowError;
use crate::origin::Origin;
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};
use crate::visible_mail::{self, VisibleMessage};

/// An activity to make.
#[derive(Clone, Debug)]
pub struct NewActivity {
    /// What it is called.
    pub subject: String,
    /// What there is to say about it.
    pub text: String,
    /// Which of the three.
    pub detail: ActivityDetail,
    /// Whose it is; the maker's where nobody is named.
    pub owner: Option<UserId>,
    /// The records it is about; those of the mail where none are named.
    pub contacts: Option<Vec<ContactId>>,
    /// The mail it is made from.
    pub message: Option<MessageId>,
}

/// What to change of an activity.
#[derive(Clone, Debug, Default)]
pub struct ActivityChange {
    /// Another name.
    pub subject: Option<String>,
    /// Another text.
    pub text: Option<String>,
    /// Another owner.
    pub owner: Option<UserId>,
    /// Other records, all of them.
    pub contacts: Option<Vec<ContactId>>,
    /// Another moment a task is due, or none.
    pub due_at: Option<Option<Timestamp>>,
    /// Whether a task is done.
    pub done: Option<bool>,
    /// Another beginning of an event.
    pub start_at: Option<Timestamp>,
    /// Another end of an event.
    pub end_at: Option<Timestamp>,
    /// Another place of an event, or none.
    pub location: Option<Option<String>>,
}

/// Makes an activity. `mail` is the right to read mail: without it none can be made from a mail.
///
/// # Errors
/// What is wrong with its fields; `not_found` for a mail that the caller may not see.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteActivities>,
    mail: Option<&Allowed<ReadMail>>,
    request: RequestId,
    origin: Origin,
    new: NewActivity,
) -> Result<Activity, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let from = match new.message {
        None => None,
        Some(message) => Some(visible(records, mail, message).await?),
    };
    let of_mail = || from.as_ref().map(|from| from.message.contacts.clone()).unwrap_or_default();
    let contacts = match new.contacts {
        Some(named) => bounded(named)?,
        None => of_mail().into_iter().take(ACTIVITY_CONTACTS_MAX).collect(),
    };
    let activity = Activity {
        id: ActivityId::from_parts(origin.at, origin.bits),
        subject: text_rules::name("subject", &new.subject)?,
        text: text(&new.text)?,
        detail: checked(new.detail)?,
        owner: new.owner.unwrap_or(allowed.user()),
        contacts,
        message: new.message,
        created_by: allowed.user(),
        created_at: origin.at,
        updated_at: origin.at,
        rev: 1,
    };
    check_owner(table, tenant, activity.owner).await?;
    let mut transaction = Transaction::default();
    transaction.add(activities::create(tenant, &activity)?);
    for (position, contact) in activity.contacts.iter().enumerate() {
        add_contact(&mut transaction, tenant, &activity, (position, *contact))?;
    }
    let doer = Doer::new(allowed, request, records.clock.now());
    let action = format!("{}.created", activity.detail.kind().name());
    transaction.note(doer, &action, activity.id)?;
    match transaction.try_commit(table).await? {
        None => Ok(activity),
        // The first write stops it only where an earlier try of this very request made it.
        Some(stopped) if stopped.position == 0 => match stopped.item {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
        Some(stopped) => Err(stopped.refused.into()),
    }
}

/// The mail, if the caller may see it.
async fn visible(
    records: &Records,
    mail: Option<&Allowed<ReadMail>>,
    message: MessageId,
) -> Result<VisibleMessage, FlowError> {
    let Some(allowed) = mail else {
        let hint = "use a key with the scope mail.read to name a message";
        return Err(Refused::field(RefusalCode::RightMissing, "message", hint).into());
    };
    let found = visible_mail::of_ids(records.table.as_ref(), allowed, &[message]).await?;
    found.into_iter().flatten().next().ok_or_else(|| {
        let hint = "there is no such message, or none that you may see";
        Refused::field(RefusalCode::FieldInvalid, "message", hint).into()
    })
}

/// Shows it under a record that has to be there.
fn add_contact(
    transaction: &mut Transaction,
    tenant: TenantId,
    activity: &Activity,
    (position, contact): (usize, ContactId),
) -> Result<(), FlowError> {
    let field = format!("contacts[{position}]");
    let refused = Refused::field(RefusalCode::FieldInvalid, field, "there is no such contact");
    transaction.add_or(activities::check_contact(tenant, contact), refused);
    transaction.add(activities::link(tenant, contact, activity)?);
    Ok(())
}

/// The records in their order, without repeats.
fn bounded(contacts: Vec<ContactId>) -> Result<Vec<ContactId>, Refused> {
    if contacts.len() > ACTIVITY_CONTACTS_MAX {
        let hint = "name the records it is mainly about";
        let refused = Refused::field(RefusalCode::FieldTooLong, "contacts", hint);
        return Err(refused.with_limit(u64::try_from(ACTIVITY_CONTACTS_MAX).unwrap_or(u64::MAX)));
    }
    let mut seen = BTreeSet::new();
    Ok(contacts.into_iter().filter(|contact| seen.insert(*contact)).collect())
}

fn text(text: &str) -> Result<String, Refused> {
    if text.len() <= ACTIVITY_TEXT_BYTES_MAX {
        return Ok(text.to_owned());
    }
    let refused = Refused::field(RefusalCode::FieldTooLong, "text", "shorten it");
    Err(refused.with_limit(u64::try_from(ACTIVITY_TEXT_BYTES_MAX).unwrap_or(u64::MAX)))
}

/// The detail, if its fields fit each other.
fn checked(detail: ActivityDetail) -> Result<ActivityDetail, Refused> {
    let ActivityDetail::Event { start_at, end_at, location } = detail else {
        return Ok(detail);
    };
    let wrong = |hint: &str| Refused::field(RefusalCode::FieldInvalid, "end_at", hint);
    if end_at < start_at {
        return Err(wrong("it lies before `start_at`"));
    }
    if end_at > start_at.plus(EVENT_LENGTH_MAX) {
        return Err(wrong("it lies more than 31 days after `start_at`"));
    }
    let location = location.map(|place| text_rules::name("location", &place)).transpose()?;
    Ok(ActivityDetail::Event { start_at, end_at, location })
}

async fn check_owner(table: &dyn Table, tenant: TenantId, owner: UserId) -> Result<(), FlowError> {
    if users::get(table, tenant, owner).await?.is_some() {
        return Ok(());
    }
    Err(Refused::field(RefusalCode::FieldInvalid, "owner", "there is no such user").into())
}

/// Changes an activity of that kind whose revision is `rev`.
///
/// # Errors
/// `not_found`, `revision_mismatch`, what is wrong with the change.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteActivities>,
    request: RequestId,
    (kind, id, rev): (ActivityKind, ActivityId, u64),
    change: ActivityChange,
) -> Result<Activity, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let now = records.clock.now();
    let before = current(table, tenant, kind, id, rev).await?;
    let after = changed(&before, change, now)?;
    if after == before {
        return Ok(before);
    }
    if after.owner != before.owner {
        check_owner(table, tenant, after.owner).await?;
    }
    let after = Activity { rev: rev.saturating_add(1), updated_at: now, ..after };
    let mut transaction = Transaction::default();
    transaction.add_or(activities::replace(tenant, &after, rev)?, revision_mismatch());
    for (position, contact) in after.contacts.iter().enumerate() {
        if !before.contacts.contains(contact) {
            add_contact(&mut transaction, tenant, &after, (position, *contact))?;
        }
    }
    for gone in before.contacts.iter().filter(|contact| !after.contacts.contains(contact)) {
        transaction.add(activities::unlink(tenant, *gone, &before));
    }
    let action = format!("{}.changed", kind.name());
    transaction.note(Doer::new(allowed, request, now), &action, id)?;
    transaction.commit(table).await?;
    Ok(after)
}

/// The activity, if it is of that kind and its revision is `rev`.
async fn current(
    table: &dyn Table,
    tenant: TenantId,
    kind: ActivityKind,
    id: ActivityId,
    rev: u64,
) -> Result<Activity, FlowError> {
    let found = activities::get(table, tenant, id).await?;
    let found = found.filter(|found| found.detail.kind() == kind);
    let activity = found.ok_or_else(FlowError::not_found)?;
    if activity.rev == rev { Ok(activity) } else { Err(revision_mismatch().into()) }
}

fn changed(before: &Activity, change: ActivityChange, now: Timestamp) -> Result<Activity, Refused> {
    let mut after = before.clone();
    let meeting = matches!(before.detail, ActivityDetail::Meeting { .. });
    let of_organizer = [
        ("subject", change.subject.is_some()),
        ("owner", change.owner.is_some()),
        ("start_at", change.start_at.is_some()),
        ("end_at", change.end_at.is_some()),
        ("location", change.location.is_some()),
    ];
    if let Some((field, _)) = of_organizer.iter().find(|(_, asked)| meeting && *asked) {
        let hint = "the organizer's invitation decides it: answer the invitation instead";
        return Err(Refused::field(RefusalCode::FieldInvalid, *field, hint));
    }
    if let Some(subject) = change.subject {
        after.subject = text_rules::name("subject", &subject)?;
    }
    if let Some(new_text) = change.text {
        after.text = text(&new_text)?;
    }
    if let Some(owner) = change.owner {
        after.owner = owner;
    }
    if let Some(contacts) = change.contacts {
        after.contacts = bounded(contacts)?;
    }
    after.detail = match after.detail {
        ActivityDetail::Task { due_at, done_at } => ActivityDetail::Task {
            due_at: change.due_at.unwrap_or(due_at),
            done_at: match change.done {
                None => done_at,
                Some(true) => done_at.or(Some(now)),
                Some(false) => None,
            },
        },
        ActivityDetail::Event { start_at, end_at, location } => checked(ActivityDetail::Event {
            start_at: change.start_at.unwrap_or(start_at),
            end_at: change.end_at.unwrap_or(end_at),
            location: change.location.unwrap_or(location),
        })?,
        same @ (ActivityDetail::Meeting { .. } | ActivityDetail::Note {}) => same,
    };
    Ok(after)
}

/// Removes an activity of that kind whose revision is `rev`. The mail it was made from stays.
///
/// # Errors
/// `not_found`, `revision_mismatch`.
pub async fn delete(
    records: &Records,
    allowed: &Allowed<WriteActivities>,
    request: RequestId,
    (kind, id, rev): (ActivityKind, ActivityId, u64),
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let activity = current(table, tenant, kind, id, rev).await?;
    let mut transaction = Transaction::default();
    transaction.add_or(activities::delete(tenant, &activity), revision_mismatch());
    for contact in &activity.contacts {
        transaction.add(activities::unlink(tenant, *contact, &activity));
    }
    let action = format!("{}.deleted", kind.name());
    transaction.note(Doer::new(allowed, request, records.clock.now()), &action, id)?;
    transaction.commit(table).await
}
