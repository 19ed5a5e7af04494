//! Alerts about bounce and complaint rates (I4).

use axum::extract::State;
use domain::alert::{Alert, AlertState, Watched};
use domain::ids::{AlertId, CampaignId};
use domain::permission::{ReadReports, Scope};
use domain::timestamp::Timestamp;
use flows::show_alerts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A rate that was too high, from when it was seen until it was good again.
#[derive(Serialize, ToSchema)]
pub struct AlertView {
    /// Its id.
    #[schema(schema_with = schemas::alert_id)]
    pub id: AlertId,
    /// `open` or `recovered`.
    pub state: &'static str,
    /// `bounces` or `complaints`.
    pub metric: &'static str,
    /// The campaign whose mail it is about; null where it is about all mail.
    #[schema(required, value_type = Option<String>)]
    pub campaign: Option<CampaignId>,
    /// The worst level while it lasted: `alert` or `stop`.
    pub level: &'static str,
    /// The window in which that was seen: `last_day`, `last_week`, `representative` or `campaign`.
    pub window: &'static str,
    /// Recipients whose mail the provider took, then.
    pub sent: u64,
    /// Recipients it counts, then.
    pub count: u64,
    /// Their share in millionths.
    #[schema(required)]
    pub rate_ppm: Option<u64>,
    /// When it began to be seen.
    #[schema(schema_with = schemas::moment)]
    pub opened_at: Timestamp,
    /// When the rate was good again; null while the alert is open.
    #[schema(required, value_type = Option<String>)]
    pub recovered_at: Option<Timestamp>,
}

impl From<Alert> for AlertView {
    fn from(alert: Alert) -> Self {
        let (metric, worst) = (alert.metric, alert.worst);
        Self {
            id: alert.id,
            state: alert.state().name(),
            metric: metric.name(),
            campaign: match alert.about {
                Watched::Sender => None,
                Watched::Campaign(campaign) => Some(campaign),
            },
            level: worst.level.name(),
            window: worst.window.name(),
            sent: worst.volume.sent,
            count: metric.count(worst.volume),
            rate_ppm: metric.rate_ppm(worst.volume),
            opened_at: alert.opened_at,
            recovered_at: alert.recovered_at,
        }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let right = Scope::ReadReports;
    let listed = "Alerts about bounce and complaint rates, the newest first.";
    let state = QueryParameter {
        name: "state",
        description: "Those of one state.",
        one_of: &["open", "recovered"],
    };
    vec![
        Endpoint::get("/v1/alerts", "list_alerts", listed, list)
            .needs(right)
            .with_query(state)
            .lists::<AlertView>(),
        Endpoint::get("/v1/alerts/{id}", "show_alert", "An alert about a rate.", show)
            .needs(right)
            .gives::<AlertView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadReports>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut words) = query.open(&app, &call.allowed)?;
    let named = |text: &str| AlertState::ALL.into_iter().find(|state| state.name() == text);
    let state = words.take("state", "use open or recovered", named)?;
    words.finish()?;
    let listed = show_alerts::list(&app.records, &call.allowed, state, wish).await?;
    page(listed, &seal, AlertView::from)
}

async fn show(
    State(app): State<App>,
    call: Call<ReadReports>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let alert = show_alerts::show(&app.records, &call.allowed, path.get("id")?).await?;
    Answer::ok(&AlertView::from(alert))
}
