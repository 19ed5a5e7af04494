//! Which records a mail belongs to, corrected by people.

use axum::extract::State;
use domain::ids::ContactId;
use domain::permission::{ReadMail, Scope, WriteMail};
use flows::correct_links::{self, LinkChange};
use flows::correct_threads::Corrector;
use serde::Deserialize;
use utoipa::ToSchema;

use super::mail_views::MailView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;
use crate::schemas;

/// A record to link a mail to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkToMake {
    /// The record.
    #[schema(schema_with = schemas::contact_id)]
    contact: ContactId,
    /// A record that it is linked to and no longer belongs to: the link is moved.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    instead_of: Option<ContactId>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/messages/{id}/links";
    const ONE: &str = "/v1/messages/{id}/links/{contact}";
    let (read, write) = (Scope::ReadMail, Scope::WriteMail);
    let link_summary = "Links a mail to a record, or moves a link. Mail never takes it back.";
    let unlink_summary = "Takes a mail off a record. Mail never links it again.";
    vec![
        Endpoint::post(ALL, "link_message", link_summary, link)
            .needs(write)
            .needs(read)
            .takes::<LinkToMake>()
            .gives::<MailView>(),
        Endpoint::delete(ONE, "unlink_message", unlink_summary, unlink)
            .without_revision()
            .needs(write)
            .needs(read)
            .gives::<MailView>(),
    ]
}

async fn link(
    State(app): State<App>,
    call: Call<WriteMail>,
    path: PathWords,
    asked: Asked<LinkToMake>,
) -> Result<Answer, ApiError> {
    let LinkToMake { contact, instead_of } = asked.body;
    let change = match instead_of.filter(|from| *from != contact) {
        Some(from) => LinkChange::Replace(contact, from),
        None => LinkChange::Add(contact),
    };
    changed(&app, &call, &path, change).await
}

async fn unlink(
    State(app): State<App>,
    call: Call<WriteMail>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    changed(&app, &call, &path, LinkChange::Remove(path.get("contact")?)).await
}

async fn changed(
    app: &App,
    call: &Call<WriteMail>,
    path: &PathWords,
    change: LinkChange,
) -> Result<Answer, ApiError> {
    let sees = call.actor.require::<ReadMail>()?;
    let by = Corrector { sees: &sees, may: &call.allowed, request: call.request };
    let mail = correct_links::change(&app.records, by, path.get("id")?, change).await?;
    Answer::ok(&MailView::from(mail))
}
