//! A batch handled as a whole, for what is cheaper together; message by message where that fails.

use std::panic::AssertUnwindSafe;
use std::slice;

use flows::error::FlowError;
use futures::FutureExt;
use lambda_runtime::Context;
use tracing::{info, warn};

use super::{BatchAnswer, QueueEvent, QueueMessage, each_message};

/// Gives all messages to `handle` at once, which answers what it came to for the log. Where that
/// fails each is given alone, so that one that can't be handled holds up no other. So `handle` must
/// bear to be given a message again.
pub async fn all_or_each(
    event: QueueEvent,
    context: &Context,
    handle: impl AsyncFn(&[QueueMessage]) -> Result<String, FlowError>,
) -> BatchAnswer {
    let messages = event.messages.len();
    // What a panic leaves behind is this batch's alone: ports keep nothing half-changed.
    let ended = AssertUnwindSafe(Box::pin(handle(&event.messages))).catch_unwind().await;
    if let Ok(Ok(outcome)) = ended {
        info!(messages, outcome, "batch handled");
        return BatchAnswer::default();
    }
    warn!(messages, outcome = "failed", "batch failed: its messages are handled one by one");
    let one = async |message: &QueueMessage| handle(slice::from_ref(message)).await;
    each_message(event, context, one).await
}
