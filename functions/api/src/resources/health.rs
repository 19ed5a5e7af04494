//! Whether the API answers, and which version does.

use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;

/// That the API answers.
#[derive(Serialize, ToSchema)]
pub struct HealthView {
    /// Always `ok`.
    pub status: &'static str,
    /// The version that answers.
    pub version: &'static str,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Whether the API answers, and its version; needs no key.";
    vec![Endpoint::get("/v1/health", "show_health", summary, show).gives::<HealthView>()]
}

async fn show() -> Result<Answer, ApiError> {
    Answer::ok(&HealthView { status: "ok", version: env!("CARGO_PKG_VERSION") })
}
