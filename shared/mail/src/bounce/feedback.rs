//! Complaints: ARF (RFC 5965, RFC 6591), and the free form of those who do not write it.

use domain::bounce::BounceReason;
use domain::email_address::EmailAddress;

use super::address_scan;
use super::header_fields::HeaderFields;
use super::parts::Parts;
use super::report::{BounceReport, Complaint, Decoded, Flaw, Kind, Verdict};

/// Recipients of one complaint that are read.
const RECIPIENTS_MAX: usize = 100;

/// The verdict of a complaint: no bounce, so neither permanence nor category.
pub const COMPLAINT: Verdict =
    Verdict { reason: BounceReason::Feedback, hard: false, permanence: None, category: None };

/// Decodes an ARF report, if there is one among the parts.
pub fn decode(parts: &Parts<'_>) -> Option<Decoded> {
    let report = parts.leaves.iter().find(|part| part.media == "message/feedback-report")?;
    let text = report.text();
    let block = format!("{}\n\n", text.trim());
    let (fields, _) = HeaderFields::split(block.as_bytes());
    let mut decoded = Decoded::new(Kind::Feedback, "arf");
    decoded.complaint = Some(complaint(&fields));
    let mut recipients: Vec<EmailAddress> = Vec::new();
    for name in ["original-rcpt-to", "removal-recipient", "redacted-address"] {
        if recipients.is_empty() {
            let values = fields.all(name).take(RECIPIENTS_MAX);
            recipients.extend(values.filter_map(|value| address_scan::single(&value)));
        }
    }
    returned(parts, &mut decoded, &mut recipients);
    finish(decoded, recipients)
}

/// Decodes the complaints of those who write no ARF: Hotmail and SES send the mail back under a
/// subject only, Apple Mail sends an unsubscribe request, and some announce a report in the header
/// and leave its part out.
pub fn decode_free_form(fields: &HeaderFields<'_>, parts: &Parts<'_>) -> Option<Decoded> {
    let subject = fields.get("subject")?.to_lowercase();
    let from = fields.get("from").unwrap_or_default().to_lowercase();
    let staff = ["staff@hotmail.com", "staff@outlook.com", "@email-abuse.amazonses.com"];
    let complains = subject.contains("complaint about message from")
        && staff.iter().any(|address| from.contains(address));
    let unsubscribes = fields.get("x-apple-unsubscribe").is_some_and(|v| v.trim() == "true");
    let content_type = fields.get("content-type").unwrap_or_default().to_lowercase();
    let announced = content_type.contains("feedback-report");
    if !complains && !unsubscribes && !announced {
        return None;
    }
    let mut decoded = Decoded::new(Kind::Feedback, if announced { "arf" } else { "complaint" });
    let source_ip = complains.then(|| subject.rsplit(' ').next().map(str::to_owned)).flatten();
    let feedback_type = Some(if unsubscribes { "opt-out" } else { "abuse" }.to_owned());
    decoded.complaint = Some(Complaint { feedback_type, source_ip, ..Complaint::default() });
    let mut recipients = Vec::new();
    returned(parts, &mut decoded, &mut recipients);
    let sender = fields.get("from").and_then(|value| address_scan::find(&value));
    if let Some(sender) = sender.filter(|_| unsubscribes && recipients.is_empty()) {
        recipients.push(sender.address);
    }
    finish(decoded, recipients)
}

fn complaint(fields: &HeaderFields<'_>) -> Complaint {
    let text = |name: &str| fields.get(name).map(|value| value.trim().to_owned());
    Complaint {
        feedback_type: text("feedback-type").map(|kind| kind.to_ascii_lowercase()),
        user_agent: text("user-agent"),
        source_ip: text("source-ip"),
        arrival: text("arrival-date").or_else(|| text("received-date")),
    }
}

/// Reads the returned mail; its recipients stand in where the report names none.
fn returned(parts: &Parts<'_>, decoded: &mut Decoded, recipients: &mut Vec<EmailAddress>) {
    let part = parts.leaves.iter().find(|part| {
        part.media == "message/rfc822" || part.media.starts_with("text/rfc822-header")
    });
    let Some(part) = part else { return };
    let octets = part.octets();
    let (fields, _) = HeaderFields::split(&octets);
    decoded.original.read_header(&fields);
    if recipients.is_empty() {
        for name in ["x-hmxmroriginalrecipient", "x-original-to", "to", "delivered-to"] {
            let found = fields.get(name).and_then(|value| address_scan::find(&value));
            if let Some(found) = found {
                recipients.push(found.address);
                return;
            }
        }
    }
}

fn finish(mut decoded: Decoded, recipients: Vec<EmailAddress>) -> Option<Decoded> {
    if recipients.is_empty() {
        decoded.note(Flaw::NoRecipient);
        decoded.reports.push(BounceReport { verdict: Some(COMPLAINT), ..BounceReport::default() });
    }
    decoded.reports.extend(recipients.into_iter().map(|address| BounceReport {
        final_recipient: Some(address),
        verdict: Some(COMPLAINT),
        ..BounceReport::default()
    }));
    Some(decoded)
}
