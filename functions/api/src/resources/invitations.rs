//! Invitations to meetings: the caller's own, and his answers.

use axum::extract::State;
use domain::email_address::EmailAddress;
use domain::hand_over::HandOverState;
use domain::ids::{ActivityId, InvitationId, MessageId};
use domain::local_time::LocalTime;
use domain::meeting::{Attendance, InvitationAnswer, MeetingAnswer, MeetingPart};
use domain::meeting_answers::{Counter, InstanceAnswer};
use domain::permission::{ReadActivities, ReadMail, Scope};
use domain::timestamp::Timestamp;
use flows::show_invitations::{self, Invitation};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// An invitation as it stands: what all mails about the meeting amount to.
#[derive(Serialize, ToSchema)]
pub struct InvitationView {
    /// Its id.
    #[schema(schema_with = schemas::invitation_id)]
    pub id: InvitationId,
    /// The mail that tells of the present version.
    #[schema(schema_with = schemas::message_id)]
    pub message: MessageId,
    /// When that mail came.
    #[schema(schema_with = schemas::moment)]
    pub received_at: Timestamp,
    /// Who invites.
    #[schema(value_type = Option<String>, required)]
    pub organizer: Option<EmailAddress>,
    /// What it is called.
    #[schema(required)]
    pub subject: Option<String>,
    /// What it is about.
    #[schema(required)]
    pub description: Option<String>,
    /// Where it is.
    #[schema(required)]
    pub location: Option<String>,
    /// When it begins: the first time where it recurs.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub start_at: Option<Timestamp>,
    /// When it ends.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub end_at: Option<Timestamp>,
    /// The zone it is held in, as calendars name it; null for UTC or none.
    #[schema(required)]
    pub zone: Option<String>,
    /// Whether it is whole days.
    pub whole_day: bool,
    /// The rule it recurs by (RFC 5545 RRULE), as written.
    #[schema(required)]
    pub recurrence_rule: Option<String>,
    /// How often the organizer changed it.
    pub sequence: i64,
    /// Whether it was called off.
    pub cancelled: bool,
    /// Who is invited.
    pub attendees: Vec<AttendeeView>,
    /// Other times that attendees would rather have.
    pub counters: Vec<CounterView>,
    /// What attendees answered to single instances.
    pub instance_answers: Vec<InstanceAnswerView>,
    /// Whether an answer is wanted: none was given, or the meeting was changed since.
    pub needs_answer: bool,
    /// What the caller answered last.
    #[schema(required)]
    pub answer: Option<InvitationAnswerView>,
    /// The event in the calendar, while the last answer is no decline.
    #[schema(value_type = Option<String>, required)]
    pub event: Option<ActivityId>,
    /// Whether the mail may not be the organizer's own: be careful.
    pub doubtful: bool,
    /// Mails about it that changed nothing, for their sender is not the one they speak for.
    #[schema(value_type = Vec<String>)]
    pub disbelieved: Vec<MessageId>,
}

/// Somebody invited.
#[derive(Serialize, ToSchema)]
pub struct AttendeeView {
    /// The address.
    #[schema(value_type = String)]
    pub address: EmailAddress,
    /// `NEEDS-ACTION`, `ACCEPTED`, `DECLINED`, `TENTATIVE`, `DELEGATED`.
    #[schema(required)]
    pub participation: Option<String>,
    /// Whom he sends in his stead.
    #[schema(value_type = Option<String>, required)]
    pub delegated_to: Option<EmailAddress>,
    /// In whose stead he comes.
    #[schema(value_type = Option<String>, required)]
    pub delegated_from: Option<EmailAddress>,
}

impl From<Attendance> for AttendeeView {
    fn from(attendance: Attendance) -> Self {
        let Attendance { address, participation, delegated_to, delegated_from } = attendance;
        Self { address, participation, delegated_to, delegated_from }
    }
}

/// What an attendee answered to one instance of a recurring meeting.
#[derive(Serialize, ToSchema)]
pub struct InstanceAnswerView {
    /// When the instance regularly begins.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub instance_at: Option<Timestamp>,
    /// Who.
    #[schema(value_type = String)]
    pub attendee: EmailAddress,
    /// `ACCEPTED`, `DECLINED`, `TENTATIVE`, `DELEGATED`.
    #[schema(required)]
    pub participation: Option<String>,
    /// The mail that says so.
    #[schema(schema_with = schemas::message_id)]
    pub message: MessageId,
}

impl From<InstanceAnswer> for InstanceAnswerView {
    fn from(answer: InstanceAnswer) -> Self {
        Self {
            instance_at: answer.instance.moment(),
            attendee: answer.attendee,
            participation: answer.participation,
            message: answer.message,
        }
    }
}

/// Another time that an attendee would rather have.
#[derive(Serialize, ToSchema)]
pub struct CounterView {
    /// Who.
    #[schema(value_type = String)]
    pub attendee: EmailAddress,
    /// When it should begin.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub start_at: Option<Timestamp>,
    /// When it should end.
    #[schema(schema_with = schemas::moment_or_null, required)]
    pub end_at: Option<Timestamp>,
    /// The mail that says so.
    #[schema(schema_with = schemas::message_id)]
    pub message: MessageId,
}

impl From<Counter> for CounterView {
    fn from(counter: Counter) -> Self {
        let moment = |time: Option<LocalTime>| time.and_then(|time| time.moment());
        Self {
            attendee: counter.attendee,
            start_at: moment(counter.start),
            end_at: moment(counter.end),
            message: counter.message,
        }
    }
}

/// What the caller answered.
#[derive(Serialize, ToSchema)]
pub struct InvitationAnswerView {
    /// The answer.
    #[schema(schema_with = schemas::meeting_answer)]
    pub answer: MeetingAnswer,
    /// What he said to it.
    #[schema(required)]
    pub comment: Option<String>,
    /// The version of the meeting he answered to.
    pub sequence: i64,
    /// When.
    #[schema(schema_with = schemas::moment)]
    pub answered_at: Timestamp,
    /// The mail that tells the organizer.
    #[schema(schema_with = schemas::message_id)]
    pub reply: MessageId,
    /// How far that mail has come: `unknown` where the provider's answer was lost, so that it may or may
    /// not have gone out. Null in lists, and where it is not written yet: then answer the same again.
    #[schema(schema_with = schemas::reply_state, required)]
    pub reply_state: Option<&'static str>,
}

impl InvitationAnswerView {
    fn new(answer: InvitationAnswer, reply: Option<HandOverState>) -> Self {
        Self {
            reply: answer.reply,
            reply_state: reply.map(|state| match state {
                HandOverState::Queued => "queued",
                HandOverState::Begun(_) => "unknown",
                HandOverState::Accepted(_) => "sent",
                HandOverState::Refused(_) => "refused",
            }),
            answer: answer.answer,
            comment: answer.comment,
            sequence: answer.sequence,
            answered_at: answer.answered_at,
        }
    }
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        let needs_answer = invitation.needs_answer();
        let event = invitation.event();
        let Invitation { id, meeting, received_at, answer, reply } = invitation;
        let first = meeting.first();
        let part: Option<&MeetingPart> = first.as_ref().map(|first| &first.part);
        let text = |of: fn(&MeetingPart) -> Option<String>| part.and_then(of);
        let zone = part.and_then(|part| part.start.as_ref()?.zone.clone());
        Self {
            id,
            message: meeting.message,
            received_at,
            subject: text(|part| part.summary.clone()),
            description: text(|part| part.description.clone()),
            location: text(|part| part.location.clone()),
            start_at: first.as_ref().map(|first| first.start_at),
            end_at: first.as_ref().map(|first| first.end_at),
            zone: zone.filter(|name| name != "UTC"),
            whole_day: first.as_ref().is_some_and(|first| first.whole_day),
            recurrence_rule: text(|part| part.rules.first().cloned()),
            sequence: meeting.sequence,
            cancelled: meeting.cancelled,
            organizer: meeting.organizer,
            attendees: meeting.attendees.into_iter().map(AttendeeView::from).collect(),
            counters: meeting.counters.into_iter().map(CounterView::from).collect(),
            instance_answers: meeting.instance_answers.into_iter().map(Into::into).collect(),
            needs_answer,
            answer: answer.map(|answer| InvitationAnswerView::new(answer, reply)),
            event,
            doubtful: meeting.doubtful,
            disbelieved: meeting.disbelieved,
        }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let all = "The caller's own invitations, the last received first.";
    let one = "An invitation: what all mails about the meeting amount to.";
    vec![
        Endpoint::get("/v1/invitations", "list_invitations", all, list)
            .needs(Scope::ReadActivities)
            .needs(Scope::ReadMail)
            .lists::<InvitationView>(),
        Endpoint::get("/v1/invitations/{id}", "show_invitation", one, show)
            .needs(Scope::ReadActivities)
            .needs(Scope::ReadMail)
            .gives::<InvitationView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadActivities>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    call.actor.require::<ReadMail>()?;
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = show_invitations::list(&app.records, &call.allowed, wish).await?;
    page(listed, &seal, InvitationView::from)
}

async fn show(
    State(app): State<App>,
    call: Call<ReadActivities>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    call.actor.require::<ReadMail>()?;
    let found = show_invitations::show(&app.records, &call.allowed, path.get("id")?).await?;
    Answer::ok(&InvitationView::from(found))
}
