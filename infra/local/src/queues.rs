//! SQS: how much waits where.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::aws_calls::Aws;

/// Messages of one queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Depth {
    /// Messages nobody works on.
    pub waiting: u64,
    /// Messages a function has taken.
    pub in_work: u64,
}

/// Reads how many messages a queue holds.
///
/// # Errors
/// When there is no such queue.
pub async fn depth(aws: &Aws, queue_url: &str) -> Result<Depth> {
    let request = json!({"QueueUrl": queue_url, "AttributeNames": ["All"]});
    let answer = aws.json("sqs", "AmazonSQS.GetQueueAttributes", &request).await?;
    let count = |name: &str| -> Result<u64> {
        let text = answer.pointer(&format!("/Attributes/{name}")).and_then(Value::as_str);
        text.with_context(|| format!("queue without {name}"))?.parse().context("reading a count")
    };
    Ok(Depth {
        waiting: count("ApproximateNumberOfMessages")?,
        in_work: count("ApproximateNumberOfMessagesNotVisible")?,
    })
}

/// Puts one message on a queue, as tests of repeated events need.
///
/// # Errors
/// When there is no such queue.
pub async fn send(aws: &Aws, queue_url: &str, body: &str) -> Result<()> {
    let request = json!({"QueueUrl": queue_url, "MessageBody": body});
    aws.json("sqs", "AmazonSQS.SendMessage", &request).await?;
    Ok(())
}
