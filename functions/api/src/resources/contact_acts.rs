//! Conversion and merge of contacts, and their undoing (J2).

use std::collections::BTreeSet;

use axum::extract::State;
use domain::contact_act::Part;
use domain::ids::ContactId;
use domain::permission::{Scope, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use flows::convert_contact::{self, AccountWish};
use flows::{merge_contacts, undo_contact_act};
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use super::contacts::{ContactView, answer};
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::problem::ApiError;
use crate::schemas;

/// How a lead is converted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversionToMake {
    /// The account it belongs to from then on; the one it belongs to now where it is missing.
    #[serde(default)]
    account: Option<AccountToFind>,
}

/// An account: by its id, or by name and address, made where no account has the address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountToFind {
    /// Its id.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    id: Option<ContactId>,
    /// What a new one is called.
    #[serde(default)]
    name: Option<String>,
    /// The address by which it is found, and which a new one gets.
    #[serde(default)]
    address: Option<String>,
}

impl AccountToFind {
    fn wish(self) -> Result<AccountWish, Refused> {
        let Self { id, name, address } = self;
        match (id, name, address) {
            (Some(id), None, None) => Ok(AccountWish::Existing(id)),
            (None, Some(name), address) => Ok(AccountWish::Named { name, address }),
            (Some(_), _, _) | (None, None, _) => {
                let hint = "give either `id`, or `name` and perhaps `address`";
                Err(Refused::field(RefusalCode::FieldInvalid, "account", hint))
            }
        }
    }
}

/// What is merged, and what of it is taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeToMake {
    /// The other record: its id leads to the survivor from then on.
    #[schema(schema_with = schemas::contact_id)]
    with: ContactId,
    /// Parts of which the other record's value is taken: `name`, `kind`, `addresses` (its come first),
    /// `owner`, `account`, `source`, `fields.<name>`. Of the rest the survivor's value stays; what it
    /// has no value of is taken from the other.
    #[serde(default)]
    take: Vec<String>,
}

/// What is undone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActToUndo {
    /// The revision that the conversion or merge gave, as in `undoable`; the last one where it is
    /// missing.
    #[serde(default)]
    rev: Option<u64>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const CONVERT: &str = "/v1/contacts/{id}/convert";
    const MERGE: &str = "/v1/contacts/{id}/merge";
    const UNDO: &str = "/v1/contacts/{id}/undo";
    let convert_text = "Makes a contact of a lead; all that hangs on it stays.";
    let merge_text = "Merges another record into this one.";
    let undo_text = "Undoes the last conversion or merge.";
    vec![
        Endpoint::post(CONVERT, "convert_contact", convert_text, convert)
            .needs(Scope::WriteContacts)
            .takes::<ConversionToMake>()
            .creates::<ContactView>()
            .with_status(StatusCode::OK),
        Endpoint::post(MERGE, "merge_contacts", merge_text, merge)
            .needs(Scope::WriteContacts)
            .takes::<MergeToMake>()
            .creates::<ContactView>()
            .with_status(StatusCode::OK),
        Endpoint::post(UNDO, "undo_contact_act", undo_text, undo)
            .needs(Scope::WriteContacts)
            .takes::<ActToUndo>()
            .creates::<ContactView>()
            .with_status(StatusCode::OK),
    ]
}

async fn convert(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    asked: Asked<ConversionToMake>,
) -> Result<Answer, ApiError> {
    let wish = asked.body.account.map_or(Ok(AccountWish::AsItWas), AccountToFind::wish)?;
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    once(&app, &call, &asked.keyed, async |origin| {
        let work = convert_contact::convert(records, allowed, call.request, origin, id, wish);
        answer(work.await?)
    })
    .await
}

async fn merge(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    asked: Asked<MergeToMake>,
) -> Result<Answer, ApiError> {
    let MergeToMake { with, take } = asked.body;
    let part = |(n, name): (usize, &String)| Part::of(&format!("take[{n}]"), name);
    let take = take.iter().enumerate().map(part).collect::<Result<BTreeSet<Part>, Refused>>()?;
    let (records, allowed) = (&app.records, &call.allowed);
    let both = (path.get("id")?, with);
    once(&app, &call, &asked.keyed, async |origin| {
        let work = merge_contacts::merge(records, allowed, call.request, origin, both, &take);
        answer(work.await?)
    })
    .await
}

async fn undo(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    asked: Asked<ActToUndo>,
) -> Result<Answer, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let rev = asked.body.rev;
    once(&app, &call, &asked.keyed, async |_| {
        answer(undo_contact_act::undo(records, allowed, call.request, id, rev).await?)
    })
    .await
}
