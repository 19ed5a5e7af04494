//! Inbound routes.

use std::time::Duration;

use axum::extract::State;
use domain::ids::{MailboxId, RouteId, UserId};
use domain::limits::{ADDRESS_GRACE, ADDRESS_GRACE_MAX};
use domain::permission::{Allowed, ReadRoutes, RotateRoutes, Scope, WriteRoutes};
use domain::refusal::{RefusalCode, Refused};
use domain::route::{Route, RouteMatch};
use domain::route_purpose::Purpose;
use domain::timestamp::Timestamp;
use domain::user::Role;
use flows::manage_routes::{self, NewRoute, RouteChange};
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
use crate::resources::route_views::{DropboxView, OrganizationView};
use crate::schemas;

/// A route.
#[derive(Serialize, ToSchema)]
pub struct RouteView {
    /// Its id.
    #[schema(schema_with = schemas::route_id)]
    pub id: RouteId,
    /// What comes in by it.
    #[schema(schema_with = schemas::route_kind)]
    pub kind: &'static str,
    /// The address it matches, with any plus tag; null for a domain's route, and for a secret address
    /// of somebody else where the caller is no administrator.
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
    /// How mail is taken; null where it is no organization address.
    #[schema(required)]
    pub organization: Option<OrganizationView>,
    /// How mail is filed; null where it is no dropbox.
    #[schema(required)]
    pub dropbox: Option<DropboxView>,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl RouteView {
    fn of<P>(route: Route, allowed: &Allowed<P>) -> Self {
        let may_know = !route.purpose.is_secret()
            || route.owner == allowed.user()
            || allowed.role() >= Role::Admin;
        let (address, domain) = match route.matches {
            RouteMatch::Address(address) => {
                (Some(address.expose().to_owned()).filter(|_| may_know), None)
            }
            RouteMatch::Domain(domain) => (None, Some(domain)),
        };
        let kind = route.purpose.name();
        let (organization, dropbox) = match &route.purpose {
            Purpose::Mailbox | Purpose::Forwarding => (None, None),
            Purpose::Organization(rules) => (Some(rules.into()), None),
            Purpose::Dropbox(rules) => (None, Some(rules.into())),
        };
        Self {
            id: route.id,
            kind,
            address,
            domain,
            mailbox: route.mailbox,
            owner: route.owner,
            organization,
            dropbox,
            created_at: route.created_at,
            rev: route.rev,
        }
    }
}

/// A route to make: either an address or a domain. The address of a forwarding address or a dropbox is
/// made by us, in the given domain.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteToMake {
    /// What comes in by it: `mailbox` where it is missing.
    #[serde(default)]
    #[schema(schema_with = schemas::route_kind)]
    kind: Option<KindToMake>,
    /// One address, with any plus tag.
    #[serde(default)]
    address: Option<String>,
    /// Every address of a domain that has no route of its own.
    #[serde(default)]
    domain: Option<String>,
    /// Where the mail goes.
    #[schema(schema_with = schemas::mailbox_id)]
    mailbox: MailboxId,
    /// How mail is taken, for an organization address.
    #[serde(default)]
    organization: Option<OrganizationView>,
    /// How mail is filed, for a dropbox.
    #[serde(default)]
    dropbox: Option<DropboxView>,
}

/// What a route to make is for.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindToMake {
    Mailbox,
    Organization,
    Forwarding,
    Dropbox,
}

fn purpose(
    kind: KindToMake,
    organization: Option<OrganizationView>,
    dropbox: Option<DropboxView>,
) -> Result<Purpose, Refused> {
    let beside = |field| {
        let hint = "this kind of route does not take it";
        Refused::field(RefusalCode::FieldInvalid, field, hint)
    };
    match (kind, organization, dropbox) {
        (KindToMake::Mailbox, None, None) => Ok(Purpose::Mailbox),
        (KindToMake::Forwarding, None, None) => Ok(Purpose::Forwarding),
        (KindToMake::Organization, Some(rules), None) => {
            Ok(Purpose::Organization(rules.try_into()?))
        }
        (KindToMake::Organization, None, _) => {
            let hint = "say at least which `module` an unknown sender becomes";
            Err(Refused::field(RefusalCode::FieldMissing, "organization", hint))
        }
        (KindToMake::Dropbox, None, rules) => {
            Ok(Purpose::Dropbox(rules.map(Into::into).unwrap_or_default()))
        }
        (_, Some(_), None) => Err(beside("organization")),
        (_, _, Some(_)) => Err(beside("dropbox")),
    }
}

/// What to change of a route.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoutePatch {
    /// Another mailbox.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    mailbox: Member<MailboxId>,
    /// Other rules of an organization address, all of them.
    #[serde(default)]
    #[schema(value_type = Option<OrganizationView>)]
    organization: Member<OrganizationView>,
    /// Other rules of a dropbox, all of them.
    #[serde(default)]
    #[schema(value_type = Option<DropboxView>)]
    dropbox: Member<DropboxView>,
}

/// How long the old address still takes mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grace {
    /// Days, at most 30; 7 where it is missing, and 0 where the old address shall be dead at once.
    #[serde(default)]
    grace_days: Option<u64>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/routes";
    const ONE: &str = "/v1/routes/{id}";
    const ROTATE: &str = "/v1/routes/{id}/rotate";
    let rotates = "Gives a route another secret address; the old one dies after a grace time.";
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
        Endpoint::post(ROTATE, "rotate_route", rotates, rotate)
            .needs(Scope::RotateRoutes)
            .takes::<Grace>()
            .gives::<RouteView>(),
        Endpoint::patch(ONE, "change_route", "Changes mailbox or rules of a route.", change)
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
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = manage_routes::list(&app.records, &call.allowed, wish).await?;
    page(listed, &seal, |route| RouteView::of(route, &call.allowed))
}

async fn create(
    State(app): State<App>,
    call: Call<WriteRoutes>,
    asked: Asked<RouteToMake>,
) -> Result<Answer, ApiError> {
    let RouteToMake { kind, address, domain, mailbox, organization, dropbox } = asked.body;
    let purpose = purpose(kind.unwrap_or(KindToMake::Mailbox), organization, dropbox)?;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewRoute { address, domain, mailbox, purpose };
        let route = manage_routes::create(records, allowed, call.request, origin, new).await?;
        Answer::created(&RouteView::of(route, allowed))
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<ReadRoutes>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let route = manage_routes::show(&app.records, &call.allowed, path.get("id")?).await?;
    answer(route, &call.allowed)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteRoutes>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<RoutePatch>,
) -> Result<Answer, ApiError> {
    let RoutePatch { mailbox, organization, dropbox } = asked.body;
    let mailbox = mailbox.required("mailbox")?;
    let organization = organization.required("organization")?;
    let dropbox = dropbox.required("dropbox")?;
    let purpose = match (organization, dropbox) {
        (None, None) => None,
        (Some(rules), None) => Some(purpose(KindToMake::Organization, Some(rules), None)?),
        (organization, Some(rules)) => {
            Some(purpose(KindToMake::Dropbox, organization, Some(rules))?)
        }
    };
    let change = RouteChange { mailbox, purpose };
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let route = manage_routes::change(records, allowed, call.request, id, rev, change).await?;
    answer(route, allowed)
}

async fn rotate(
    State(app): State<App>,
    call: Call<RotateRoutes>,
    path: PathWords,
    asked: Asked<Grace>,
) -> Result<Answer, ApiError> {
    let days = asked.body.grace_days;
    let grace = days.map_or(ADDRESS_GRACE, |days| Duration::from_secs(days.saturating_mul(86_400)));
    if grace > ADDRESS_GRACE_MAX {
        let refused = Refused::field(RefusalCode::FieldInvalid, "grace_days", "at most 30 days");
        return Err(refused.with_limit(ADDRESS_GRACE_MAX.as_secs() / 86_400).into());
    }
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let route = manage_routes::rotate(records, allowed, call.request, id, grace).await?;
    answer(route, allowed)
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

fn answer<P>(route: Route, allowed: &Allowed<P>) -> Result<Answer, ApiError> {
    Answer::ok(&RouteView::of(route, allowed))
}
