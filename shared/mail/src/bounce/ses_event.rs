//! Notifications and events of Amazon SES, as JSON: both field names (`notificationType` of
//! identity notifications, `eventType` of event publishing), bare or inside an SNS envelope.
//!
//! Unknown fields and values are let through. Signatures are not verified here: this reads text.

use domain::bounce::{BounceReason, BounceReason as R, EnhancedStatus};
use domain::email_address::EmailAddress;
use serde_json::Value;

use super::address_scan;
use super::delivery_status::RECIPIENTS_MAX;
use super::feedback::COMPLAINT;
use super::report::{
    Action, BounceReport, Complaint, Decoded, Diagnostic, Flaw, Kind, SesFacts, Verdict,
};
use super::smtp_codes;
use crate::bounce_reason::decide;
use crate::bounce_reason::evidence::Evidence;
use crate::bounce_reason::squeeze::squeeze;

/// Envelopes within envelopes that are opened.
const ENVELOPES_MAX: usize = 3;

/// Decodes an event; None where the text is no JSON object of SES.
pub fn decode(json: &[u8]) -> Option<Decoded> {
    let mut value: Value = serde_json::from_slice(json).ok()?;
    for _ in 0..ENVELOPES_MAX {
        // SNS hands the event on as a string.
        match value.get("Message").and_then(Value::as_str) {
            Some(message) => value = serde_json::from_str(message).ok()?,
            None => break,
        }
    }
    // EventBridge wraps it in `detail`.
    if let Some(detail) = value.get("detail").filter(|detail| detail.is_object()) {
        value = detail.clone();
    }
    event(&value)
}

fn event(value: &Value) -> Option<Decoded> {
    let name = text(value, "eventType").or_else(|| text(value, "notificationType"))?;
    let kind = match name.as_str() {
        "Bounce" => Kind::Bounce,
        "Complaint" => Kind::Feedback,
        "DeliveryDelay" => Kind::Delay,
        _ => Kind::Event,
    };
    let mut decoded = Decoded::new(kind, "ses");
    read_mail(value, &mut decoded);
    let body = body_of(value, &name);
    let mut facts = facts_of(value, body, &name);
    match kind {
        Kind::Bounce => bounce(body, &mut decoded, &facts),
        Kind::Feedback => complaint(body, &mut decoded),
        Kind::Delay => delay(body, &mut decoded, &facts),
        Kind::AutoReply | Kind::Delivered | Kind::Mail | Kind::Event => {
            let delivered = body.and_then(|body| body.get("recipients"));
            let named = delivered.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let addresses: Vec<_> =
                named.iter().filter_map(Value::as_str).filter_map(address_scan::single).collect();
            let all = if addresses.is_empty() { decoded.original.to.clone() } else { addresses };
            decoded.reports.extend(all.into_iter().map(plain));
        }
    }
    facts.event = name;
    decoded.ses = Some(facts);
    if decoded.reports.is_empty() {
        decoded.note(Flaw::NoRecipient);
    }
    Some(decoded)
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

/// The object of the event itself: `bounce`, `deliveryDelay`, `failure` ...
fn body_of<'v>(value: &'v Value, name: &str) -> Option<&'v Value> {
    let mut letters = name.chars().filter(|c| !c.is_whitespace());
    let first = letters.next().map(|c| c.to_ascii_lowercase());
    let key: String = first.into_iter().chain(letters).collect();
    value.get(&key).or_else(|| value.get("failure"))
}

fn facts_of(value: &Value, body: Option<&Value>, name: &str) -> SesFacts {
    let of_body = |key: &str| body.and_then(|body| text(body, key));
    let tags = value.get("mail").and_then(|mail| mail.get("tags")).and_then(Value::as_object);
    let tags = tags.into_iter().flatten().map(|(name, values)| {
        let values = values.as_array().map(Vec::as_slice).unwrap_or_default();
        (name.clone(), values.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    });
    let sent = value.get("mail").and_then(|mail| text(mail, "timestamp"));
    SesFacts {
        event: name.to_owned(),
        bounce_type: of_body("bounceType"),
        bounce_subtype: of_body("bounceSubType"),
        delay_type: of_body("delayType"),
        feedback_id: of_body("feedbackId"),
        at: of_body("timestamp").or(sent),
        delayed_until: of_body("expirationTime"),
        refused_for: of_body("reason").or_else(|| of_body("errorMessage")),
        user_agent: of_body("userAgent"),
        unsubscribed: body.is_some_and(unsubscribes),
        tags: tags.collect(),
    }
}

/// Whether a `subscription` ends all of them.
fn unsubscribes(body: &Value) -> bool {
    let now = body.get("newTopicPreferences").and_then(|now| now.get("unsubscribeAll"));
    now.and_then(Value::as_bool).unwrap_or_default()
}

fn read_mail(value: &Value, decoded: &mut Decoded) {
    let Some(mail) = value.get("mail") else { return };
    let original = &mut decoded.original;
    original.ses_message_id = text(mail, "messageId");
    let to = mail.get("destination").and_then(Value::as_array);
    let to = to.into_iter().flatten().filter_map(Value::as_str).take(RECIPIENTS_MAX);
    original.to = to.filter_map(address_scan::single).collect();
    original.from = text(mail, "source").as_deref().and_then(address_scan::single);
    let headers = mail.get("headers").and_then(Value::as_array);
    let mut block = String::new();
    for header in headers.into_iter().flatten() {
        if let (Some(name), Some(value)) = (text(header, "name"), text(header, "value")) {
            let value: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
            block.push_str(&format!("{name}: {value}\n"));
        }
    }
    block.push('\n');
    let (fields, _) = super::header_fields::HeaderFields::split(block.as_bytes());
    original.read_header(&fields);
}

fn plain(address: EmailAddress) -> BounceReport {
    BounceReport { final_recipient: Some(address), ..BounceReport::default() }
}

fn recipients<'v>(body: Option<&'v Value>, key: &str) -> impl Iterator<Item = &'v Value> {
    let list = body.and_then(|body| body.get(key)).and_then(Value::as_array);
    list.into_iter().flatten().take(RECIPIENTS_MAX)
}

fn bounce(body: Option<&Value>, decoded: &mut Decoded, facts: &SesFacts) {
    let host = body.and_then(|body| text(body, "reportingMTA"));
    decoded.reporting_mta =
        host.map(|host| host.rsplit(';').next().unwrap_or_default().trim().to_ascii_lowercase());
    for entry in recipients(body, "bouncedRecipients") {
        let diagnostic = text(entry, "diagnosticCode").unwrap_or_default();
        let uniform = squeeze(&diagnostic);
        let status: Option<EnhancedStatus> = text(entry, "status").and_then(|s| s.parse().ok());
        let status = status
            .filter(|status| !status.is_unspecific())
            .or_else(|| smtp_codes::best_status(&diagnostic))
            .or_else(|| class_only(facts));
        let mut report = BounceReport {
            final_recipient: text(entry, "emailAddress").as_deref().and_then(address_scan::single),
            action: text(entry, "action").as_deref().and_then(Action::of),
            status,
            reply: smtp_codes::best_reply(&diagnostic, status.map(|status| status.class)),
            remote_mta: smtp_codes::remote_host(&diagnostic),
            diagnostic: Diagnostic::of(&diagnostic),
            ..BounceReport::default()
        };
        if report.final_recipient.is_none() {
            decoded.note(Flaw::RecipientNotAnAddress);
        }
        report.verdict = Some(bounce_verdict(&report, &uniform, facts));
        decoded.reports.push(report);
    }
}

/// SES's own type where the recipient has no status: X.0.0.
fn class_only(facts: &SesFacts) -> Option<EnhancedStatus> {
    match facts.bounce_type.as_deref() {
        Some("Permanent") => "5.0.0".parse().ok(),
        Some("Transient") => "4.0.0".parse().ok(),
        _ => None,
    }
}

fn bounce_verdict(report: &BounceReport, uniform: &str, facts: &SesFacts) -> Verdict {
    let evidence = Evidence {
        text: uniform,
        status: report.status,
        reply: report.reply,
        remote_host: report.remote_mta.as_deref(),
        recipient_domain: report.final_recipient.as_ref().map(EmailAddress::domain),
        ..Evidence::default()
    };
    let kind = facts.bounce_type.as_deref().unwrap_or_default();
    let subtype = facts.bounce_subtype.as_deref().unwrap_or_default();
    let typed = subtype_reason(subtype);
    // Where SES names a cause it has seen the answer; "General" and "Undetermined" leave it open.
    let reason = typed.unwrap_or_else(|| {
        let read = if uniform.is_empty() { R::Undefined } else { decide::reason(&evidence) };
        match (read.is_explicit(), kind) {
            (false, "Permanent") => R::UserUnknown,
            (false, _) => R::Undefined,
            (true, _) => read,
        }
    });
    decide::verdict_of(reason, &evidence)
}

/// The reason of a bounce subtype that names one.
fn subtype_reason(subtype: &str) -> Option<BounceReason> {
    Some(match subtype {
        "NoEmail" => R::UserUnknown,
        "Suppressed"
        | "OnAccountSuppressionList"
        | "OnTenantSuppressionList"
        | "EmailValidationSuppressed" => R::Suppressed,
        "MailboxFull" => R::MailboxFull,
        "MessageTooLarge" => R::MesgTooBig,
        "ContentRejected" | "AttachmentRejected" => R::ContentError,
        "CustomTimeoutExceeded" => R::Expired,
        "UnsubscribedRecipient" => R::Suppressed,
        _ => return None,
    })
}

fn complaint(body: Option<&Value>, decoded: &mut Decoded) {
    let of_body = |key: &str| body.and_then(|body| text(body, key));
    decoded.complaint = Some(Complaint {
        feedback_type: of_body("complaintFeedbackType"),
        user_agent: of_body("userAgent"),
        source_ip: None,
        arrival: of_body("arrivalDate"),
    });
    for entry in recipients(body, "complainedRecipients") {
        let address = text(entry, "emailAddress").as_deref().and_then(address_scan::single);
        decoded.reports.push(BounceReport {
            final_recipient: address,
            verdict: Some(COMPLAINT),
            ..BounceReport::default()
        });
    }
}

fn delay(body: Option<&Value>, decoded: &mut Decoded, facts: &SesFacts) {
    for entry in recipients(body, "delayedRecipients") {
        let diagnostic = text(entry, "diagnosticCode").unwrap_or_default();
        let status = text(entry, "status").and_then(|status| status.parse().ok());
        let evidence = Evidence { status, delayed: true, ..Evidence::default() };
        let reason = match facts.delay_type.as_deref().unwrap_or_default() {
            "MailboxFull" => R::MailboxFull,
            "SpamDetected" => R::SpamDetected,
            "IPFailure" => R::Blocked,
            "RecipientServerError" | "InternalFailure" => R::SystemError,
            "TransientCommunicationFailure" => R::NetworkError,
            _ => R::Undefined,
        };
        decoded.reports.push(BounceReport {
            final_recipient: text(entry, "emailAddress").as_deref().and_then(address_scan::single),
            action: Some(Action::Delayed),
            status,
            reply: smtp_codes::best_reply(&diagnostic, None),
            diagnostic: Diagnostic::of(&diagnostic),
            verdict: Some(decide::verdict_of(reason, &evidence)),
            ..BounceReport::default()
        });
    }
}
