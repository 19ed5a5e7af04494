//! Modules: the kinds of contacts that the tenant has, and their fields.

use axum::extract::State;
use domain::contact::ContactKind;
use domain::ids::ContactId;
use domain::module::Module;
use domain::permission::{ReadContacts, Scope, WriteSettings};
use domain::timestamp::Timestamp;
use flows::manage_modules::{self, ModuleChange, NewModule};
use flows::purge_field::purge_field;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::module_fields::{FieldToMake, FieldView, definitions};
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

/// A kind of contacts, with its fields.
#[derive(Serialize, ToSchema)]
pub struct ModuleView {
    /// Its name: the `kind` of its records.
    #[schema(schema_with = schemas::contact_kind)]
    pub name: ContactKind,
    /// What people call one of its records.
    pub label: String,
    /// What people call several.
    pub plural: String,
    /// Its fields in the order they are shown, removed ones included until they are purged.
    pub fields: Vec<FieldView>,
    /// Since when it is removed: its records can be read and removed.
    #[schema(value_type = Option<String>, required)]
    pub removed_at: Option<Timestamp>,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// When it was last changed.
    #[schema(schema_with = schemas::moment)]
    pub updated_at: Timestamp,
    /// Revision; zero for a standard module that nobody has changed.
    pub rev: u64,
}

impl From<Module> for ModuleView {
    fn from(module: Module) -> Self {
        Self {
            name: module.kind,
            label: module.label,
            plural: module.plural,
            fields: module.fields.into_iter().map(FieldView::from).collect(),
            removed_at: module.removed_at,
            created_at: module.created_at,
            updated_at: module.updated_at,
            rev: module.rev,
        }
    }
}

/// A module to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleToMake {
    /// Its name: 2 to 24 characters of `a-z`, digits and `_`, beginning with a letter.
    name: String,
    /// What people call one of its records.
    label: String,
    /// What people call several.
    plural: String,
    /// Its fields.
    #[serde(default)]
    #[schema(max_items = 100)]
    fields: Vec<FieldToMake>,
}

/// What to change of a module.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModulePatch {
    /// Another label.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    label: Member<String>,
    /// Another plural.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    plural: Member<String>,
    /// Its fields, all of them: those that are missing are removed.
    #[serde(default)]
    #[schema(value_type = Option<Vec<FieldToMake>>)]
    fields: Member<Vec<FieldToMake>>,
    /// Whether it is removed.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    removed: Member<bool>,
}

/// What is purged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ModuleToPurge {
    /// The module's present revision.
    rev: u64,
    /// A removed field; the removed module itself where it is missing.
    #[serde(default)]
    field: Option<String>,
    /// Where to go on: `after` of the answer before.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    after: Option<ContactId>,
}

/// How far a purge has come.
#[derive(Serialize, ToSchema)]
pub struct PurgedView {
    /// Records that had a value until this step.
    pub records: u64,
    /// Give it back to go on; null when all is done.
    #[schema(value_type = Option<String>, required)]
    pub after: Option<ContactId>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/modules";
    const ONE: &str = "/v1/modules/{id}";
    const VERSIONS: &str = "/v1/modules/{id}/versions";
    const PURGE: &str = "/v1/modules/{id}/purge";
    let (read, write) = (Scope::ReadContacts, Scope::WriteSettings);
    let versions_text = "What a module was, the newest revision first.";
    let purge_text =
        "Takes a removed field's values out of some records, or a removed module away.";
    vec![
        Endpoint::get(ALL, "list_modules", "The kinds of contacts there are.", list)
            .needs(read)
            .lists::<ModuleView>(),
        Endpoint::post(ALL, "create_module", "Makes a kind of contacts.", create)
            .needs(write)
            .takes::<ModuleToMake>()
            .creates::<ModuleView>(),
        Endpoint::get(ONE, "show_module", "A module.", show).needs(read).gives::<ModuleView>(),
        Endpoint::patch(ONE, "change_module", "Changes a module.", change)
            .needs(write)
            .takes::<ModulePatch>()
            .gives::<ModuleView>(),
        Endpoint::delete(ONE, "delete_module", "Removes a module; its records stay.", delete)
            .needs(write)
            .gives::<ModuleView>(),
        Endpoint::get(VERSIONS, "list_module_versions", versions_text, versions)
            .needs(read)
            .lists::<ModuleView>(),
        Endpoint::post(PURGE, "purge_module", purge_text, purge)
            .needs(write)
            .takes::<ModuleToPurge>()
            .gives::<PurgedView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadContacts>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (_, seal) = query.open_whole(&app, &call.allowed)?;
    page(manage_modules::list(&app.records, &call.allowed).await?, &seal, ModuleView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteSettings>,
    asked: Asked<ModuleToMake>,
) -> Result<Answer, ApiError> {
    let ModuleToMake { name, label, plural, fields } = asked.body;
    let new = NewModule { name, label, plural, fields: definitions(fields)? };
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let module = manage_modules::create(records, allowed, call.request, origin, new).await?;
        Answer::created(&ModuleView::from(module))
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_modules::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteSettings>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<ModulePatch>,
) -> Result<Answer, ApiError> {
    let patch = asked.body;
    let wanted = ModuleChange {
        label: patch.label.required("label")?,
        plural: patch.plural.required("plural")?,
        fields: patch.fields.required("fields")?.map(definitions).transpose()?,
        removed: patch.removed.required("removed")?,
    };
    let (records, allowed, which) = (&app.records, &call.allowed, (path.get("id")?, rev));
    answer(manage_modules::change(records, allowed, call.request, which, wanted).await?)
}

async fn delete(
    State(app): State<App>,
    call: Call<WriteSettings>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<Answer, ApiError> {
    let (records, allowed, which) = (&app.records, &call.allowed, (path.get("id")?, rev));
    answer(manage_modules::delete(records, allowed, call.request, which).await?)
}

async fn versions(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let (records, allowed) = (&app.records, &call.allowed);
    let listed = manage_modules::versions(records, allowed, path.get("id")?, wish).await?;
    page(listed, &seal, ModuleView::from)
}

async fn purge(
    State(app): State<App>,
    call: Call<WriteSettings>,
    path: PathWords,
    asked: Asked<ModuleToPurge>,
) -> Result<Answer, ApiError> {
    let ModuleToPurge { rev, field, after } = asked.body;
    let (records, allowed, request) = (&app.records, &call.allowed, call.request);
    let which = (path.get("id")?, rev);
    let Some(field) = field else {
        manage_modules::purge(records, allowed, request, which).await?;
        return Answer::ok(&PurgedView { records: 0, after: None });
    };
    let purged = purge_field(records, allowed, request, which, &field, after).await?;
    Answer::ok(&PurgedView { records: purged.records, after: purged.after })
}

fn answer(module: Module) -> Result<Answer, ApiError> {
    Answer::ok(&ModuleView::from(module))
}
