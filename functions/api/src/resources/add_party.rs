//! A contact made of somebody whom a message names (J8).

use std::collections::BTreeMap;

use axum::extract::State;
use domain::contact::ContactKind;
use domain::given_value::GivenValue;
use domain::permission::{ReadMail, Scope, WriteContacts};
use flows::add_party::{self, PartyAdded, PartyToAdd};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contacts::ContactView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::problem::ApiError;
use crate::schemas;

/// Who becomes a contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartyToMake {
    /// Its module; a lead where it is missing.
    #[serde(default = "plain_lead")]
    #[schema(schema_with = schemas::contact_kind)]
    kind: ContactKind,
    /// One of the addresses that the message names; the author's where it is missing.
    #[serde(default)]
    email: Option<String>,
    /// What it is called, instead of what the message says.
    #[serde(default)]
    name: Option<String>,
    /// Values of fields, instead of what signature and card say; null for none.
    #[serde(default)]
    #[schema(schema_with = schemas::field_values)]
    fields: BTreeMap<String, Option<GivenValue>>,
    /// Whether a contact that has the address is changed; else 409 names it and what differs.
    #[serde(default)]
    update: bool,
}

fn plain_lead() -> ContactKind {
    ContactKind::Lead
}

/// A contact made of a party, or changed by what a message says of it.
#[derive(Serialize, ToSchema)]
pub struct PartyAddedView {
    /// The contact.
    pub contact: ContactView,
    /// Whether it is new.
    pub made: bool,
    /// How many mails were put on its timeline: this one, and those of its conversation that name the
    /// address, at most 25.
    pub linked: u64,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const CONTACT: &str = "/v1/messages/{id}/contact";
    let text = "Makes a contact of the author, or of another party.";
    vec![
        Endpoint::post(CONTACT, "add_party", text, add)
            .needs(Scope::ReadMail)
            .needs(Scope::WriteContacts)
            .takes::<PartyToMake>()
            .creates::<PartyAddedView>(),
    ]
}

async fn add(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
    asked: Asked<PartyToMake>,
) -> Result<Answer, ApiError> {
    let contacts = call.actor.require::<WriteContacts>()?;
    let PartyToMake { kind, email, name, fields, update } = asked.body;
    let wanted = PartyToAdd { kind, email, name, fields, update };
    let (records, archive, request) = (&app.records, app.archive.as_ref(), call.request);
    let (message, rights) = (path.get("id")?, (&call.allowed, &contacts));
    once(&app, &call, &asked.keyed, async |origin| {
        let added =
            add_party::add_party(records, archive, rights, request, origin, message, &wanted);
        let PartyAdded { contact, made, linked } = added.await?;
        let view = PartyAddedView { contact: contact.into(), made, linked };
        if made { Answer::created(&view) } else { Answer::ok(&view) }
    })
    .await
}
