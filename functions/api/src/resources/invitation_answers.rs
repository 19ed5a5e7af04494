//! Answers to invitations: the organizer is told by mail, and the calendar has the meeting or not.

use axum::extract::State;
use domain::meeting::MeetingAnswer;
use domain::permission::{ReadMail, Scope, SendMail, WriteActivities};
use flows::answer_invitation::{self, Wanted};
use flows::hand_over::Post;
use serde::Deserialize;
use utoipa::ToSchema;

use super::invitations::InvitationView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::problem::ApiError;
use crate::schemas;

/// What to answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerToGive {
    /// Whether one comes.
    #[schema(schema_with = schemas::meeting_answer)]
    answer: MeetingAnswer,
    /// What one says to it.
    #[serde(default)]
    comment: Option<String>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Answers an invitation: tells the organizer, and the calendar has it or not.";
    vec![
        Endpoint::post("/v1/invitations/{id}/answer", "answer_invitation", summary, answer)
            .needs(Scope::WriteActivities)
            .needs(Scope::ReadMail)
            .needs(Scope::SendMail)
            .takes::<AnswerToGive>()
            .creates::<InvitationView>(),
    ]
}

async fn answer(
    State(app): State<App>,
    call: Call<WriteActivities>,
    path: PathWords,
    asked: Asked<AnswerToGive>,
) -> Result<Answer, ApiError> {
    call.actor.require::<ReadMail>()?;
    call.actor.require::<SendMail>()?;
    let id = path.get("id")?;
    let AnswerToGive { answer, comment } = asked.body;
    let wanted = Wanted { answer, comment };
    let post =
        Post { records: &app.records, archive: app.archive.as_ref(), sender: app.sender.as_ref() };
    let (post, allowed, request) = (&post, &call.allowed, call.request);
    once(&app, &call, &asked.keyed, async |origin| {
        let answered = answer_invitation::answer(post, allowed, request, origin, (id, wanted));
        Answer::created(&InvitationView::from(Box::pin(answered).await?))
    })
    .await
}
