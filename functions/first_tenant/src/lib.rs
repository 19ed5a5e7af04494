//! From the operator's one invocation to the first tenant of the stack.

pub mod event;

use domain::ids::RequestId;
use flows::error::FlowError;
use flows::make_first_tenant::make_first_tenant;
use flows::ports::Records;
use lambda::batch::chain;
use lambda_runtime::Diagnostic;
use tracing::{error, info, warn};

use event::{Answer, Wanted};

/// Makes the first tenant.
///
/// # Errors
/// A refusal with its code as the error's type and its hint as the message; of a failure of ours only
/// that it is one, the log has the rest.
pub async fn make(records: &Records, wanted: Wanted) -> Result<Answer, Diagnostic> {
    let request = RequestId::from_parts(records.clock.now(), records.fresh_bits());
    match make_first_tenant(records, request, wanted.into()).await {
        Ok(made) => {
            info!(tenant.id = %made.tenant, outcome = "made", "first tenant");
            Ok(made.into())
        }
        Err(error) => Err(told(&error)),
    }
}

/// What the operator is told of an error.
pub fn told(error: &FlowError) -> Diagnostic {
    let (error_type, error_message) = match error {
        FlowError::Refused(refused) => {
            let code = refused.code.code();
            warn!(outcome = code, "first tenant");
            let field = refused.field.as_ref().map(|field| format!("{field}: "));
            let hint = format!("{}{}", field.unwrap_or_default(), refused.hint);
            (code.to_owned(), hint)
        }
        FlowError::Failed(failure) => {
            error!(outcome = "failed", cause = chain(failure), "first tenant");
            let hint = "something of ours did not work: see the log, then try again";
            ("internal_error".to_owned(), hint.to_owned())
        }
    };
    Diagnostic { error_type, error_message }
}

#[cfg(test)]
mod tests;
