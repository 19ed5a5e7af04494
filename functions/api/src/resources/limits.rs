//! Every limit with its value, unit, source and reason.

use axum::extract::State;
use domain::limits::{self, EffectiveLimit};
use domain::permission::{ReadSettings, Scope};
use flows::change_settings;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;

/// Every limit.
#[derive(Serialize, ToSchema)]
pub struct LimitsView {
    /// The limits, those of the plan first.
    pub items: Vec<LimitView>,
}

/// A limit.
#[derive(Serialize, ToSchema)]
pub struct LimitView {
    /// Its name; those that are not fixed can be set under `limits` of the settings.
    pub name: &'static str,
    /// What holds.
    pub value: u64,
    /// What it counts.
    pub unit: &'static str,
    /// Who says so.
    pub source: LimitSource,
    /// Why it is there.
    pub reason: &'static str,
}

/// Who sets a limit.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LimitSource {
    /// The plan.
    Plan,
    /// The tenant's settings.
    Tenant,
    /// The program.
    Fixed,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Every limit with its value, unit, source and reason.";
    vec![
        Endpoint::get("/v1/limits", "list_limits", summary, list)
            .needs(Scope::ReadSettings)
            .gives::<LimitsView>(),
    ]
}

async fn list(State(app): State<App>, call: Call<ReadSettings>) -> Result<Answer, ApiError> {
    let plan = change_settings::limits(&app.records, &call.allowed).await?;
    Answer::ok(&LimitsView { items: plan.into_iter().map(of_plan).chain(fixed()).collect() })
}

fn of_plan(limit: EffectiveLimit) -> LimitView {
    LimitView {
        name: limit.plan.name,
        value: limit.value,
        unit: limit.plan.unit,
        source: if limit.overridden { LimitSource::Tenant } else { LimitSource::Plan },
        reason: limit.plan.reason,
    }
}

/// The bounds of the program that callers meet.
fn fixed() -> impl Iterator<Item = LimitView> {
    let size = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let in_one_write = "written in one transaction";
    let in_raw_mail = "more stand in the raw mail only";
    let rows = [
        ("raw_mail", limits::RAW_MAIL_BYTES_MAX, "octets", "what the S3 action of SES delivers"),
        ("request_body", size(limits::REQUEST_BODY_BYTES_MAX), "octets", "files go by signed URL"),
        ("page", u64::from(limits::PAGE_ITEMS_MAX), "items", "an answer stays within seconds"),
        ("name", size(limits::NAME_BYTES_MAX), "octets", "names fit on a line"),
        ("new_text", size(limits::TEXT_BYTES_MAX), "octets", in_raw_mail),
        ("contact_addresses", size(limits::CONTACT_ADDRESSES_MAX), "addresses", in_one_write),
        ("message_contacts", size(limits::CONTACT_LINKS_MAX), "contacts", in_one_write),
        ("message_parties", size(limits::PARTIES_MAX), "parties", in_raw_mail),
        ("message_attachments", size(limits::ATTACHMENTS_MAX), "files", in_raw_mail),
    ];
    let lives = [
        ("signed_url_life", limits::SIGNED_URL_LIFE, "a URL that leaks opens little"),
        ("idempotency_key_life", limits::IDEMPOTENCY_LIFE, "callers repeat within a day"),
        ("api_key_life", limits::API_KEY_LIFE_MAX, "a forgotten key ends by itself"),
        ("intake_life", limits::INTAKE_LIFE, "outcomes are kept for a quarter of a year"),
    ];
    let lives = lives.map(|(name, life, reason)| (name, life.as_secs(), "seconds", reason));
    let view = |(name, value, unit, reason)| LimitView {
        name,
        value,
        unit,
        source: LimitSource::Fixed,
        reason,
    };
    rows.into_iter().chain(lives).map(view)
}
