//! The event each function is measured with.

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::{
    cloud::Cloud,
    demo::{self, MAIL_DOMAIN},
    receiving::ReceivedMail,
};

/// Size of the measured mail.
const MAIL_BYTES: usize = 20_000;

/// A fresh event for a function: a new mail each time, a read of the contacts, a refused second tenant.
///
/// # Errors
/// When the local cloud does not take the mail.
pub async fn event(cloud: &Cloud, function: &str) -> Result<Value> {
    match function {
        "inbound_mail" => {
            let receipt = cloud.stack().store(&mail()).await?;
            Ok(queue_message(&receipt))
        }
        "mail_events" => Ok(queue_message(&delivery_event())),
        // A round without a change: what is measured is the start.
        "index_mail" => Ok(json!({"Records": []})),
        "api" => Ok(request("/v1/contacts", &cloud.tenant().api_key)),
        "first_tenant" => Ok(demo::payload()),
        "sweep_objects" | "daily_review" => Ok(json!({})),
        other => bail!("there is no sample event for {other}"),
    }
}

/// Makes sure that a function did what is measured, and did not fail fast.
///
/// # Errors
/// When its answer is another than the sample event gives.
pub fn check(function: &str, answer: &Value) -> Result<()> {
    let right = match function {
        "inbound_mail" | "index_mail" | "mail_events" => {
            answer.get("batchItemFailures") == Some(&json!([]))
        }
        "api" => answer.get("statusCode") == Some(&json!(200)),
        "sweep_objects" => answer.get("looked_at").is_some(),
        "daily_review" => answer.get("tenants").is_some(),
        "first_tenant" => answer.get("errorType") == Some(&json!("tenant_exists")),
        _ => false,
    };
    if !right {
        bail!("{function} answered {answer}");
    }
    Ok(())
}

fn queue_message(body: &Value) -> Value {
    json!({"Records": [{
        "messageId": "00000000-0000-4000-8000-000000000000",
        "receiptHandle": "handle",
        "body": body.to_string(),
        "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "0"},
        "messageAttributes": {},
        "md5OfBody": "",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:mailroom-queue",
        "awsRegion": "eu-west-1",
    }]})
}

/// A delivery of a mail that has no record any more: read, looked up, counted nowhere.
fn delivery_event() -> Value {
    json!({
        "eventType": "Delivery",
        "mail": {
            "timestamp": "2026-11-22T13:00:00.000Z",
            "messageId": "0100000000000000-00000000-0000-0000-0000-000000000000-000000",
            "source": format!("sales@{MAIL_DOMAIN}"),
            "destination": ["anna@customer.example"],
            "tags": {
                "tenant": ["ten_00000000000000000000000001"],
                "message": ["msg_00000000000000000000000001"],
            },
        },
        "delivery": {
            "timestamp": "2026-11-22T13:00:01.000Z",
            "recipients": ["anna@customer.example"],
        },
    })
}

fn mail() -> ReceivedMail {
    let line = "The quick brown fox jumps over the lazy dog, and then once more.\r\n";
    let now = jiff::Timestamp::now().as_nanosecond();
    let raw = format!(
        "From: Anna <anna@customer.example>\r\nTo: sales@{MAIL_DOMAIN}\r\nSubject: Measured\r\n\
         Message-ID: <{now}@customer.example>\r\nDate: Sun, 22 Nov 2026 13:00:00 +0000\r\n\r\n{}",
        line.repeat(MAIL_BYTES / line.len())
    );
    ReceivedMail {
        sender: "anna@customer.example".to_owned(),
        recipients: vec![format!("sales@{MAIL_DOMAIN}")],
        raw: raw.into(),
    }
}

fn request(path: &str, key: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": format!("GET {path}"),
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"authorization": format!("Bearer {key}"), "host": "localhost"},
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "api",
            "domainName": "localhost",
            "domainPrefix": "api",
            "http": {
                "method": "GET",
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "measure",
            },
            "requestId": "request",
            "routeKey": format!("GET {path}"),
            "stage": "$default",
            "time": "22/Nov/2026:13:00:00 +0000",
            "timeEpoch": 1_795_352_400_000_i64,
        },
        "isBase64Encoded": false,
    })
}
