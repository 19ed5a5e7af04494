//! Records that mail made, taken back in a batch.

use axum::extract::State;
use domain::ids::{ContactId, MessageId};
use domain::permission::{Scope, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use flows::undo_creations::{self, Batch};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::Asked;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;

/// Which records: those of one mail, or of a span of time.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreationsToUndo {
    /// The mail that made them.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// They were made from this moment on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// They were made before this moment.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
}

/// What became of them.
#[derive(Serialize, ToSchema)]
pub struct UndoneView {
    /// The records that are gone.
    #[schema(value_type = Vec<String>)]
    pub undone: Vec<ContactId>,
    /// Those that somebody touched since they were made: they stay.
    #[schema(value_type = Vec<String>)]
    pub kept: Vec<ContactId>,
    /// Whether the span has more than one request takes: ask again, or with a later `from`.
    pub more: bool,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Takes back the records that mail made, unless somebody touched them since.";
    vec![
        Endpoint::post("/v1/contact_creations/undo", "undo_contact_creations", summary, undo)
            .needs(Scope::WriteContacts)
            .takes::<CreationsToUndo>()
            .gives::<UndoneView>(),
    ]
}

async fn undo(
    State(app): State<App>,
    call: Call<WriteContacts>,
    asked: Asked<CreationsToUndo>,
) -> Result<Answer, ApiError> {
    let batch = match asked.body {
        CreationsToUndo { message: Some(message), from: None, until: None } => {
            Batch::OfMessage(message)
        }
        CreationsToUndo { message: None, from: Some(from), until: Some(until) } => {
            Batch::Between(from, until)
        }
        CreationsToUndo { .. } => {
            let hint = "give either `message`, or `from` and `until`";
            return Err(Refused::new(RefusalCode::FieldMissing, hint).into());
        }
    };
    let undone = undo_creations::undo(&app.records, &call.allowed, call.request, batch).await?;
    let undo_creations::Undone { undone, kept, more } = undone;
    Answer::ok(&UndoneView { undone, kept, more })
}
