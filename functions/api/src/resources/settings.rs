//! The tenant's settings.

use std::collections::BTreeMap;

use axum::extract::State;
use domain::ids::TenantId;
use domain::permission::{ReadSettings, Scope, WriteSettings};
use domain::tenant::{ContactCreation, CreatedAs, Tenant};
use domain::timestamp::Timestamp;
use flows::change_settings::{self, SettingsChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, Revision};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::patch::Member;
use crate::problem::ApiError;
use crate::schemas;

/// The tenant with its settings.
#[derive(Serialize, ToSchema)]
pub struct SettingsView {
    /// The tenant.
    #[schema(schema_with = schemas::tenant_id)]
    pub tenant: TenantId,
    /// What people call it.
    pub name: String,
    /// IANA name of the zone in which a day of the tenant begins.
    pub time_zone: String,
    /// Language of system mails and texts: en, de or zh.
    pub language: String,
    /// Whether administrators are told by mail of alerts about rates and of domains that refuse.
    pub alert_mails: bool,
    /// Which mail of unknown senders makes contacts.
    #[schema(schema_with = schemas::contact_creation)]
    pub contact_creation: ContactCreation,
    /// What those become: `contact`, or `lead`.
    #[schema(schema_with = schemas::created_as)]
    pub created_as: CreatedAs,
    /// Whether mail to a record goes to its next address where the first is blocked.
    pub secondary_address: bool,
    /// Limits that differ from the plan's, by name.
    pub limits: BTreeMap<String, u64>,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl From<Tenant> for SettingsView {
    fn from(tenant: Tenant) -> Self {
        Self {
            tenant: tenant.id,
            name: tenant.name,
            time_zone: tenant.settings.time_zone,
            language: tenant.settings.language,
            alert_mails: tenant.settings.alert_mails,
            contact_creation: tenant.settings.contact_creation,
            created_as: tenant.settings.created_as,
            secondary_address: tenant.settings.secondary_address,
            limits: tenant.settings.limits,
            created_at: tenant.created_at,
            rev: tenant.rev,
        }
    }
}

/// What to change of the settings. Null takes a setting back to its default.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettingsPatch {
    /// Another name; can't be null.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Member<String>,
    /// IANA name of a time zone.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    time_zone: Member<String>,
    /// en, de or zh.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Member<String>,
    /// Whether administrators are told by mail of alerts about rates and of domains that refuse.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    alert_mails: Member<bool>,
    /// Which mail of unknown senders makes contacts.
    #[serde(default)]
    #[schema(schema_with = schemas::contact_creation)]
    contact_creation: Member<ContactCreation>,
    /// What those become: `contact`, or `lead`.
    #[serde(default)]
    #[schema(schema_with = schemas::created_as)]
    created_as: Member<CreatedAs>,
    /// Whether mail to a record goes to its next address where the first is blocked.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    secondary_address: Member<bool>,
    /// Limits by name; null takes one back to the plan's.
    #[serde(default)]
    #[schema(value_type = Option<BTreeMap<String, Option<u64>>>)]
    limits: Member<BTreeMap<String, Option<u64>>>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const PATH: &str = "/v1/settings";
    vec![
        Endpoint::get(PATH, "show_settings", "The tenant's settings.", show)
            .needs(Scope::ReadSettings)
            .gives::<SettingsView>(),
        Endpoint::patch(PATH, "change_settings", "Changes the tenant's settings.", change)
            .needs(Scope::WriteSettings)
            .takes::<SettingsPatch>()
            .gives::<SettingsView>(),
    ]
}

async fn show(State(app): State<App>, call: Call<ReadSettings>) -> Result<Answer, ApiError> {
    answer(change_settings::show(&app.records, &call.allowed).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteSettings>,
    Revision(rev): Revision,
    asked: Asked<SettingsPatch>,
) -> Result<Answer, ApiError> {
    let patch = asked.body;
    let wanted = SettingsChange {
        name: patch.name.required("name")?,
        time_zone: patch.time_zone.into(),
        language: patch.language.into(),
        alert_mails: patch.alert_mails.into(),
        contact_creation: patch.contact_creation.into(),
        created_as: patch.created_as.into(),
        secondary_address: patch.secondary_address.into(),
        limits: patch.limits.into(),
    };
    let (records, allowed) = (&app.records, &call.allowed);
    answer(change_settings::change(records, allowed, call.request, rev, wanted).await?)
}

fn answer(tenant: Tenant) -> Result<Answer, ApiError> {
    Answer::ok(&SettingsView::from(tenant))
}
