//! Leads, contacts, accounts and records of other modules.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::contact::{Contact, ContactKind, ContactSource};
use domain::given_value::GivenValue;
use domain::ids::{ContactId, MessageId, UserId};
use domain::permission::{ReadContacts, Scope, WriteContacts};
use domain::timestamp::Timestamp;
use flows::manage_contacts::{self, ContactChange, NewContact};
use flows::remove_contact;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::field_values;
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::patch::Member;
use crate::problem::ApiError;
use crate::schemas;

/// A lead, contact, account or record of a module that the tenant made.
#[derive(Serialize, ToSchema)]
pub struct ContactView {
    /// Its id.
    #[schema(schema_with = schemas::contact_id)]
    pub id: ContactId,
    /// Its module.
    #[schema(schema_with = schemas::contact_kind)]
    pub kind: ContactKind,
    /// What people call it.
    pub name: String,
    /// Its addresses: the primary one first, then the secondary ones in order.
    pub addresses: Vec<String>,
    /// Who looks after it.
    #[schema(value_type = Option<String>, required)]
    pub owner: Option<UserId>,
    /// The account it belongs to.
    #[schema(value_type = Option<String>, required)]
    pub account: Option<ContactId>,
    /// Values of its module's fields by name, those of removed fields included until they are purged.
    #[schema(schema_with = schemas::field_values)]
    pub fields: BTreeMap<String, serde_json::Value>,
    /// How it came to be.
    pub source: ContactSourceView,
    /// What it was before it was converted.
    #[schema(required)]
    pub converted: Option<ConversionView>,
    /// The records that were merged into it; their ids lead to it.
    #[schema(value_type = Vec<String>)]
    pub merged: Vec<ContactId>,
    /// How those came to be.
    pub merged_sources: Vec<ContactSourceView>,
    /// The revisions that conversions and merges gave it which can be undone, the last one first to be.
    pub undoable: Vec<u64>,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(schema_with = schemas::moment)]
    pub updated_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

/// How a contact came to be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum ContactSourceView {
    /// By mail of an unknown sender.
    Mail {
        /// Which.
        #[schema(schema_with = schemas::message_id)]
        message: MessageId,
    },
    /// By a caller of the API.
    Api,
}

/// That a record was converted.
#[derive(Serialize, ToSchema)]
pub struct ConversionView {
    /// What it was.
    #[schema(schema_with = schemas::contact_kind)]
    pub from: ContactKind,
    /// When it was converted.
    #[schema(schema_with = schemas::moment)]
    pub at: Timestamp,
}

impl From<ContactSource> for ContactSourceView {
    fn from(source: ContactSource) -> Self {
        match source {
            ContactSource::Mail(message) => Self::Mail { message },
            ContactSource::Api => Self::Api,
        }
    }
}

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        let converted = contact.converted.map(|c| ConversionView { from: c.from, at: c.at });
        let sources = contact.merged_sources.into_iter();
        Self {
            id: contact.id,
            kind: contact.kind,
            name: contact.name,
            addresses: contact.addresses.iter().map(|a| a.expose().to_owned()).collect(),
            owner: contact.owner,
            account: contact.account,
            fields: field_values::plain_all(&contact.fields),
            source: contact.source.into(),
            converted,
            merged: contact.merged,
            merged_sources: sources.map(ContactSourceView::from).collect(),
            undoable: contact.undoable,
            created_at: contact.created_at,
            updated_at: contact.updated_at,
            rev: contact.rev,
        }
    }
}

/// A contact to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactToMake {
    /// Its module; a contact where it is missing.
    #[serde(default = "plain_contact")]
    #[schema(schema_with = schemas::contact_kind)]
    kind: ContactKind,
    /// What people call it.
    name: String,
    /// Its addresses: the primary one first, then the secondary ones in order.
    #[serde(default)]
    #[schema(max_items = 20)]
    addresses: Vec<String>,
    /// Who looks after it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<UserId>,
    /// The account it belongs to.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    account: Option<ContactId>,
    /// Values of its module's fields by name.
    #[serde(default)]
    #[schema(schema_with = schemas::field_values)]
    fields: BTreeMap<String, Option<GivenValue>>,
}

fn plain_contact() -> ContactKind {
    ContactKind::Contact
}

/// What to change of a contact.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactPatch {
    /// Another kind.
    #[serde(default)]
    #[schema(schema_with = schemas::contact_kind)]
    kind: Member<ContactKind>,
    /// Another name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Member<String>,
    /// Other addresses, all of them; null for none.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    addresses: Member<Vec<String>>,
    /// Another owner; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Member<UserId>,
    /// Another account; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    account: Member<ContactId>,
    /// Other values of fields by name; null for none. The others stay.
    #[serde(default)]
    #[schema(schema_with = schemas::field_values)]
    fields: BTreeMap<String, Option<GivenValue>>,
}

/// An address to look up. It stands in the body, for URLs are logged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactToLookUp {
    /// The address.
    email: String,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/contacts";
    const ONE: &str = "/v1/contacts/{id}";
    const LOOKUP: &str = "/v1/contacts/lookup";
    const PEOPLE: &str = "/v1/contacts/{id}/people";
    let read = Scope::ReadContacts;
    let write = Scope::WriteContacts;
    let kind = QueryParameter {
        name: "kind",
        description: "Only this kind; all kinds one after the other where it is missing.",
        one_of: &[],
    };
    vec![
        Endpoint::get(ALL, "list_contacts", "Contacts, oldest first.", list)
            .needs(read)
            .with_query(kind)
            .lists::<ContactView>(),
        Endpoint::post(ALL, "create_contact", "Makes a contact.", create)
            .needs(write)
            .takes::<ContactToMake>()
            .creates::<ContactView>(),
        Endpoint::post(LOOKUP, "look_up_contact", "The contact that an address is of.", look_up)
            .needs(read)
            .takes::<ContactToLookUp>()
            .gives::<ContactView>(),
        Endpoint::get(ONE, "show_contact", "A contact.", show).needs(read).gives::<ContactView>(),
        Endpoint::patch(ONE, "change_contact", "Changes a contact.", change)
            .needs(write)
            .takes::<ContactPatch>()
            .gives::<ContactView>(),
        Endpoint::delete(ONE, "delete_contact", "Removes a contact; its mail stays.", delete)
            .needs(write)
            .with_status(StatusCode::NO_CONTENT),
        Endpoint::get(PEOPLE, "list_people", "Who belongs to an account, oldest first.", people)
            .needs(read)
            .lists::<ContactView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadContacts>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut filter) = query.open(&app, &call.allowed)?;
    let kind =
        filter.take("kind", "use lead, contact, account or the name of a module", |text| {
            text.parse().ok()
        })?;
    filter.finish()?;
    let listed = manage_contacts::list(&app.records, &call.allowed, kind, wish).await?;
    page(listed, &seal, ContactView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteContacts>,
    asked: Asked<ContactToMake>,
) -> Result<Answer, ApiError> {
    let ContactToMake { kind, name, addresses, owner, account, fields } = asked.body;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewContact { kind, name, addresses, owner, account, fields };
        let contact = manage_contacts::create(records, allowed, call.request, origin, new).await?;
        Answer::created(&ContactView::from(contact))
    })
    .await
}

async fn look_up(
    State(app): State<App>,
    call: Call<ReadContacts>,
    asked: Asked<ContactToLookUp>,
) -> Result<Answer, ApiError> {
    answer(manage_contacts::look_up(&app.records, &call.allowed, &asked.body.email).await?)
}

async fn show(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_contacts::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<ContactPatch>,
) -> Result<Answer, ApiError> {
    let patch = asked.body;
    let wanted = ContactChange {
        kind: patch.kind.required("kind")?,
        name: patch.name.required("name")?,
        addresses: patch.addresses.or_none().map(Option::unwrap_or_default),
        owner: patch.owner.or_none(),
        account: patch.account.or_none(),
        fields: patch.fields,
    };
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    answer(manage_contacts::change(records, allowed, call.request, id, rev, wanted).await?)
}

async fn delete(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<StatusCode, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    remove_contact::delete(records, allowed, call.request, id, rev).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn people(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let id = path.get("id")?;
    let listed = manage_contacts::people(&app.records, &call.allowed, id, wish).await?;
    page(listed, &seal, ContactView::from)
}

/// The answer with a contact and its revision.
pub(super) fn answer(contact: Contact) -> Result<Answer, ApiError> {
    Answer::ok(&ContactView::from(contact))
}
