//! A bounce on its way: a mail goes out, comes back, and its address is blocked.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use http::Method;
use serde_json::{Value, json};

use crate::{cloud::Cloud, http_client::Answer, mail_api::MailApi, ses::outcome::Outcome};

/// Somebody who has left; mail to the address comes back.
const ADDRESS: &str = "former.colleague@customer.example";
/// The events of a mail take less than a second on a quiet machine.
const POLLS_MAX: u32 = 600;
const POLL_GAP: Duration = Duration::from_millis(100);

/// Sends the mail, waits until it came back, and tries once more. Tells a person what happened.
///
/// # Errors
/// When the mail can't be sent, or no bounce comes for a minute.
pub async fn show(cloud: &Cloud, api: &MailApi) -> Result<String> {
    cloud.ses().set_outcome(ADDRESS, Outcome::NoEmail)?;
    let sent = send(api, ADDRESS, "local-demo-1").await?.success("sending a mail")?.json()?;
    let id = sent.get("id").and_then(Value::as_str).context("a message without id")?;
    let send = bounced(api, id).await?;
    let text = |name: &str| send.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    let again = send_again(api).await?;
    Ok(format!(
        "\nA mail to {ADDRESS}\n\
         \n  {}  handed over to SES\n  {}  came back: {} ({})\n\n\
         Blocked   the next mail to it: {}\n",
        clock(&text("sent_at")),
        clock(&text("bounced_at")),
        text("status").replace('_', " "),
        text("category"),
        again
    ))
}

/// Sends a short mail in the name of the key's owner.
///
/// # Errors
/// When there is no answer.
pub async fn send(api: &MailApi, to: &str, idempotency_key: &str) -> Result<Answer> {
    let body = json!({"to": [to], "subject": "Our offer", "text": "Is it still of use to you?"});
    let headers = [("idempotency-key", idempotency_key)];
    api.call(Method::POST, "/v1/messages", &headers, &body).await
}

/// The first recipient's record, once the mail came back for him.
async fn bounced(api: &MailApi, id: &str) -> Result<Value> {
    for _ in 0..POLLS_MAX {
        let message = api.get(&format!("/v1/messages/{id}")).await?;
        let send = message.pointer("/sends/0").context("a sent mail without recipients")?;
        let status = send.get("status").and_then(Value::as_str).unwrap_or_default();
        if status.starts_with("bounced") {
            return Ok(send.clone());
        }
        tokio::time::sleep(POLL_GAP).await;
    }
    bail!("no bounce came back\nnext: see .local/cloud/cloud.log")
}

/// What a second mail to the address is answered.
async fn send_again(api: &MailApi) -> Result<String> {
    let answer = send(api, ADDRESS, "local-demo-2").await?;
    let status = answer.status;
    let problem = answer.json()?;
    let of = |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or("-").to_owned();
    Ok(format!("{} {}: {}", status.as_u16(), of("code"), of("hint")))
}

/// Hours, minutes and seconds of an RFC 3339 time.
fn clock(moment: &str) -> &str {
    moment.get(11..19).unwrap_or("--:--:--")
}
