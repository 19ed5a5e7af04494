//! Lambda: direct invokes, and one repair the local cloud needs.

use anyhow::{Context, Result, bail};
use http::Method;
use serde_json::{Value, json};

use crate::aws_calls::Aws;

/// Invokes a function as `aws lambda invoke` does and answers its payload.
///
/// # Errors
/// When the function is missing, or ended in an error of its own; the message holds what it said.
pub async fn invoke(aws: &Aws, function: &str, payload: &Value) -> Result<Value> {
    let path = format!("/2015-03-31/functions/{function}/invocations");
    let answer = aws.rest("lambda", Method::POST, &path, payload.to_string().into()).await?;
    let answer = answer.success(&format!("invoking {function}"))?.json()?;
    if answer.get("errorType").is_some() || answer.get("errorMessage").is_some() {
        bail!("{function} failed: {answer}");
    }
    Ok(answer)
}

/// Sets the concurrency of every queue mapping again, as a number.
///
/// The local cloud keeps a template's `!Ref` of a Number parameter as text, and its poller then
/// fails on each round, so that no message is ever taken from the queue.
///
/// # Errors
/// When the local cloud refuses.
pub async fn repair_mappings(aws: &Aws) -> Result<()> {
    const PATH: &str = "/2015-03-31/event-source-mappings/";
    let listed = aws.rest("lambda", Method::GET, PATH, bytes::Bytes::new()).await?;
    let listed = listed.success("listing queue mappings")?.json()?;
    let mappings = listed.get("EventSourceMappings").and_then(Value::as_array);
    for mapping in mappings.context("no list of queue mappings")? {
        let Some(text) = mapping.pointer("/ScalingConfig/MaximumConcurrency") else { continue };
        let number: u32 = match text.as_str() {
            Some(text) => text.parse().context("concurrency of a queue mapping")?,
            None => continue,
        };
        let id = mapping.get("UUID").and_then(Value::as_str).context("mapping without id")?;
        let change = json!({"ScalingConfig": {"MaximumConcurrency": number}});
        aws.rest("lambda", Method::PUT, &format!("{PATH}{id}"), change.to_string().into())
            .await?
            .success("setting the concurrency of a queue mapping")?;
    }
    Ok(())
}
