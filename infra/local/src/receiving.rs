//! The receiving side of SES, which the local cloud lacks: what a receipt rule with an S3 action does.
//!
//! The raw mail gets the trace headers SES puts on top, is written to `inbound/` of the mail bucket,
//! and the receipt notification goes to the rule's topic. Shapes: Amazon SES Developer Guide, "Contents
//! of notifications for email receiving". SPF, DKIM and DMARC are not checked here, so their
//! verdicts are GRAY, which is what SES says of a sender without any of them.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use bytes::Bytes;
use jiff::{Timestamp, tz::TimeZone};
use mail_parser::{HeaderValue, MessageParser};
use serde_json::{Value, json};

use crate::{
    aws_calls::{Aws, REGION},
    objects,
};

/// Largest mail SES takes into a bucket, in bytes: 40 MB with headers (SES quotas page).
pub const MAIL_BYTES_MAX: usize = 40 * 1024 * 1024;
/// SES cuts the list of headers in a notification at 10 KB and says so.
const NOTIFIED_HEADER_BYTES_MAX: usize = 10 * 1024;

/// A mail as it came over SMTP.
#[derive(Debug, Clone)]
pub struct ReceivedMail {
    /// Envelope sender; empty for a bounce.
    pub sender: String,
    /// Envelope recipients; at least one.
    pub recipients: Vec<String>,
    /// The mail itself.
    pub raw: Bytes,
}

/// The rule: where mail goes and who is told.
#[derive(Debug, Clone)]
pub struct ReceiptRule {
    aws: Aws,
    bucket: String,
    topic_arn: String,
}

impl ReceiptRule {
    /// A rule that writes to `bucket` and tells `topic_arn`.
    #[must_use]
    pub fn new(aws: Aws, bucket: String, topic_arn: String) -> Self {
        Self { aws, bucket, topic_arn }
    }

    /// Stores a mail and publishes its receipt; answers the object's key.
    ///
    /// # Errors
    /// When the local cloud refuses either.
    pub async fn take(&self, mail: &ReceivedMail) -> Result<String> {
        let (key, notification) = self.store(mail).await?;
        let parameters = [
            ("TopicArn", self.topic_arn.as_str()),
            ("Subject", "Amazon SES Email Receipt Notification"),
            ("Message", &notification.to_string()),
            ("Version", "2010-03-31"),
        ];
        self.aws.query("sns", "Publish", &parameters).await.context("telling of a receipt")?;
        Ok(key)
    }

    /// Stores a mail and tells nobody; answers the object's key and the receipt notification.
    ///
    /// # Errors
    /// When the local cloud refuses the object.
    pub async fn store(&self, mail: &ReceivedMail) -> Result<(String, Value)> {
        let now = Timestamp::now();
        let id = message_id(now);
        let key = format!("inbound/{id}");
        let raw = with_trace_headers(mail, &id, now)?;
        let notification = self.notification(mail, &raw, &id, now);
        objects::put_object(&self.aws, &self.bucket, &key, raw).await?;
        Ok((key, notification))
    }

    fn notification(&self, mail: &ReceivedMail, raw: &[u8], id: &str, now: Timestamp) -> Value {
        let (headers, truncated) = notified_headers(raw);
        json!({
            "notificationType": "Received",
            "mail": {
                "timestamp": milliseconds(now),
                "source": mail.sender,
                "messageId": id,
                "destination": mail.recipients,
                "headersTruncated": truncated,
                "headers": headers,
                "commonHeaders": common_headers(mail, raw),
            },
            "receipt": {
                "timestamp": milliseconds(now),
                "processingTimeMillis": 1,
                "recipients": mail.recipients,
                "spamVerdict": {"status": "PASS"},
                "virusVerdict": {"status": "PASS"},
                "spfVerdict": {"status": "GRAY"},
                "dkimVerdict": {"status": "GRAY"},
                "dmarcVerdict": {"status": "GRAY"},
                "action": {
                    "type": "S3",
                    "topicArn": self.topic_arn,
                    "bucketName": self.bucket,
                    "objectKeyPrefix": "inbound/",
                    "objectKey": format!("inbound/{id}"),
                },
            },
        })
    }
}

/// 40 characters, as SES's are; unique in this process by count and across runs by time.
fn message_id(now: Timestamp) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{:032x}{count:08x}", now.as_nanosecond())
}

pub(crate) fn milliseconds(time: Timestamp) -> String {
    format!("{time:.3}")
}

fn with_trace_headers(mail: &ReceivedMail, id: &str, now: Timestamp) -> Result<Bytes> {
    let date = jiff::fmt::rfc2822::to_string(&now.to_zoned(TimeZone::UTC))
        .context("writing the date of a trace header")?;
    let recipient = mail.recipients.first().context("a mail without recipient")?;
    let headers = format!(
        "Return-Path: <{}>\r\n\
         Received: from client.example (client.example [127.0.0.1])\r\n \
         by inbound-smtp.{REGION}.amazonaws.com with SMTP id {id}\r\n \
         for {recipient};\r\n {date}\r\n\
         X-SES-Spam-Verdict: PASS\r\n\
         X-SES-Virus-Verdict: PASS\r\n\
         Received-SPF: none\r\n\
         Authentication-Results: amazonses.com;\r\n spf=none;\r\n dkim=none;\r\n dmarc=none;\r\n",
        mail.sender
    );
    Ok([headers.as_bytes(), &mail.raw].concat().into())
}

pub(crate) fn notified_headers(raw: &[u8]) -> (Vec<Value>, bool) {
    let Some(message) = MessageParser::new().parse_headers(raw) else { return (vec![], false) };
    let mut headers = Vec::new();
    let mut bytes = 0_usize;
    for (name, value) in message.headers_raw() {
        bytes = bytes.saturating_add(name.len()).saturating_add(value.len());
        if bytes > NOTIFIED_HEADER_BYTES_MAX {
            return (headers, true);
        }
        headers.push(json!({"name": name, "value": value.trim()}));
    }
    (headers, false)
}

pub(crate) fn common_headers(mail: &ReceivedMail, raw: &[u8]) -> Value {
    let mut common = json!({"returnPath": mail.sender});
    let Some(message) = MessageParser::new().parse_headers(raw) else { return common };
    let Some(fields) = common.as_object_mut() else { return common };
    for (field, header) in [("from", "From"), ("to", "To"), ("cc", "Cc")] {
        if let Some(HeaderValue::Address(addresses)) = message.header(header) {
            let texts: Vec<String> = addresses
                .iter()
                .filter_map(|one| match (one.name(), one.address()?) {
                    (Some(name), address) => Some(format!("{name} <{address}>")),
                    (None, address) => Some(address.to_owned()),
                })
                .collect();
            fields.insert(field.to_owned(), json!(texts));
        }
    }
    for (field, header) in [("date", "Date"), ("messageId", "Message-ID"), ("subject", "Subject")] {
        if let Some(text) = message.header_raw(header) {
            fields.insert(field.to_owned(), json!(text.trim()));
        }
    }
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(raw: &str) -> ReceivedMail {
        ReceivedMail {
            sender: "anna@customer.example".to_owned(),
            recipients: vec!["sales@crm.example.com".to_owned(), "b@crm.example.com".to_owned()],
            raw: Bytes::from(raw.to_owned()),
        }
    }

    fn rule() -> ReceiptRule {
        let aws = Aws::new("http://127.0.0.1:1".to_owned());
        ReceiptRule::new(aws, "bucket".to_owned(), "arn:topic".to_owned())
    }

    #[test]
    fn the_receipt_names_bucket_key_and_all_envelope_recipients() {
        let mail = mail("From: Anna <anna@customer.example>\r\nSubject: Hello\r\n\r\nHi\r\n");
        let now = Timestamp::from_second(1_795_353_600).unwrap();
        let raw = with_trace_headers(&mail, "id1", now).unwrap();

        let receipt = rule().notification(&mail, &raw, "id1", now);

        assert_eq!(receipt["notificationType"], "Received");
        assert_eq!(receipt["receipt"]["action"]["bucketName"], "bucket");
        assert_eq!(receipt["receipt"]["action"]["objectKey"], "inbound/id1");
        assert_eq!(receipt["receipt"]["recipients"], json!(mail.recipients));
        assert_eq!(receipt["mail"]["timestamp"], "2026-11-22T13:20:00.000Z");
        assert_eq!(receipt["mail"]["commonHeaders"]["subject"], "Hello");
        assert_eq!(
            receipt["mail"]["commonHeaders"]["from"],
            json!(["Anna <anna@customer.example>"])
        );
        assert_eq!(receipt["mail"]["headersTruncated"], false);
    }

    #[test]
    fn the_stored_mail_is_the_sent_one_under_trace_headers() {
        let mail = mail("Subject: x\r\n\r\nbody\r\n");
        let raw = with_trace_headers(&mail, "id1", Timestamp::UNIX_EPOCH).unwrap();
        let text = String::from_utf8(raw.to_vec()).unwrap();
        assert!(text.starts_with("Return-Path: <anna@customer.example>\r\nReceived: "), "{text}");
        assert!(text.contains(" for sales@crm.example.com;\r\n"), "{text}");
        assert!(text.ends_with("\r\nSubject: x\r\n\r\nbody\r\n"), "{text}");
    }

    #[test]
    fn a_long_list_of_headers_is_cut_and_said_to_be() {
        let many: String = (0..600).map(|n| format!("X-{n}: {n:030}\r\n")).collect();
        let raw = format!("{many}\r\nbody");
        let (headers, truncated) = notified_headers(raw.as_bytes());
        assert!(truncated);
        assert!(headers.len() > 100 && headers.len() < 600, "{}", headers.len());
    }

    #[test]
    fn no_two_mails_get_the_same_id() {
        let now = Timestamp::now();
        let (first, second) = (message_id(now), message_id(now));
        assert_ne!(first, second);
        assert_eq!(first.len(), 40);
    }
}
