//! What goes around every request: its id, its log line, problem documents, and caught panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Json;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::ids::RequestId;
use domain::refusal::RefusalCode;
use domain::timestamp::Timestamp;
use flows::error::FlowError;
use futures::FutureExt;
use http::{HeaderName, HeaderValue, StatusCode, header};
use lambda::http::{PROBLEM_MEDIA_TYPE, Problem};
use tracing::{Instrument, error, field, info, info_span};

use crate::app::App;
use crate::problem::Carried;

/// The header that tells the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Answers one request, whatever happens in it.
pub async fn frame(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let began = app.records.clock.now();
    let id = RequestId::from_parts(began, app.records.fresh_bits());
    request.extensions_mut().insert(id);
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    // The path itself stays out of the log: only its pattern is known to hold no address.
    let span = info_span!(
        "request",
        request.id = %id,
        http.method = %request.method(),
        http.route = route.unwrap_or("none"),
        tenant.id = field::Empty,
        user.id = field::Empty,
    );
    async {
        let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = match answered {
            Ok(response) => with_problem(response, id),
            Err(_) => {
                error!("the handler panicked");
                problem_response(&Problem::internal(id), None)
            }
        };
        finish(response, id, began, app.records.clock.now())
    }
    .instrument(span)
    .await
}

fn finish(mut response: Response, id: RequestId, began: Timestamp, now: Timestamp) -> Response {
    let duration_ms = now.millis().saturating_sub(began.millis());
    info!(http.status = response.status().as_u16(), duration_ms, "answered");
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    // Answers are somebody's mail: nothing between us and the caller may keep them.
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Turns a carried error into its problem document.
fn with_problem(mut response: Response, id: RequestId) -> Response {
    let Some(Carried(error)) = response.extensions_mut().remove::<Carried>() else {
        return response;
    };
    log(&error);
    let allow = response.headers_mut().remove(header::ALLOW);
    problem_response(&Problem::of(&error, id), allow)
}

fn log(error: &Arc<FlowError>) {
    match error.as_ref() {
        FlowError::Refused(refused) => info!(refusal.code = %refused.code, "refused"),
        FlowError::Failed(failure) => {
            let source: &dyn std::error::Error = failure;
            error!(error = source, "failed");
        }
    }
}

/// The answer with a problem document.
pub(crate) fn problem_response(problem: &Problem, allow: Option<HeaderValue>) -> Response {
    let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, Json(problem)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
    if status == StatusCode::UNAUTHORIZED {
        // RFC 6750 section 3
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    let wait = [
        (RefusalCode::IdempotencyKeyBusy, domain::limits::IDEMPOTENCY_LEASE),
        (RefusalCode::SendingThrottled, domain::limits::SENDING_PAUSE),
    ];
    if let Some((_, wait)) = wait.iter().find(|(code, _)| code.code() == problem.code) {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
    }
    response
}
