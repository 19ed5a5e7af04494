//! POSTs that make or send something, and may be sent again with the same `Idempotency-Key`.

use std::future::Future;

use flows::error::FlowError;
use flows::origin::Origin;
use flows::repeat_request::{self, KeyedRequest, Repeat};
use tracing::error;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::Keyed;
use crate::auth::Call;
use crate::problem::ApiError;

/// Does `work` once for an idempotency key and gives its answer to every request with that key. Without
/// a key it just works. What is refused or fails is not kept: it has made nothing, and may come again.
///
/// # Errors
/// Those of `work`, and the refusals of [`repeat_request::begin`].
pub async fn once<P, F>(
    app: &App,
    call: &Call<P>,
    keyed: &Keyed,
    work: impl FnOnce(Origin) -> F,
) -> Result<Answer, ApiError>
where
    F: Future<Output = Result<Answer, ApiError>>,
{
    let records = &app.records;
    let Some(key) = &keyed.key else {
        return work(Origin::fresh(records)).await;
    };
    let asked = KeyedRequest {
        tenant: call.allowed.tenant(),
        user: call.allowed.user(),
        key,
        target: &keyed.target,
        body: &keyed.octets,
    };
    let held = match repeat_request::begin(records, asked).await? {
        Repeat::Answered(stored) => return Answer::from_store(&stored),
        Repeat::Work(held) => held,
    };
    let outcome = work(held.origin).await;
    let kept = match &outcome {
        Ok(answer) => repeat_request::keep(records, held, answer.to_store()).await,
        Err(_) => repeat_request::let_go(records, held).await,
    };
    // What was made is made: the caller gets its answer. A repeated request finds the lease run out,
    // works again from the same origin and finds the same thing.
    if let Err(FlowError::Failed(failure)) = kept {
        let source: &dyn std::error::Error = &failure;
        error!(error = source, "could not keep the answer of an idempotent request");
    }
    outcome
}
