//! The mail of a contact: as lines of its timeline, and as messages.

use axum::extract::State;
use domain::contact::PartyRole;
use domain::permission::{ReadContacts, ReadMail, Scope};
use flows::show_timeline::{TimelineLine, show_timeline};
use serde::Serialize;
use utoipa::ToSchema;

use super::mail_views::MailView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A line of a contact's timeline.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum TimelineView {
    /// A mail.
    Mail {
        /// What the contact's addresses are in it.
        #[schema(schema_with = schemas::party_roles)]
        roles: Vec<PartyRole>,
        /// The mail.
        mail: MailView,
    },
}

impl From<TimelineLine> for TimelineView {
    fn from(line: TimelineLine) -> Self {
        Self::Mail { roles: line.link.roles, mail: line.mail.into() }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const TIMELINE: &str = "/v1/contacts/{id}/timeline";
    const MESSAGES: &str = "/v1/contacts/{id}/messages";
    let timeline =
        "What happened with the contact, newest first; what one may not see is left out.";
    let messages = "The mail that concerns the contact, newest first.";
    vec![
        Endpoint::get(TIMELINE, "show_timeline", timeline, show)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadMail)
            .lists::<TimelineView>(),
        Endpoint::get(MESSAGES, "list_messages_of_contact", messages, list_messages)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadMail)
            .lists::<MailView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    lines(&app, &call, &path, query, TimelineView::from).await
}

async fn list_messages(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    lines(&app, &call, &path, query, |line| MailView::from(line.mail)).await
}

/// One page of the contact's mail, each line shown by `view`.
async fn lines<V: Serialize + ToSchema>(
    app: &App,
    call: &Call<ReadContacts>,
    path: &PathWords,
    query: ListQuery,
    view: impl Fn(TimelineLine) -> V,
) -> Result<Answer, ApiError> {
    let mail = call.actor.require::<ReadMail>()?;
    let (wish, seal, filter) = query.open(app, &call.allowed)?;
    filter.finish()?;
    let listed = show_timeline(&app.records, &call.allowed, &mail, path.get("id")?, wish).await?;
    page(listed, &seal, view)
}
