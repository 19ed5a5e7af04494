//! Inbound routes.

use axum::extract::State;
use domain::ids::{MailboxId, RouteId, UserId};
use domain::permission::{ReadRoutes, Scope, WriteRoutes};
use domain::route::{Route, RouteMatch};
use domain::timestamp::Timestamp;
use flows::manage_routes::{self, NewRoute};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// A route.
#[derive(Serialize, ToSchema)]
pub struct RouteView {
    /// Its id.
    #[schema(schema_with = schemas::route_id)]
    pub id: RouteId,
    /// The address it matches, with any plus tag; null for a domain's route.
    #[schema(required)]
    pub address: Option<String>,
    /// The domain whose other addresses it matches; null for an address's route.
    #[schema(required)]
    pub domain: Option<String>,
    /// Where the mail goes.
    #[schema(schema_with = schemas::mailbox_id)]
    pub mailbox: MailboxId,
    /// Whose mailbox it is.
    #[schema(schema_with = schemas::user_id)]
    pub owner: UserId,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl From<Route> for RouteView {
    fn from(route: Route) -> Self {
        let (address, domain) = match route.matches {
            RouteMatch::Address(address) => (Some(address.expose().to_owned()), None),
            RouteMatch::Domain(domain) => (None, Some(domain)),
        };
        Self {
            id: route.id,
            address,
            domain,
            mailbox: route.mailbox,
            owner: route.owner,
            created_at: route.created_at,
            rev: route.rev,
        }
    }
}

/// A route to make: either an address or a domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteToMake {
    /// One address, with any plus tag.
    #[serde(default)]
    address: Option<String>,
    /// Every address of a domain that has no route of its own.
    #[serde(default)]
    domain: Option<String>,
    /// Where the mail goes.
    #[schema(schema_with = schemas::mailbox_id)]
    mailbox: MailboxId,
}

/// What to change of a route.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutePatch {
    /// Another mailbox.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    mailbox: Member<MailboxId>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/routes";
    const ONE: &str = "/v1/routes/{id}";
    vec![
        Endpoint::get(ALL, "list_routes", "The inbound routes, oldest first.", list)
            .needs(Scope::ReadRoutes)
            .lists::<RouteView>(),
        Endpoint::post(ALL, "create_route", "Leads an address or a domain to a mailbox.", create)
            .needs(Scope::WriteRoutes)
            .takes::<RouteToMake>()
            .creates::<RouteView>(),
        Endpoint::get(ONE, "show_route", "A route.", show)
            .needs(Scope::ReadRoutes)
            .gives::<RouteView>(),
        Endpoint::patch(ONE, "change_route", "Leads a route to another mailbox.", change)
            .needs(Scope::WriteRoutes)
            .takes::<RoutePatch>()
            .gives::<RouteView>(),
        Endpoint::delete(ONE, "delete_route", "Removes a route.", delete)
            .needs(Scope::WriteRoutes)
            .with_status(StatusCode::NO_CONTENT),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadRoutes>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, filter) = query.open(&app, &call.allowed)?;
    filter.finish()?;
    page(manage_routes::list(&app.records, &call.allowed, wish).await?, &seal, RouteView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteRoutes>,
    asked: Asked<RouteToMake>,
) -> Result<Answer, ApiError> {
    let RouteToMake { address, domain, mailbox } = asked.body;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewRoute { address, domain, mailbox };
        let route = manage_routes::create(records, allowed, call.request, origin, new).await?;
        let rev = route.rev;
        Ok(Answer::created(&RouteView::from(route))?.of_revision(rev))
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<ReadRoutes>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_routes::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteRoutes>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<RoutePatch>,
) -> Result<Answer, ApiError> {
    let mailbox = asked.body.mailbox.required("mailbox")?;
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    answer(manage_routes::change(records, allowed, call.request, id, rev, mailbox).await?)
}

async fn delete(
    State(app): State<App>,
    call: Call<WriteRoutes>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<StatusCode, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    manage_routes::delete(records, allowed, call.request, id, rev).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(route: Route) -> Result<Answer, ApiError> {
    let rev = route.rev;
    Ok(Answer::ok(&RouteView::from(route))?.of_revision(rev))
}
