//! Leads, contacts and accounts.

use axum::extract::State;
use domain::contact::{Contact, ContactKind, ContactSource};
use domain::ids::{ContactId, MessageId, UserId};
use domain::permission::{ReadContacts, Scope, WriteContacts};
use domain::timestamp::Timestamp;
use flows::manage_contacts::{self, ContactChange, NewContact};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::patch::Member;
use crate::problem::ApiError;
use crate::schemas;

/// A lead, contact or account.
#[derive(Serialize, ToSchema)]
pub struct ContactView {
    /// Its id.
    #[schema(schema_with = schemas::contact_id)]
    pub id: ContactId,
    /// Which of the three.
    #[schema(schema_with = schemas::contact_kind)]
    pub kind: ContactKind,
    /// What people call it.
    pub name: String,
    /// Its addresses, the primary one first.
    pub addresses: Vec<String>,
    /// Who looks after it.
    #[schema(value_type = Option<String>, required)]
    pub owner: Option<UserId>,
    /// How it came to be.
    pub source: ContactSourceView,
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

impl From<Contact> for ContactView {
    fn from(contact: Contact) -> Self {
        let source = match contact.source {
            ContactSource::Mail(message) => ContactSourceView::Mail { message },
            ContactSource::Api => ContactSourceView::Api,
        };
        Self {
            id: contact.id,
            kind: contact.kind,
            name: contact.name,
            addresses: contact.addresses.iter().map(|a| a.expose().to_owned()).collect(),
            owner: contact.owner,
            source,
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
    /// Which of the three; a contact where it is missing.
    #[serde(default = "plain_contact")]
    #[schema(schema_with = schemas::contact_kind)]
    kind: ContactKind,
    /// What people call it.
    name: String,
    /// Its addresses, the primary one first.
    #[serde(default)]
    #[schema(max_items = 10)]
    addresses: Vec<String>,
    /// Who looks after it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    owner: Option<UserId>,
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
    let ContactToMake { kind, name, addresses, owner } = asked.body;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewContact { kind, name, addresses, owner };
        let contact = manage_contacts::create(records, allowed, call.request, origin, new).await?;
        let rev = contact.rev;
        Ok(Answer::created(&ContactView::from(contact))?.of_revision(rev))
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
    manage_contacts::delete(records, allowed, call.request, id, rev).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(contact: Contact) -> Result<Answer, ApiError> {
    let rev = contact.rev;
    Ok(Answer::ok(&ContactView::from(contact))?.of_revision(rev))
}
