//! Tasks, events and notes: made, shown, changed and removed; under a contact and under a message.

use axum::extract::State;
use domain::activity::{Activity, ActivityKind, OwnerList};
use domain::limits::EVENT_WINDOW_DEFAULT;
use domain::permission::{Allowed, ReadActivities, ReadContacts, ReadMail, Scope, WriteActivities};
use domain::timestamp::Timestamp;
use flows::manage_activities::{self, NewActivity};
use flows::show_activities::{self, Reader, SeenActivity};
use flows::show_calendar::{self, Span};
use http::StatusCode;
use serde::de::DeserializeOwned;

use super::activity_bodies::{ActivityPatch, EventToMake, NoteToMake, TaskToMake};
use super::activity_views::{ActivityView, EventView, NoteView, TaskView};
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;

const OWNER: QueryParameter = QueryParameter {
    name: "owner",
    description: "Whose; the caller's own where it is missing.",
    one_of: &[],
};

const OWNER_HINT: &str = "give the id of a user";
const MOMENT_HINT: &str = "give a time such as 2026-11-22T09:30:00Z";

const FROM: QueryParameter = QueryParameter {
    name: "from",
    description: "From when on; the present moment where it is missing.",
    one_of: &[],
};

const TO: QueryParameter = QueryParameter {
    name: "to",
    description: "Until when, at most 366 days later; 31 days where it is missing.",
    one_of: &[],
};

const STATE: QueryParameter = QueryParameter {
    name: "state",
    description: "Open tasks, which is what is listed where it is missing, or those done.",
    one_of: &["open", "done"],
};

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let read = Scope::ReadActivities;
    let write = Scope::WriteActivities;
    let of_contact = "Tasks, events and notes about a contact, newest first.";
    let of_span = "Events of a span in order, each time of what recurs by itself.";
    let of_message = "Tasks, events and notes made from a message, newest first.";
    let mut all = vec![
        Endpoint::get("/v1/tasks", "list_tasks", "Tasks, what is due first first.", list_tasks)
            .needs(read)
            .with_query(OWNER)
            .with_query(STATE)
            .lists::<TaskView>(),
        Endpoint::post("/v1/tasks", "create_task", "Makes a task.", create::<TaskToMake>)
            .needs(write)
            .takes::<TaskToMake>()
            .creates::<TaskView>(),
        Endpoint::get("/v1/events", "list_events", of_span, list_events)
            .needs(read)
            .with_query(OWNER)
            .with_query(FROM)
            .with_query(TO)
            .lists::<EventView>(),
        Endpoint::post("/v1/events", "create_event", "Makes an event.", create::<EventToMake>)
            .needs(write)
            .takes::<EventToMake>()
            .creates::<EventView>(),
        Endpoint::get("/v1/notes", "list_notes", "Notes, newest first.", list_notes)
            .needs(read)
            .with_query(OWNER)
            .lists::<NoteView>(),
        Endpoint::post("/v1/notes", "create_note", "Makes a note.", create::<NoteToMake>)
            .needs(write)
            .takes::<NoteToMake>()
            .creates::<NoteView>(),
        Endpoint::get("/v1/contacts/{id}/activities", "list_activities", of_contact, under_contact)
            .needs(Scope::ReadContacts)
            .needs(read)
            .lists::<ActivityView>(),
        Endpoint::get(
            "/v1/messages/{id}/activities",
            "list_activities_of_message",
            of_message,
            under_message,
        )
        .needs(Scope::ReadMail)
        .needs(read)
        .lists::<ActivityView>(),
    ];
    all.extend(of_one());
    all
}

/// The endpoints of one thing.
fn of_one() -> Vec<Endpoint> {
    const TASK: &str = "/v1/tasks/{id}";
    const EVENT: &str = "/v1/events/{id}";
    const NOTE: &str = "/v1/notes/{id}";
    let read = Scope::ReadActivities;
    let write = Scope::WriteActivities;
    let gone = StatusCode::NO_CONTENT;
    vec![
        Endpoint::get(TASK, "show_task", "A task.", show::<Task>).needs(read).gives::<TaskView>(),
        Endpoint::patch(TASK, "change_task", "Changes a task.", change::<Task>)
            .needs(write)
            .takes::<ActivityPatch>()
            .gives::<TaskView>(),
        Endpoint::delete(TASK, "delete_task", "Removes a task.", delete::<Task>)
            .needs(write)
            .with_status(gone),
        Endpoint::get(EVENT, "show_event", "An event.", show::<Event>)
            .needs(read)
            .gives::<EventView>(),
        Endpoint::patch(EVENT, "change_event", "Changes an event.", change::<Event>)
            .needs(write)
            .takes::<ActivityPatch>()
            .gives::<EventView>(),
        Endpoint::delete(EVENT, "delete_event", "Removes an event.", delete::<Event>)
            .needs(write)
            .with_status(gone),
        Endpoint::get(NOTE, "show_note", "A note.", show::<Note>).needs(read).gives::<NoteView>(),
        Endpoint::patch(NOTE, "change_note", "Changes a note.", change::<Note>)
            .needs(write)
            .takes::<ActivityPatch>()
            .gives::<NoteView>(),
        Endpoint::delete(NOTE, "delete_note", "Removes a note.", delete::<Note>)
            .needs(write)
            .with_status(gone),
    ]
}

/// The kind that a path speaks of.
trait OfKind: Send + Sync + 'static {
    const KIND: ActivityKind;
}

struct Task;
struct Event;
struct Note;

impl OfKind for Task {
    const KIND: ActivityKind = ActivityKind::Task;
}

impl OfKind for Event {
    const KIND: ActivityKind = ActivityKind::Event;
}

impl OfKind for Note {
    const KIND: ActivityKind = ActivityKind::Note;
}

/// The right to see mail, where the caller has it: without it, nothing tells him of the mail.
fn mail_right<P>(call: &Call<P>) -> Option<Allowed<ReadMail>> {
    call.actor.require::<ReadMail>().ok()
}

async fn list_tasks(
    State(app): State<App>,
    call: Call<ReadActivities>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    list(app, call, query, |state| {
        if state == Some("done") { OwnerList::DoneTasks } else { OwnerList::OpenTasks }
    })
    .await
}

async fn list_events(
    State(app): State<App>,
    call: Call<ReadActivities>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut filter) = query.open(&app, &call.allowed)?;
    let owner = filter.take("owner", OWNER_HINT, |text| text.parse().ok())?;
    let moment = |text: &str| Timestamp::parse(text).ok();
    let from = filter.take("from", MOMENT_HINT, moment)?;
    let to = filter.take("to", MOMENT_HINT, moment)?;
    filter.finish()?;
    let from = from.unwrap_or_else(|| app.records.clock.now());
    let span = Span::new(from, to.unwrap_or(from.plus(EVENT_WINDOW_DEFAULT)))?;
    let mail = mail_right(&call);
    let reader = Reader { allowed: &call.allowed, mail: mail.as_ref() };
    let owner = owner.unwrap_or(call.allowed.user());
    let listed = show_calendar::list_events(&app.records, reader, owner, span, wish).await?;
    page(listed, &seal, ActivityView::from)
}

async fn list_notes(
    State(app): State<App>,
    call: Call<ReadActivities>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    list(app, call, query, |_| OwnerList::Notes).await
}

/// One page of a list of a user's; `of_state` tells which by the word `state`.
async fn list(
    app: App,
    call: Call<ReadActivities>,
    query: ListQuery,
    of_state: impl Fn(Option<&str>) -> OwnerList,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut filter) = query.open(&app, &call.allowed)?;
    let owner = filter.take("owner", OWNER_HINT, |text| text.parse().ok())?;
    let state = if of_state(None) == OwnerList::OpenTasks {
        let known = |text: &str| ["open", "done"].contains(&text).then(|| text.to_owned());
        filter.take("state", "use open or done", known)?
    } else {
        None
    };
    filter.finish()?;
    let mail = mail_right(&call);
    let reader = Reader { allowed: &call.allowed, mail: mail.as_ref() };
    let whose = (owner.unwrap_or(call.allowed.user()), of_state(state.as_deref()));
    let listed = show_activities::of_user(&app.records, reader, whose, wish).await?;
    page(listed, &seal, ActivityView::from)
}

async fn create<T>(
    State(app): State<App>,
    call: Call<WriteActivities>,
    asked: Asked<T>,
) -> Result<Answer, ApiError>
where
    T: Into<NewActivity> + DeserializeOwned + Send + 'static,
{
    let new = asked.body.into();
    let mail = mail_right(&call);
    let (records, allowed, request) = (&app.records, &call.allowed, call.request);
    once(&app, &call, &asked.keyed, async |origin| {
        let made = manage_activities::create(records, allowed, mail.as_ref(), request, origin, new);
        let activity = made.await?;
        Answer::created(&ActivityView::from(SeenActivity::from(activity)))
    })
    .await
}

async fn show<K: OfKind>(
    State(app): State<App>,
    call: Call<ReadActivities>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let mail = mail_right(&call);
    let reader = Reader { allowed: &call.allowed, mail: mail.as_ref() };
    answer(show_activities::show(&app.records, reader, K::KIND, path.get("id")?).await?)
}

async fn change<K: OfKind>(
    State(app): State<App>,
    call: Call<WriteActivities>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<ActivityPatch>,
) -> Result<Answer, ApiError> {
    let wanted = asked.body.into_change()?;
    let (records, allowed, request) = (&app.records, &call.allowed, call.request);
    let which = (K::KIND, path.get("id")?, rev);
    let activity = manage_activities::change(records, allowed, request, which, wanted).await?;
    answer(unlinked(&call, activity))
}

/// The activity as the answer to its change shows it: with its mail only where that is sure.
fn unlinked(call: &Call<WriteActivities>, mut activity: Activity) -> SeenActivity {
    let sees = mail_right(call).is_some_and(|mail| mail.sees_what_was_seen_by(activity.created_by));
    activity.message = activity.message.filter(|_| sees);
    activity.into()
}

async fn delete<K: OfKind>(
    State(app): State<App>,
    call: Call<WriteActivities>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<StatusCode, ApiError> {
    let (records, allowed, request) = (&app.records, &call.allowed, call.request);
    let which = (K::KIND, path.get("id")?, rev);
    manage_activities::delete(records, allowed, request, which).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn under_contact(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let activities = call.actor.require::<ReadActivities>()?;
    let mail = mail_right(&call);
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let reader = Reader { allowed: &activities, mail: mail.as_ref() };
    let contact = path.get("id")?;
    let (records, allowed) = (&app.records, &call.allowed);
    let listed = show_activities::of_contact(records, reader, allowed, contact, wish).await?;
    page(listed, &seal, ActivityView::from)
}

async fn under_message(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let activities = call.actor.require::<ReadActivities>()?;
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let (records, message) = (&app.records, path.get("id")?);
    let listed =
        show_activities::of_message(records, &activities, &call.allowed, message, wish).await?;
    page(listed, &seal, ActivityView::from)
}

fn answer(seen: SeenActivity) -> Result<Answer, ApiError> {
    Answer::ok(&ActivityView::from(seen))
}
