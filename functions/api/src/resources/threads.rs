//! Conversations.

use axum::extract::State;
use domain::ids::ThreadId;
use domain::permission::{ReadMail, Scope};
use domain::timestamp::Timestamp;
use flows::show_thread::show_thread;
use serde::Serialize;
use utoipa::ToSchema;

use super::mail_views::MailView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::ListQuery;
use crate::problem::ApiError;
use crate::schemas;

/// A conversation with one page of its messages.
#[derive(Serialize, ToSchema)]
pub struct ThreadView {
    /// Its id.
    #[schema(schema_with = schemas::thread_id)]
    pub id: ThreadId,
    /// The subject of the mail that opened it, without reply and forward marks.
    pub subject: String,
    /// When that mail was sent.
    #[schema(schema_with = schemas::moment)]
    pub opened_at: Timestamp,
    /// Its messages that the caller may see, oldest first.
    pub items: Vec<MailView>,
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "A conversation with its messages, oldest first.";
    vec![
        Endpoint::get("/v1/threads/{id}", "show_thread", summary, show)
            .needs(Scope::ReadMail)
            .pages()
            .gives::<ThreadView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, filter) = query.open(&app, &call.allowed)?;
    filter.finish()?;
    let (thread, listed) = show_thread(&app.records, &call.allowed, path.get("id")?, wish).await?;
    Answer::ok(&ThreadView {
        id: thread.id,
        subject: thread.subject,
        opened_at: thread.opened_at,
        next_cursor: listed.next.as_ref().map(|mark| seal.seal(mark)),
        items: listed.items.into_iter().map(MailView::from).collect(),
    })
}
