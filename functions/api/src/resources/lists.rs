//! Lists: groups of contacts that people write to.

use axum::extract::State;
use domain::ids::{ContactId, ListId};
use domain::limits::LIST_MEMBERS_CHANGED_MAX;
use domain::list::List;
use domain::permission::{ReadContacts, Scope, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use flows::list_members::{self, Member as OnList};
use flows::manage_lists;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::contacts::ContactView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::patch::Member;
use crate::problem::ApiError;
use crate::schemas;

/// A list.
#[derive(Serialize, ToSchema)]
pub struct ListView {
    /// Its id.
    #[schema(schema_with = schemas::list_id)]
    pub id: ListId,
    /// What people call it.
    pub name: String,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl From<List> for ListView {
    fn from(List { id, name, created_at, rev }: List) -> Self {
        Self { id, name, created_at, rev }
    }
}

/// A list to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListToMake {
    /// What people call it.
    name: String,
}

/// What to change of a list.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ListPatch {
    /// Another name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Member<String>,
}

/// Who comes and who goes; at most 500 together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MembersToChange {
    /// Contacts that come; those that are on the list stay on it once.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 500)]
    add: Vec<ContactId>,
    /// Contacts that go.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 500)]
    remove: Vec<ContactId>,
}

/// What became of those who came and went.
#[derive(Serialize, ToSchema)]
pub struct MembersChangedView {
    /// How many came.
    pub added: u64,
    /// How many were on it already.
    pub already: u64,
    /// How many went.
    pub removed: u64,
    /// Ids that lead to no contact.
    #[schema(value_type = Vec<String>)]
    pub unknown: Vec<ContactId>,
}

/// Somebody on a list.
#[derive(Serialize, ToSchema)]
pub struct ListMemberView {
    /// Who.
    pub contact: ContactView,
    /// Since when.
    #[schema(schema_with = schemas::moment)]
    pub joined_at: Timestamp,
}

impl From<OnList> for ListMemberView {
    fn from(OnList { contact, membership }: OnList) -> Self {
        Self { contact: contact.into(), joined_at: membership.joined_at }
    }
}

/// How many are on a list.
#[derive(Serialize, ToSchema)]
pub struct ListCountView {
    /// As many as were counted.
    pub members: u64,
    /// Whether those are all; else there are at least as many.
    pub complete: bool,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/lists";
    const ONE: &str = "/v1/lists/{id}";
    const MEMBERS: &str = "/v1/lists/{id}/members";
    const COUNT: &str = "/v1/lists/{id}/count";
    const OF_CONTACT: &str = "/v1/contacts/{id}/lists";
    let (read, write) = (Scope::ReadContacts, Scope::WriteContacts);
    let change_text = "Puts contacts on a list and takes others off it.";
    vec![
        Endpoint::get(ALL, "list_lists", "Lists, oldest first.", list)
            .needs(read)
            .lists::<ListView>(),
        Endpoint::post(ALL, "create_list", "Makes a list.", create)
            .needs(write)
            .takes::<ListToMake>()
            .creates::<ListView>(),
        Endpoint::get(ONE, "show_list", "A list.", show).needs(read).gives::<ListView>(),
        Endpoint::patch(ONE, "change_list", "Renames a list.", change)
            .needs(write)
            .takes::<ListPatch>()
            .gives::<ListView>(),
        Endpoint::delete(ONE, "delete_list", "Removes a list; its contacts stay.", delete)
            .needs(write)
            .with_status(StatusCode::NO_CONTENT),
        Endpoint::get(MEMBERS, "list_members", "The contacts on a list.", members)
            .needs(read)
            .lists::<ListMemberView>(),
        Endpoint::post(MEMBERS, "change_members", change_text, change_members)
            .needs(write)
            .takes::<MembersToChange>()
            .gives::<MembersChangedView>(),
        Endpoint::get(COUNT, "count_members", "How many contacts are on a list.", count)
            .needs(read)
            .gives::<ListCountView>(),
        Endpoint::get(
            OF_CONTACT,
            "list_lists_of_contact",
            "The lists a contact is on.",
            of_contact,
        )
        .needs(read)
        .lists::<ListView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadContacts>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    page(manage_lists::list(&app.records, &call.allowed, wish).await?, &seal, ListView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteContacts>,
    asked: Asked<ListToMake>,
) -> Result<Answer, ApiError> {
    let (records, allowed, name) = (&app.records, &call.allowed, &asked.body.name);
    once(&app, &call, &asked.keyed, async |origin| {
        let list = manage_lists::create(records, allowed, call.request, origin, name).await?;
        Answer::created(&ListView::from(list))
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_lists::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<ListPatch>,
) -> Result<Answer, ApiError> {
    let name = asked.body.name.required("name")?;
    let (records, allowed, which) = (&app.records, &call.allowed, (path.get("id")?, rev));
    answer(manage_lists::change(records, allowed, call.request, which, name).await?)
}

async fn delete(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<StatusCode, ApiError> {
    let which = (path.get("id")?, rev);
    manage_lists::delete(&app.records, &call.allowed, call.request, which).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn members(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let id = path.get("id")?;
    let listed = list_members::members(&app.records, &call.allowed, id, wish).await?;
    page(listed, &seal, ListMemberView::from)
}

async fn change_members(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    asked: Asked<MembersToChange>,
) -> Result<Answer, ApiError> {
    let MembersToChange { add, remove } = asked.body;
    if add.len() + remove.len() > LIST_MEMBERS_CHANGED_MAX {
        let hint = "send the others with another request";
        let refused = Refused::field(RefusalCode::FieldTooLong, "add", hint);
        let most = u64::try_from(LIST_MEMBERS_CHANGED_MAX).unwrap_or(u64::MAX);
        return Err(refused.with_limit(most).into());
    }
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let both = (add.as_slice(), remove.as_slice());
    let changed = list_members::change(records, allowed, call.request, id, both).await?;
    let list_members::Changed { added, already, removed, unknown } = changed;
    Answer::ok(&MembersChangedView { added, already, removed, unknown })
}

async fn count(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let id = path.get("id")?;
    let counted = list_members::count_members(&app.records, &call.allowed, id).await?;
    let (members, complete) = counted;
    Answer::ok(&ListCountView { members, complete })
}

async fn of_contact(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let id = path.get("id")?;
    let listed = list_members::lists_of(&app.records, &call.allowed, id, wish).await?;
    page(listed, &seal, ListView::from)
}

fn answer(list: List) -> Result<Answer, ApiError> {
    Answer::ok(&ListView::from(list))
}
