//! Conversations, and what people correct of them.

use axum::extract::State;
use domain::ids::{MessageId, ThreadId};
use domain::permission::{ReadMail, Scope, WriteMail};
use domain::thread::Thread;
use domain::timestamp::Timestamp;
use flows::correct_threads::{self, Corrector};
use flows::show_thread::{show_thread, suggestion};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::mail_views::MailView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::pages::ListQuery;
use crate::problem::ApiError;
use crate::schemas;

/// A conversation with one page of its messages.
#[derive(Serialize, ToSchema)]
pub struct ThreadView {
    /// Its id; another than the one asked for where that one became part of it.
    #[schema(schema_with = schemas::thread_id)]
    pub id: ThreadId,
    /// The subject of the mail that opened it, without reply and forward marks.
    pub subject: String,
    /// When that mail was sent.
    #[schema(schema_with = schemas::moment)]
    pub opened_at: Timestamp,
    /// A conversation with the same subject among the same people within 30 days: merge them if they
    /// are one. Nothing is done about it by itself.
    #[schema(value_type = Option<String>, required)]
    pub suggested_thread: Option<ThreadId>,
    /// Its messages that the caller may see, oldest first.
    pub items: Vec<MailView>,
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// A conversation after a correction.
#[derive(Serialize, ToSchema)]
pub struct CorrectedThreadView {
    /// Its id.
    #[schema(schema_with = schemas::thread_id)]
    pub id: ThreadId,
    /// Its subject, without reply and forward marks.
    pub subject: String,
    /// When it was opened.
    #[schema(schema_with = schemas::moment)]
    pub opened_at: Timestamp,
}

impl From<Thread> for CorrectedThreadView {
    fn from(Thread { id, subject, opened_at, .. }: Thread) -> Self {
        Self { id, subject, opened_at }
    }
}

/// Messages to split off a conversation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadToSplit {
    /// At least one message of it, at most 40.
    #[schema(value_type = Vec<String>, max_items = 40)]
    messages: Vec<MessageId>,
}

/// Where a conversation is to become part of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreadToMerge {
    /// The conversation that stays.
    #[schema(schema_with = schemas::thread_id)]
    into: ThreadId,
}

/// Messages to move from a conversation to another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessagesToMove {
    /// At least one message of it, at most 40.
    #[schema(value_type = Vec<String>, max_items = 40)]
    messages: Vec<MessageId>,
    /// Where they belong.
    #[schema(schema_with = schemas::thread_id)]
    to: ThreadId,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ONE: &str = "/v1/threads/{id}";
    const SPLIT: &str = "/v1/threads/{id}/split";
    const MERGE: &str = "/v1/threads/{id}/merge";
    const MOVE: &str = "/v1/threads/{id}/move";
    let (read, write) = (Scope::ReadMail, Scope::WriteMail);
    let summary = "A conversation with its messages, oldest first.";
    let split_summary = "Makes a conversation of its own of some messages; answers follow them.";
    let merge_summary = "Makes a conversation part of another.";
    let move_summary = "Moves messages to another conversation; answers follow them.";
    vec![
        Endpoint::get(ONE, "show_thread", summary, show).needs(read).pages().gives::<ThreadView>(),
        Endpoint::post(SPLIT, "split_thread", split_summary, split)
            .needs(write)
            .needs(read)
            .takes::<ThreadToSplit>()
            .creates::<CorrectedThreadView>(),
        Endpoint::post(MERGE, "merge_thread", merge_summary, merge)
            .needs(write)
            .needs(read)
            .takes::<ThreadToMerge>()
            .gives::<CorrectedThreadView>(),
        Endpoint::post(MOVE, "move_messages", move_summary, move_messages)
            .needs(write)
            .needs(read)
            .takes::<MessagesToMove>()
            .gives::<CorrectedThreadView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let (records, allowed) = (&app.records, &call.allowed);
    let (thread, listed) = show_thread(records, allowed, path.get("id")?, wish).await?;
    let suggested_thread = suggestion(records, allowed, &thread).await?;
    Answer::ok(&ThreadView {
        id: thread.id,
        subject: thread.subject,
        opened_at: thread.opened_at,
        suggested_thread,
        next_cursor: listed.next.as_ref().map(|mark| seal.seal(mark)),
        items: listed.items.into_iter().map(MailView::from).collect(),
    })
}

async fn split(
    State(app): State<App>,
    call: Call<WriteMail>,
    path: PathWords,
    asked: Asked<ThreadToSplit>,
) -> Result<Answer, ApiError> {
    let (thread, sees) = (path.get("id")?, call.actor.require::<ReadMail>()?);
    let by = Corrector { sees: &sees, may: &call.allowed, request: call.request };
    let messages = asked.body.messages;
    once(&app, &call, &asked.keyed, async |origin| {
        let made = correct_threads::split(&app.records, by, origin, thread, &messages).await?;
        Answer::created(&CorrectedThreadView::from(made))
    })
    .await
}

async fn merge(
    State(app): State<App>,
    call: Call<WriteMail>,
    path: PathWords,
    asked: Asked<ThreadToMerge>,
) -> Result<Answer, ApiError> {
    let sees = call.actor.require::<ReadMail>()?;
    let by = Corrector { sees: &sees, may: &call.allowed, request: call.request };
    let into = asked.body.into;
    let merged = correct_threads::merge(&app.records, by, path.get("id")?, into).await?;
    Answer::ok(&CorrectedThreadView::from(merged))
}

async fn move_messages(
    State(app): State<App>,
    call: Call<WriteMail>,
    path: PathWords,
    asked: Asked<MessagesToMove>,
) -> Result<Answer, ApiError> {
    let sees = call.actor.require::<ReadMail>()?;
    let by = Corrector { sees: &sees, may: &call.allowed, request: call.request };
    let MessagesToMove { messages, to } = asked.body;
    let from = path.get("id")?;
    let moved = correct_threads::move_messages(&app.records, by, from, &messages, to).await?;
    Answer::ok(&CorrectedThreadView::from(moved))
}
