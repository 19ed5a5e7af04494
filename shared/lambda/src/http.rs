//! From a flow's error to an HTTP answer: status and problem document (RFC 9457).

use domain::ids::RequestId;
use domain::refusal::{RefusalCode, RefusalKind, Refused};
use domain::timestamp::Timestamp;
use flows::error::{Failure, FlowError};
use http::StatusCode;
use serde::Serialize;

/// Media type of a problem document.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// A problem document. Nothing in it comes from inside: no error text, no address, no path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Names the sort of problem: `urn:mailroom:problem:` and the code.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// One short English sentence, the same for every problem of the code.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// The stable code.
    pub code: &'static str,
    /// What the caller can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The field it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The bound that was crossed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// From when on the same request may succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<Timestamp>,
    /// The id of the thing that stands in the way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub existing: Option<String>,
    /// The fields in which that thing differs from what was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<String>,
    /// The request, to find it in the log.
    pub request_id: RequestId,
}

/// The code of a failure of ours.
pub const INTERNAL_CODE: &str = "internal_error";

impl Problem {
    /// The problem of a flow that did not do what was asked.
    pub fn of(error: &FlowError, request_id: RequestId) -> Self {
        match error {
            FlowError::Refused(refused) => Self::of_refusal(refused, request_id),
            FlowError::Failed(Failure::Table(_) | Failure::Port(_) | Failure::NotSetUp) => {
                Self::internal(request_id)
            }
            FlowError::Failed(Failure::Leased) => {
                let hint = "another worker has it in hand: try again in two minutes";
                Self::of_refusal(&Refused::new(RefusalCode::IntakeBusy, hint), request_id)
            }
            FlowError::Failed(Failure::Contention) => {
                let hint = "wait a moment, then send the same request again";
                Self::of_refusal(&Refused::new(RefusalCode::TooMuchContention, hint), request_id)
            }
        }
    }

    /// The problem of a refusal.
    pub fn of_refusal(refused: &Refused, request_id: RequestId) -> Self {
        let existing = refused.existing.as_deref();
        Self {
            type_uri: type_uri(refused.code.code()),
            title: refused.code.title(),
            status: status(refused.code.kind()).as_u16(),
            code: refused.code.code(),
            hint: Some(refused.hint.clone()),
            field: refused.field.clone(),
            limit: refused.limit,
            retry_at: refused.retry_at,
            existing: existing.map(|existing| existing.id.clone()),
            differences: existing.map_or_else(Vec::new, |existing| existing.differences.clone()),
            request_id,
        }
    }

    /// The problem of a failure of ours.
    pub fn internal(request_id: RequestId) -> Self {
        Self {
            type_uri: type_uri(INTERNAL_CODE),
            title: "Something of ours did not work.",
            status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
            code: INTERNAL_CODE,
            hint: Some(
                "send the same request again; if it stays so, name the request_id".to_owned(),
            ),
            field: None,
            limit: None,
            retry_at: None,
            existing: None,
            differences: Vec::new(),
            request_id,
        }
    }
}

fn type_uri(code: &str) -> String {
    format!("urn:mailroom:problem:{code}")
}

/// The HTTP status of a sort of refusal.
pub fn status(kind: RefusalKind) -> StatusCode {
    match kind {
        RefusalKind::Malformed => StatusCode::BAD_REQUEST,
        RefusalKind::TooOften => StatusCode::TOO_MANY_REQUESTS,
        RefusalKind::Unauthenticated => StatusCode::UNAUTHORIZED,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::WrongMethod => StatusCode::METHOD_NOT_ALLOWED,
        RefusalKind::Conflict => StatusCode::CONFLICT,
        RefusalKind::RevisionMismatch => StatusCode::PRECONDITION_FAILED,
        RefusalKind::RevisionMissing => StatusCode::PRECONDITION_REQUIRED,
        RefusalKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        RefusalKind::WrongMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        RefusalKind::Rule => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

#[cfg(test)]
mod tests {
    use store::table::TableFault;

    use super::*;

    fn id() -> RequestId {
        RequestId::from_bits(7)
    }

    #[test]
    fn a_refusal_becomes_its_status_and_names_field_and_hint() {
        let refused = Refused::field(RefusalCode::FieldTooLong, "name", "shorten it");
        let problem = Problem::of(&refused.with_limit(200).into(), id());
        assert_eq!((problem.status, problem.code), (422, "field_too_long"));
        assert_eq!(problem.field.as_deref(), Some("name"));
        assert_eq!(problem.limit, Some(200));
        assert_eq!(problem.type_uri, "urn:mailroom:problem:field_too_long");
    }

    #[test]
    fn a_failure_of_ours_tells_nothing_of_its_inside() {
        let fault = TableFault::new("get", "socket of 10.0.0.7 closed");
        let problem = Problem::of(&fault.into(), id());
        assert_eq!((problem.status, problem.code), (500, "internal_error"));
        assert!(!format!("{problem:?}").contains("10.0.0.7"));
    }

    #[test]
    fn contention_is_a_conflict_that_the_caller_can_repeat() {
        let problem = Problem::of(&Failure::Contention.into(), id());
        assert_eq!((problem.status, problem.code), (409, "too_much_contention"));
    }
}
