//! Who asks, and whether he may: the parameter type of a handler is the permission it needs.

use axum::extract::FromRequestParts;
use domain::ids::RequestId;
use domain::permission::{Actor, Allowed, Permission};
use domain::refusal::{RefusalCode, Refused};
use flows::authenticate::authenticate;
use http::header::AUTHORIZATION;
use http::request::Parts;
use tracing::Span;

use crate::app::App;
use crate::problem::ApiError;

/// An authenticated request whose caller holds the permission `P`.
pub struct Call<P> {
    /// The permission.
    pub allowed: Allowed<P>,
    /// The caller, for what goes beyond one permission.
    pub actor: Actor,
    /// The request.
    pub request: RequestId,
}

impl<P: Permission + Send> FromRequestParts<App> for Call<P> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let actor = authenticate(&app.records, bearer(parts)?).await?;
        let span = Span::current();
        span.record("tenant.id", actor.tenant().to_string());
        span.record("user.id", actor.user().to_string());
        let allowed = actor.require::<P>()?;
        let request = parts.extensions.get::<RequestId>().copied();
        Ok(Self { allowed, actor, request: request.unwrap_or(RequestId::from_bits(0)) })
    }
}

/// The credentials of `Authorization: Bearer <key>` (RFC 6750 section 2.1; the scheme's case does not
/// matter).
fn bearer(parts: &Parts) -> Result<&str, Refused> {
    let value = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, key) = value.and_then(|value| value.split_once(' ')).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(key.trim());
    }
    let hint = "send `Authorization: Bearer <key>`";
    Err(Refused::new(RefusalCode::KeyMissing, hint))
}
