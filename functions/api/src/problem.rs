//! Errors of handlers on their way to the frame, which alone knows the request's id.

use axum::response::{IntoResponse, Response};
use domain::refusal::Refused;
use flows::error::FlowError;
use http::StatusCode;
use lambda::http::status;
use std::sync::Arc;

/// Why a handler has no answer.
pub struct ApiError(FlowError);

impl<E: Into<FlowError>> From<E> for ApiError {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The error as an extension of the response: the frame makes the problem document of it.
#[derive(Clone)]
pub(crate) struct Carried(pub Arc<FlowError>);

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match &self.0 {
            FlowError::Refused(Refused { code, .. }) => status(code.kind()),
            FlowError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(Carried(Arc::new(self.0)));
        response
    }
}
