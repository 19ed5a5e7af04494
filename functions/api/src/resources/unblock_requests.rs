//! Requests to lift permanent blocks: one administrator opens, another confirms (H6).

use axum::extract::State;
use domain::ids::{UnblockRequestId, UserId};
use domain::permission::{OverrideBlocks, Scope};
use domain::suppression_id::SuppressionId;
use domain::timestamp::Timestamp;
use domain::unblock_request::{Decision, UnblockRequest};
use flows::unblock_requests::{self, NewUnblockRequest};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::suppressions::LiftView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A request to lift permanent blocks.
#[derive(Serialize, ToSchema)]
pub struct UnblockRequestView {
    /// Its id.
    #[schema(schema_with = schemas::unblock_request_id)]
    pub id: UnblockRequestId,
    /// `open`, `confirmed`, `withdrawn` or `expired`.
    pub state: &'static str,
    /// The blocks.
    #[schema(value_type = Vec<String>)]
    pub ids: Vec<SuppressionId>,
    /// Why they may be lifted.
    pub reason: String,
    /// Who opened it.
    #[schema(schema_with = schemas::user_id)]
    pub opened_by: UserId,
    /// When.
    #[schema(schema_with = schemas::moment)]
    pub opened_at: Timestamp,
    /// Until when another administrator can confirm it.
    #[schema(schema_with = schemas::moment)]
    pub open_until: Timestamp,
    /// How it was decided; null while it is open.
    #[schema(required)]
    pub decision: Option<DecisionView>,
    /// Revision.
    pub rev: u64,
}

/// How a request was decided.
#[derive(Serialize, ToSchema)]
pub struct DecisionView {
    /// Who decided.
    #[schema(schema_with = schemas::user_id)]
    pub by: UserId,
    /// When.
    #[schema(schema_with = schemas::moment)]
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// Which blocks were lifted.
    #[schema(value_type = Vec<String>)]
    pub lifted: Vec<SuppressionId>,
}

impl From<Decision> for DecisionView {
    fn from(decision: Decision) -> Self {
        let Decision { outcome: _, by, at, reason, lifted } = decision;
        Self { by, at, reason, lifted: lifted.into_iter().collect() }
    }
}

fn view(request: UnblockRequest, now: Timestamp) -> UnblockRequestView {
    UnblockRequestView {
        id: request.id,
        state: request.state(now).name(),
        ids: request.blocks.into_iter().collect(),
        reason: request.reason,
        opened_by: request.opened_by,
        opened_at: request.opened_at,
        open_until: request.open_until,
        decision: request.decision.map(DecisionView::from),
        rev: request.rev,
    }
}

/// A request to open.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnblockRequestToOpen {
    /// The blocks, at most 50.
    #[schema(value_type = Vec<String>, max_items = 50)]
    ids: Vec<SuppressionId>,
    /// Why they may be lifted.
    reason: String,
    /// That what led to the blocks is resolved: must be true.
    #[serde(default)]
    cause_resolved: bool,
}

/// Why somebody decides as he does.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionToMake {
    /// Why.
    reason: String,
}

/// What a confirmed request came to.
#[derive(Serialize, ToSchema)]
pub struct ConfirmedView {
    /// The request.
    pub request: UnblockRequestView,
    /// What became of each block.
    pub items: Vec<LiftView>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/unblock_requests";
    const ONE: &str = "/v1/unblock_requests/{id}";
    const CONFIRM: &str = "/v1/unblock_requests/{id}/confirm";
    const WITHDRAW: &str = "/v1/unblock_requests/{id}/withdraw";
    let right = Scope::OverrideBlocks;
    let listed = "Requests to lift permanent blocks, the newest first.";
    let opens = "Asks another administrator to lift permanent blocks.";
    let confirms = "Lifts the blocks, as an administrator other than the opener.";
    vec![
        Endpoint::get(ALL, "list_unblock_requests", listed, list)
            .needs(right)
            .lists::<UnblockRequestView>(),
        Endpoint::post(ALL, "open_unblock_request", opens, open)
            .needs(right)
            .takes::<UnblockRequestToOpen>()
            .creates::<UnblockRequestView>(),
        Endpoint::get(ONE, "show_unblock_request", "A request to lift permanent blocks.", show)
            .needs(right)
            .gives::<UnblockRequestView>(),
        Endpoint::post(CONFIRM, "confirm_unblock_request", confirms, confirm)
            .needs(right)
            .takes::<DecisionToMake>()
            .gives::<ConfirmedView>(),
        Endpoint::post(WITHDRAW, "withdraw_unblock_request", "Takes a request back.", withdraw)
            .needs(right)
            .takes::<DecisionToMake>()
            .gives::<UnblockRequestView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<OverrideBlocks>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = unblock_requests::list(&app.records, &call.allowed, wish).await?;
    let now = app.records.clock.now();
    page(listed, &seal, |request| view(request, now))
}

async fn open(
    State(app): State<App>,
    call: Call<OverrideBlocks>,
    asked: Asked<UnblockRequestToOpen>,
) -> Result<Answer, ApiError> {
    let UnblockRequestToOpen { ids, reason, cause_resolved } = asked.body;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewUnblockRequest { ids, reason, cause_resolved };
        let opened = unblock_requests::open(records, allowed, call.request, origin, new).await?;
        Answer::created(&view(opened, records.clock.now()))
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<OverrideBlocks>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let found = unblock_requests::show(&app.records, &call.allowed, path.get("id")?).await?;
    Answer::ok(&view(found, app.records.clock.now()))
}

async fn confirm(
    State(app): State<App>,
    call: Call<OverrideBlocks>,
    path: PathWords,
    asked: Asked<DecisionToMake>,
) -> Result<Answer, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let (list, reason) = (app.suppression_list.as_ref(), &asked.body.reason);
    let confirmed =
        unblock_requests::confirm(records, list, allowed, call.request, id, reason).await?;
    Answer::ok(&ConfirmedView {
        request: view(confirmed.request, records.clock.now()),
        items: confirmed.lines.into_iter().map(LiftView::from).collect(),
    })
}

async fn withdraw(
    State(app): State<App>,
    call: Call<OverrideBlocks>,
    path: PathWords,
    asked: Asked<DecisionToMake>,
) -> Result<Answer, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let reason = &asked.body.reason;
    let withdrawn = unblock_requests::withdraw(records, allowed, call.request, id, reason).await?;
    Answer::ok(&view(withdrawn, records.clock.now()))
}
