//! What a message of the inbound queue announces.
//!
//! ```text
//! shape                                       whose
//! {"notificationType": "Received", ...}       SES: receipt notification of the S3 action
//! {"Records": [{"eventSource": "aws:s3"...    S3: objects made; each record is an announcement
//! {"Event": "s3:TestEvent", ...}              S3: set-up of a notification; announces nothing
//! {"Type": "Notification", "Message": ...     SNS: one of the above within
//! {"retry_intake": "int_..."}                 ours (flows::ports::Work)
//! {"take_in": {"bucket": ..., "raw": ...}}    ours: an object that no event announced
//! ```
//! Sources: "Contents of notifications for Amazon SES email receiving", "Event message structure" of
//! the S3 guide, "Amazon SNS message and JSON formats".

use std::collections::BTreeMap;

use domain::message::RawMail;
use domain::timestamp::Timestamp;
use flows::ports::Work;
use flows::take_in_mail::{Announcement, MailArrived, Unreadable};
use serde::Deserialize;

/// Reads the body of a message that was sent at that moment. What can't be read is kept as
/// [`Announcement::Unreadable`]: a mail may hang on it.
pub fn read(body: &str, sent_at: Timestamp) -> Vec<Announcement> {
    match serde_json::from_str(body) {
        Ok(Work::RetryIntake(intake)) => return vec![Announcement::Retry(intake)],
        Ok(Work::TakeIn(object)) => return vec![Announcement::Arrived(object.into())],
        // What topics tell of sent mail is another queue's: here it is as good as unreadable.
        Ok(Work::ApplyNote(_)) | Err(_) => {}
    }
    let shape = serde_json::from_str::<Shape>(body).ok().and_then(unwrapped);
    let unreadable =
        || Announcement::Unreadable(Unreadable { body: body.to_owned(), announced_at: sent_at });
    match shape {
        Some(Shape { event: Some(event), records: None, .. }) if event == "s3:TestEvent" => vec![],
        Some(Shape { records: Some(records), .. }) if !records.is_empty() => {
            let read = |record: Record| made(record, sent_at).unwrap_or_else(unreadable);
            records.into_iter().map(read).collect()
        }
        Some(Shape { notification_type: Some(kind), receipt: Some(receipt), .. })
            if kind == "Received" =>
        {
            vec![received(receipt, sent_at).unwrap_or_else(unreadable)]
        }
        Some(_) | None => vec![unreadable()],
    }
}

/// Everything that a body can have; which of the shapes it is shows in what it has.
#[derive(Deserialize)]
struct Shape {
    #[serde(rename = "Type")]
    envelope: Option<String>,
    #[serde(rename = "Message")]
    message: Option<String>,
    #[serde(rename = "Event")]
    event: Option<String>,
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
    #[serde(rename = "notificationType")]
    notification_type: Option<String>,
    receipt: Option<Receipt>,
}

/// The message within an SNS envelope, or the body itself.
fn unwrapped(shape: Shape) -> Option<Shape> {
    match (shape.envelope.as_deref(), &shape.message) {
        (Some("Notification"), Some(message)) => serde_json::from_str(message).ok(),
        (Some(_), _) => None,
        (None, _) => Some(shape),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Receipt {
    timestamp: Option<String>,
    #[serde(default)]
    recipients: Vec<String>,
    action: Option<Action>,
    spf_verdict: Option<Verdict>,
    dkim_verdict: Option<Verdict>,
    dmarc_verdict: Option<Verdict>,
    spam_verdict: Option<Verdict>,
    virus_verdict: Option<Verdict>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    #[serde(rename = "type")]
    kind: String,
    bucket_name: Option<String>,
    object_key: Option<String>,
}

#[derive(Deserialize)]
struct Verdict {
    status: Option<String>,
}

/// A receipt: only the S3 action says where the raw mail is. It names no version and no size.
fn received(receipt: Receipt, sent_at: Timestamp) -> Option<Announcement> {
    let action = receipt.action.filter(|action| action.kind == "S3")?;
    let key = action.object_key.filter(|key| !key.is_empty())?;
    let verdicts = [
        ("spf", receipt.spf_verdict),
        ("dkim", receipt.dkim_verdict),
        ("dmarc", receipt.dmarc_verdict),
        ("spam", receipt.spam_verdict),
        ("virus", receipt.virus_verdict),
    ];
    let told = |(name, verdict): (&str, Option<Verdict>)| {
        Some((name.to_owned(), verdict?.status?.to_ascii_lowercase()))
    };
    Some(Announcement::Arrived(MailArrived {
        bucket: action.bucket_name?,
        raw: RawMail { key, version: None, size_bytes: 0 },
        recipients: receipt.recipients,
        verdicts: verdicts.into_iter().filter_map(told).collect(),
        announced_at: moment(receipt.timestamp.as_deref(), sent_at),
    }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    event_name: Option<String>,
    event_time: Option<String>,
    s3: Option<Stored>,
}

#[derive(Deserialize)]
struct Stored {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Object {
    key: String,
    #[serde(default)]
    size: u64,
    version_id: Option<String>,
}

/// A record of S3. There is no receipt: recipients and verdicts stand in the mail itself.
fn made(record: Record, sent_at: Timestamp) -> Option<Announcement> {
    let is_new = record.event_name.is_some_and(|name| name.starts_with("ObjectCreated:"));
    let Stored { bucket, object } = record.s3.filter(|_| is_new)?;
    let key = decoded(&object.key).filter(|key| !key.is_empty())?;
    Some(Announcement::Arrived(MailArrived {
        bucket: bucket.name,
        raw: RawMail { key, version: object.version_id, size_bytes: object.size },
        recipients: Vec::new(),
        verdicts: BTreeMap::new(),
        announced_at: moment(record.event_time.as_deref(), sent_at),
    }))
}

/// A key as the object has it: S3 writes it URL-encoded, with `+` for a blank.
fn decoded(key: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(key.len());
    let mut rest = key.bytes();
    while let Some(octet) = rest.next() {
        octets.push(match octet {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? * 16 + hex(rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(octets).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The moment that the announcement names, or when it was sent.
fn moment(text: Option<&str>, sent_at: Timestamp) -> Timestamp {
    text.and_then(|text| Timestamp::parse(text).ok()).unwrap_or(sent_at)
}
