//! Keys of this API.

use std::collections::BTreeSet;

use axum::extract::State;
use domain::api_key::ApiKey;
use domain::ids::{ApiKeyId, UserId};
use domain::permission::{ReadApiKeys, Scope, WriteApiKeys};
use domain::timestamp::Timestamp;
use flows::manage_api_keys::{self, NewApiKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A key, without its text.
#[derive(Clone, Serialize, ToSchema)]
pub struct ApiKeyView {
    /// Its id, which is part of its text.
    #[schema(schema_with = schemas::api_key_id)]
    pub id: ApiKeyId,
    /// As whom it acts.
    #[schema(schema_with = schemas::user_id)]
    pub user: UserId,
    /// What it is for.
    pub name: String,
    /// What it may do, within the user's role.
    #[schema(schema_with = schemas::scopes)]
    pub scopes: BTreeSet<Scope>,
    /// From when on it is refused.
    #[schema(schema_with = schemas::moment)]
    pub expires_at: Timestamp,
    /// Since when it is withdrawn; null while it is not.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        Self {
            id: key.id,
            user: key.user,
            name: key.name,
            scopes: key.scopes,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            created_at: key.created_at,
            rev: key.rev,
        }
    }
}

/// A key that was made, with its text.
#[derive(Serialize, ToSchema)]
pub struct MadeApiKeyView {
    /// The key.
    #[serde(flatten)]
    pub record: ApiKeyView,
    /// Its text, shown this once; null in answers to a repeated request.
    #[schema(required)]
    pub key: Option<String>,
    /// What to do where `key` is null.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<&'static str>,
}

impl MadeApiKeyView {
    fn new(record: ApiKeyView, key: Option<String>) -> Self {
        const HINT: &str = "the text was shown in the first answer and is not kept: if that answer \
            was lost, delete this key and make another";
        let hint = if key.is_none() { Some(HINT) } else { None };
        Self { record, key, hint }
    }
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyToMake {
    /// What it is for.
    name: String,
    /// What it may do: nothing that its maker or its user may not.
    #[schema(schema_with = schemas::scopes)]
    scopes: BTreeSet<Scope>,
    /// Its life in days.
    #[schema(minimum = 1, maximum = 366)]
    expires_in_days: u64,
    /// As whom it acts; yourself where it is missing. Administrators may name others.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    user: Option<UserId>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/api_keys";
    const ONE: &str = "/v1/api_keys/{id}";
    let user = QueryParameter {
        name: "user",
        description: "Only keys of this user; administrators see those of all users.",
        one_of: &[],
    };
    vec![
        Endpoint::get(ALL, "list_api_keys", "API keys without their texts, oldest first.", list)
            .needs(Scope::ReadApiKeys)
            .with_query(user)
            .lists::<ApiKeyView>(),
        Endpoint::post(ALL, "create_api_key", "Makes an API key; its text is shown once.", create)
            .needs(Scope::WriteApiKeys)
            .takes::<ApiKeyToMake>()
            .creates::<MadeApiKeyView>(),
        Endpoint::get(ONE, "show_api_key", "An API key without its text.", show)
            .needs(Scope::ReadApiKeys)
            .gives::<ApiKeyView>(),
        Endpoint::delete(ONE, "revoke_api_key", "Revokes an API key; the record stays.", revoke)
            .needs(Scope::WriteApiKeys)
            .gives::<ApiKeyView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadApiKeys>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut filter) = query.open(&app, &call.allowed)?;
    let user = filter.take("user", "copy the user's id", |text| text.parse().ok())?;
    filter.finish()?;
    let listed = manage_api_keys::list(&app.records, &call.allowed, user, wish).await?;
    page(listed, &seal, ApiKeyView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteApiKeys>,
    asked: Asked<ApiKeyToMake>,
) -> Result<Answer, ApiError> {
    let ApiKeyToMake { name, scopes, expires_in_days, user } = asked.body;
    let scopes = call.actor.grantable(scopes)?;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewApiKey { name, scopes, expires_in_days, user };
        let made = manage_api_keys::create(records, allowed, call.request, origin, new).await?;
        let view = ApiKeyView::from(made.key);
        let again = MadeApiKeyView::new(view.clone(), None);
        Answer::created(&MadeApiKeyView::new(view, made.text))?.shown_once(&again)
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<ReadApiKeys>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_api_keys::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn revoke(
    State(app): State<App>,
    call: Call<WriteApiKeys>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<Answer, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    answer(manage_api_keys::revoke(records, allowed, call.request, id, rev).await?)
}

fn answer(key: ApiKey) -> Result<Answer, ApiError> {
    Answer::ok(&ApiKeyView::from(key))
}
