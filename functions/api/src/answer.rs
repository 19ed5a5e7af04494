//! Answers that are no errors.

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use store::idempotent_requests::StoredAnswer;
use store::table::TableFault;

use crate::problem::ApiError;

/// Tells that an answer is one that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// An answer with a JSON body.
#[derive(Clone, Debug)]
pub struct Answer {
    status: StatusCode,
    body: serde_json::Value,
    /// The body as it is given to repeated requests, where it differs: secrets are shown once.
    body_again: Option<serde_json::Value>,
    etag: Option<String>,
    replayed: bool,
}

impl Answer {
    /// 200 with a view.
    ///
    /// # Errors
    /// A view that JSON can't show: a failure of ours.
    pub fn ok(view: &impl Serialize) -> Result<Self, ApiError> {
        Self::new(StatusCode::OK, view)
    }

    /// 201 with the view of what was made.
    ///
    /// # Errors
    /// As [`Answer::ok`].
    pub fn created(view: &impl Serialize) -> Result<Self, ApiError> {
        Self::new(StatusCode::CREATED, view)
    }

    /// 202 with the view of what is under way.
    ///
    /// # Errors
    /// As [`Answer::ok`].
    pub fn accepted(view: &impl Serialize) -> Result<Self, ApiError> {
        Self::new(StatusCode::ACCEPTED, view)
    }

    fn new(status: StatusCode, view: &impl Serialize) -> Result<Self, ApiError> {
        let body = json(view)?;
        // What has a revision is named by it (RFC 9110 section 8.8.3), wherever it is shown alone.
        let etag =
            body.get("rev").and_then(serde_json::Value::as_u64).map(|rev| format!("\"{rev}\""));
        Ok(Self { status, body, body_again: None, etag, replayed: false })
    }

    /// The same answer, and the view that repeated requests get instead.
    ///
    /// # Errors
    /// As [`Answer::ok`].
    pub fn shown_once(mut self, view_again: &impl Serialize) -> Result<Self, ApiError> {
        self.body_again = Some(json(view_again)?);
        Ok(self)
    }

    /// What is kept for repeated requests.
    pub fn to_store(&self) -> StoredAnswer {
        StoredAnswer {
            status: self.status.as_u16(),
            body: self.body_again.as_ref().unwrap_or(&self.body).to_string(),
            etag: self.etag.clone(),
        }
    }

    /// The answer that was kept.
    ///
    /// # Errors
    /// What was stored is no answer: a failure of ours.
    pub fn from_store(stored: &StoredAnswer) -> Result<Self, ApiError> {
        const READ: &str = "read an answer";
        Ok(Self {
            status: StatusCode::from_u16(stored.status).map_err(|e| TableFault::new(READ, e))?,
            body: serde_json::from_str(&stored.body).map_err(|e| TableFault::new(READ, e))?,
            body_again: None,
            etag: stored.etag.clone(),
            replayed: true,
        })
    }
}

fn json(view: &impl Serialize) -> Result<serde_json::Value, ApiError> {
    Ok(serde_json::to_value(view).map_err(|e| TableFault::new("show a record", e))?)
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.body)).into_response();
        let headers = response.headers_mut();
        if let Some(etag) = self.etag.and_then(|etag| HeaderValue::try_from(etag).ok()) {
            headers.insert(header::ETAG, etag);
        }
        if self.replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}
