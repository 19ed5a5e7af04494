//! That a message's author is the contact that the message suggests.

use axum::extract::State;
use domain::permission::{ReadMail, Scope, WriteContacts, WriteMail};
use flows::accept_suggestion;
use flows::correct_threads::Corrector;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::contacts::ContactView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::problem::ApiError;

/// Nothing has to be said: the message names the contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuggestionToAccept {}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ACCEPT: &str = "/v1/messages/{id}/suggested_contact";
    let text = "Gives the suggested contact the author's address: they are one person.";
    vec![
        Endpoint::post(ACCEPT, "accept_suggested_contact", text, accept)
            .needs(Scope::ReadMail)
            .needs(Scope::WriteMail)
            .needs(Scope::WriteContacts)
            .takes::<SuggestionToAccept>()
            .creates::<ContactView>()
            .with_status(StatusCode::OK),
    ]
}

async fn accept(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
    asked: Asked<SuggestionToAccept>,
) -> Result<Answer, ApiError> {
    let may = call.actor.require::<WriteMail>()?;
    let contacts = call.actor.require::<WriteContacts>()?;
    let message = path.get("id")?;
    once(&app, &call, &asked.keyed, async |origin| {
        let by = Corrector { sees: &call.allowed, may: &may, request: call.request };
        let done = accept_suggestion::accept(&app.records, by, &contacts, origin, message).await?;
        Answer::ok(&ContactView::from(done))
    })
    .await
}
