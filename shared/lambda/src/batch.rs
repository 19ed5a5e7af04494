//! A batch of queue messages, one after the other, and the partial answer that says which of them have
//! to come again. One message that fails, or makes the program panic, leaves the others alone.

pub mod together;

use std::error::Error;
use std::fmt::Write;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant, SystemTime};

use domain::timestamp::Timestamp;
use flows::error::{Failure, FlowError};
use futures::FutureExt;
use lambda_runtime::Context;
use serde::{Deserialize, Serialize};
use tracing::{error, info, warn};

/// Below this time a message is not begun: it comes again, instead of being cut off in the middle.
const TIME_LEFT_MIN: Duration = Duration::from_secs(15);

/// The event of an SQS mapping.
#[derive(Debug, Deserialize)]
pub struct QueueEvent {
    /// Its messages.
    #[serde(rename = "Records", default)]
    pub messages: Vec<QueueMessage>,
}

/// One message.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QueueMessage {
    /// Its id, which the partial answer names it by.
    pub message_id: String,
    /// What it says.
    #[serde(default)]
    pub body: String,
    #[serde(default)]
    attributes: Attributes,
}

#[derive(Debug, Default, Deserialize)]
struct Attributes {
    /// Milliseconds since 1970, as text.
    #[serde(rename = "SentTimestamp")]
    sent: Option<String>,
}

impl QueueMessage {
    /// When it was sent; 1970 where nobody says.
    pub fn sent_at(&self) -> Timestamp {
        let millis = self.attributes.sent.as_deref().and_then(|millis| millis.parse().ok());
        Timestamp::from_millis(millis.unwrap_or_default())
    }
}

/// The partial batch answer: the messages that have to come again.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchAnswer {
    batch_item_failures: Vec<BatchItemFailure>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BatchItemFailure {
    item_identifier: String,
}

/// What is done with a message after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is done with: another try would end the same.
    Acknowledge,
    /// It comes again, at last to the dead-letter queue.
    Retry,
}

/// What is done after this error.
pub fn after(error: &FlowError) -> Then {
    match error {
        FlowError::Refused(_) => Then::Acknowledge,
        FlowError::Failed(
            Failure::Table(_)
            | Failure::Port(_)
            | Failure::Leased
            | Failure::NotSetUp
            | Failure::Contention,
        ) => Then::Retry,
    }
}

/// Gives each message to `handle`, which answers the outcome's name for the log.
pub async fn each_message(
    event: QueueEvent,
    context: &Context,
    handle: impl AsyncFn(&QueueMessage) -> Result<String, FlowError>,
) -> BatchAnswer {
    let time_left = || context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    each_within(event, time_left, handle).await
}

async fn each_within(
    event: QueueEvent,
    time_left: impl Fn() -> Duration,
    handle: impl AsyncFn(&QueueMessage) -> Result<String, FlowError>,
) -> BatchAnswer {
    let mut answer = BatchAnswer::default();
    for message in event.messages {
        let begun = Instant::now();
        let then = if time_left() < TIME_LEFT_MIN {
            warn!(message.id = message.message_id, outcome = "no_time_left", "message not begun");
            Then::Retry
        } else {
            one(&message, begun, &handle).await
        };
        if then == Then::Retry {
            let item_identifier = message.message_id;
            answer.batch_item_failures.push(BatchItemFailure { item_identifier });
        }
    }
    answer
}

/// Handles one message and writes its line in the log.
async fn one(
    message: &QueueMessage,
    begun: Instant,
    handle: &impl AsyncFn(&QueueMessage) -> Result<String, FlowError>,
) -> Then {
    let id = message.message_id.as_str();
    // What a panic leaves behind is this message's alone: ports keep nothing half-changed.
    // A flow's future is large, and deeper than the compiler follows in one piece: it is boxed.
    let ended = AssertUnwindSafe(Box::pin(handle(message))).catch_unwind().await;
    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    match ended {
        Ok(Ok(outcome)) => {
            info!(message.id = id, outcome, duration_ms, "message handled");
            Then::Acknowledge
        }
        Ok(Err(FlowError::Refused(refused))) => {
            let outcome = refused.code.code();
            warn!(message.id = id, outcome, duration_ms, "message refused");
            after(&FlowError::Refused(refused))
        }
        Ok(Err(failed)) => {
            let cause = chain(&failed);
            error!(message.id = id, outcome = "failed", duration_ms, cause, "message failed");
            after(&failed)
        }
        Err(_) => {
            error!(message.id = id, outcome = "panicked", duration_ms, "message failed");
            Then::Retry
        }
    }
}

/// An error and its sources, each told once.
pub fn chain(error: &dyn Error) -> String {
    let mut told = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !told.ends_with(&text) {
            // Writing to a string does not fail.
            let _ = write!(told, ": {text}");
        }
        source = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use domain::refusal::{RefusalCode, Refused};
    use store::table::TableFault;

    use super::*;

    const PLENTY: Duration = Duration::from_secs(60);

    fn event(bodies: &[&str]) -> QueueEvent {
        let message = |body: &&str| {
            serde_json::json!({
                "messageId": format!("id-{body}"), "receiptHandle": "x", "body": body,
                "attributes": {"SentTimestamp": "1795339800123", "ApproximateReceiveCount": "1"},
            })
        };
        let messages: Vec<_> = bodies.iter().map(message).collect();
        serde_json::from_value(serde_json::json!({ "Records": messages })).unwrap()
    }

    async fn handle(message: &QueueMessage) -> Result<String, FlowError> {
        match message.body.as_str() {
            "refused" => Err(Refused::new(RefusalCode::NotFound, "x").into()),
            "failed" => Err(TableFault::new("get", "closed").into()),
            "panic" => panic!("on purpose"),
            _ => Ok("done".to_owned()),
        }
    }

    async fn again(bodies: &[&str], time_left: Duration) -> serde_json::Value {
        let answer = each_within(event(bodies), || time_left, handle).await;
        serde_json::to_value(answer).unwrap()
    }

    #[tokio::test]
    async fn only_messages_that_failed_come_again_and_a_panic_is_a_failure_of_its_own_message() {
        let answer = again(&["good", "failed", "refused", "panic", "also good"], PLENTY).await;
        let failures = [
            serde_json::json!({"itemIdentifier": "id-failed"}),
            serde_json::json!({"itemIdentifier": "id-panic"}),
        ];
        assert_eq!(answer, serde_json::json!({ "batchItemFailures": failures }));
    }

    #[tokio::test]
    async fn a_good_batch_has_an_empty_answer() {
        let empty = serde_json::json!({"batchItemFailures": []});
        assert_eq!(again(&["good"], PLENTY).await, empty);
        assert_eq!(again(&[], PLENTY).await, empty);
    }

    #[tokio::test]
    async fn messages_that_there_is_no_time_for_come_again_untouched() {
        let untouched = async |_: &QueueMessage| -> Result<String, FlowError> {
            panic!("must not be begun");
        };
        let time_left = || Duration::from_secs(3);
        let answer = each_within(event(&["a", "b"]), time_left, untouched).await;
        assert_eq!(answer.batch_item_failures.len(), 2);
    }

    #[test]
    fn a_message_knows_when_it_was_sent() {
        assert_eq!(event(&["x"]).messages[0].sent_at().to_string(), "2026-11-22T09:30:00.123Z");
        let bare: QueueMessage = serde_json::from_str(r#"{"messageId":"1"}"#).unwrap();
        assert_eq!(bare.sent_at(), Timestamp::default());
    }

    #[test]
    fn a_chain_tells_each_cause_once() {
        let error = FlowError::from(TableFault::new("get", "connection closed"));
        assert_eq!(chain(&error), "the table failed at get: connection closed");
    }
}
