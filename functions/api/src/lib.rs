//! The HTTP API of Mailroom: an axum router over the flows, one module a resource.
//!
//! A handler is thin: its parameters authenticate, check the permission and read the request, a flow
//! does the work, a view struct shows it. No rule of the business is here.

pub mod answer;
pub mod app;
pub mod asked;
pub mod auth;
pub mod cursor;
pub mod endpoint;
pub mod field_values;
pub mod frame;
pub mod idempotency;
pub mod openapi;
pub mod pages;
pub mod patch;
pub mod problem;
pub mod report_csv;
pub mod report_svg;
pub mod resources;
pub mod schemas;
pub mod serve;

use axum::Router;
use axum::middleware::from_fn_with_state;
use domain::refusal::{RefusalCode, Refused};

use app::App;
use problem::ApiError;

/// The service that answers every request of the API.
pub fn router(app: App) -> Router {
    endpoint::routes(resources::endpoints())
        .fallback(no_such_path)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(app.clone(), frame::frame))
        .with_state(app)
}

async fn no_such_path() -> ApiError {
    Refused::new(RefusalCode::PathUnknown, "the OpenAPI document lists the paths").into()
}

async fn no_such_method() -> ApiError {
    Refused::new(RefusalCode::MethodUnknown, "the Allow header lists the methods").into()
}
