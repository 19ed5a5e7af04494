//! An answer to an invitation (J10): kept, shown in the calendar or taken out of it, and told to the
//! organizer by mail exactly once.
//!
//! ```text
//! 1 what all calendar mails about the meeting amount to, and what was answered before
//! 2 one transaction: the answer with the id of the mail that will tell it, the event, its links
//! 3 that mail, by the id that the answer names
//! ```
//! A worker that dies between 2 and 3 leaves an answer whose mail is not written: the same answer given
//! again goes on with it. Where the provider's answer was lost the mail is not sent again; what is known
//! of it is shown.

use domain::activity::{Activity, ActivityDetail};
use domain::email_address::EmailAddress;
use domain::ids::{InvitationId, RequestId};
use domain::limits::{ACTIVITY_CONTACTS_MAX, COMMENT_BYTES_MAX};
use domain::meeting::{InvitationAnswer, MeetingAnswer};
use domain::meeting_state::Meeting;
use domain::message::Message;
use domain::permission::{Allowed, WriteActivities};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use domain::user::User;
use mail::calendar_reply;
use mail::compose::{CalendarPart, Correspondent};
use store::{activities, meetings, messages, users};

use crate::error::FlowError;
use crate::hand_over::{Post, hand_over, message_of};
use crate::letter::{Answered, Letter};
use crate::origin::Origin;
use crate::show_invitations::{self, Invitation, event_of};
use crate::transaction::{Doer, Transaction};

/// What a user wants to answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The answer.
    pub answer: MeetingAnswer,
    /// What he says to it.
    pub comment: Option<String>,
}

/// Answers one of the caller's own invitations.
///
/// # Errors
/// `not_found`; `meeting_cancelled`, `no_organizer`, `own_meeting`; those of [`hand_over`].
pub async fn answer(
    post: &Post<'_>,
    allowed: &Allowed<WriteActivities>,
    request: RequestId,
    origin: Origin,
    (id, wanted): (InvitationId, Wanted),
) -> Result<Invitation, FlowError> {
    let table = post.records.table.as_ref();
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let found = show_invitations::read(table, tenant, user, id).await?;
    let found = found.ok_or_else(FlowError::not_found)?;
    let user = users::get(table, tenant, user).await?.ok_or_else(FlowError::not_found)?;
    let organizer = organizer(&found.meeting, &user, wanted.answer)?;
    let told = messages::get(table, tenant, found.meeting.message).await?;
    let told = told.ok_or_else(FlowError::not_found)?.message;
    let answer = next_answer(&found, &user, wanted, origin)?;
    let doer = Doer::new(allowed, request, post.records.clock.now());
    keep(post, doer, &found, &answer, &told).await?;
    let origin = Origin { at: answer.answered_at, bits: answer.reply.bits() };
    let letter = letter(&found.meeting, &user, organizer, (&answer, &told));
    hand_over(post, tenant, &letter, origin).await?;
    let answered = Invitation { answer: Some(answer), ..found };
    Ok(show_invitations::with_reply(table, tenant, answered).await?)
}

/// Who is to be told.
fn organizer(
    meeting: &Meeting,
    user: &User,
    answer: MeetingAnswer,
) -> Result<EmailAddress, Refused> {
    if meeting.cancelled && answer != MeetingAnswer::Decline {
        let hint = "the organizer called it off: there is nothing to come to";
        return Err(Refused::new(RefusalCode::MeetingCancelled, hint));
    }
    let Some(organizer) = meeting.organizer.clone() else {
        let hint = "the invitation names nobody to answer to";
        return Err(Refused::new(RefusalCode::NoOrganizer, hint));
    };
    if organizer == user.email {
        let hint = "you hold the meeting yourself";
        return Err(Refused::new(RefusalCode::OwnMeeting, hint));
    }
    Ok(organizer)
}

/// The answer to keep: the one before, where the same is answered to the same version again.
fn next_answer(
    found: &Invitation,
    user: &User,
    wanted: Wanted,
    origin: Origin,
) -> Result<InvitationAnswer, Refused> {
    let comment = wanted.comment.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if comment.as_ref().is_some_and(|text| text.len() > COMMENT_BYTES_MAX) {
        let refused = Refused::field(RefusalCode::FieldTooLong, "comment", "shorten it");
        return Err(refused.with_limit(u64::try_from(COMMENT_BYTES_MAX).unwrap_or(u64::MAX)));
    }
    let sequence = found.meeting.sequence;
    if let Some(before) = &found.answer {
        let same = before.answer == wanted.answer && before.comment == comment;
        if same && before.sequence == sequence {
            return Ok(before.clone());
        }
    }
    Ok(InvitationAnswer {
        invitation: found.id,
        user: user.id,
        answer: wanted.answer,
        comment,
        sequence,
        answered_at: origin.at,
        reply: message_of(origin),
        rev: found.answer.as_ref().map_or(0, |before| before.rev).saturating_add(1),
    })
}

/// Step 2; nothing is left to do where an earlier try did it.
async fn keep(
    post: &Post<'_>,
    doer: Doer,
    found: &Invitation,
    answer: &InvitationAnswer,
    told: &Message,
) -> Result<(), FlowError> {
    let table = post.records.table.as_ref();
    let tenant = doer.tenant;
    let event = activities::get(table, tenant, event_of(found.id)).await?;
    let kept = found.answer.as_ref() == Some(answer);
    let comes = answer.answer != MeetingAnswer::Decline;
    if kept && comes == event.is_some() {
        return Ok(());
    }
    let mut transaction = Transaction::default();
    if !kept {
        let before = found.answer.as_ref().map(|before| before.rev);
        transaction.add(meetings::keep_answer(tenant, answer, before)?);
    }
    match event {
        None if comes => {
            let event = new_event(found, answer, told, doer.at);
            transaction.add(activities::create(tenant, &event)?);
            for contact in &event.contacts {
                transaction.add(activities::link(tenant, *contact, &event)?);
            }
        }
        Some(event) if !comes => {
            transaction.add(activities::delete(tenant, &event));
            for contact in &event.contacts {
                transaction.add(activities::unlink(tenant, *contact, &event));
            }
        }
        Some(_) | None => {}
    }
    transaction.note(doer, "invitation.answered", found.id)?;
    transaction.commit(table).await
}

/// The event in the calendar: what it is about and when it is stay with the invitation.
fn new_event(
    found: &Invitation,
    answer: &InvitationAnswer,
    told: &Message,
    at: Timestamp,
) -> Activity {
    Activity {
        id: event_of(found.id),
        subject: String::new(),
        text: String::new(),
        detail: ActivityDetail::Meeting { invitation: found.id },
        owner: answer.user,
        contacts: told.contacts.iter().take(ACTIVITY_CONTACTS_MAX).copied().collect(),
        message: Some(told.id),
        created_by: answer.user,
        created_at: at,
        updated_at: at,
        rev: 1,
    }
}

/// The mail that tells the organizer (RFC 6047).
fn letter(
    meeting: &Meeting,
    user: &User,
    organizer: EmailAddress,
    (answer, told): (&InvitationAnswer, &Message),
) -> Letter {
    let summary = meeting.first().and_then(|first| first.part.summary).unwrap_or_default();
    let (word, sentence) = match answer.answer {
        MeetingAnswer::Accept => ("Accepted", "accepted the invitation"),
        MeetingAnswer::Tentative => ("Tentative", "may come"),
        MeetingAnswer::Decline => ("Declined", "declined the invitation"),
    };
    let comment = answer.comment.as_deref();
    let text = match comment {
        None => format!("{} {sentence}.\n", user.name),
        Some(comment) => format!("{} {sentence}.\n\n{comment}\n", user.name),
    };
    let reply = calendar_reply::of_meeting(meeting, &organizer);
    let attendee = attendee(meeting, user);
    let answered_at = answer.answered_at;
    let partstat = calendar_reply::Answer::from(answer.answer);
    let calendar = calendar_reply::compose(&reply, &attendee, partstat, comment, answered_at);
    let from = Correspondent { name: Some(user.name.clone()), address: user.email.clone() };
    Letter {
        mailbox: user.mailbox,
        owner: user.id,
        from,
        answers_come_here: false,
        to: vec![organizer.into()],
        cc: Vec::new(),
        bcc: Vec::new(),
        subject: format!("{word}: {summary}"),
        text: Some(text),
        html: None,
        calendar: calendar.map(|text| CalendarPart { method: "REPLY".to_owned(), text }),
        files: Vec::new(),
        answers: Some(Answered {
            thread: told.thread,
            header_id: told.header_id.clone(),
            references: Vec::new(),
        }),
        automatic: false,
        contacts: Vec::new(),
    }
}

/// The address the user was invited at: his own, as the invitation spells it.
fn attendee(meeting: &Meeting, user: &User) -> EmailAddress {
    let own = |address: &EmailAddress| {
        *address == user.email || address.without_tag().as_ref() == Some(&user.email)
    };
    let invited = meeting.attendees.iter().map(|attendee| &attendee.address);
    invited.into_iter().find(|address| own(address)).unwrap_or(&user.email).clone()
}
