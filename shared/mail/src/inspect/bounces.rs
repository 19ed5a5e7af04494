//! `--as bounces`: what a bounce processor reads out of a mail or an event of SES.

use serde_json::{Value, json};

use crate::bounce;
use crate::bounce::report::{BounceReport, Decoded};

/// One JSON line for each recipient a file reports on; one line for a file that names none.
pub fn lines(name: &str, raw: &[u8]) -> Vec<String> {
    let decoded = bounce::decode(raw);
    if decoded.reports.is_empty() {
        return vec![line(name, &decoded, &BounceReport::default())];
    }
    decoded.reports.iter().map(|report| line(name, &decoded, report)).collect()
}

fn line(name: &str, decoded: &Decoded, report: &BounceReport) -> String {
    let verdict = report.verdict;
    let ses = decoded.ses.as_ref();
    let mut fields = json!({
        "file": name,
        "kind": decoded.kind.name(),
        "recipient": report.recipient().map(|address| address.normal()),
        "reason": verdict.map(|verdict| verdict.reason),
        "hard": verdict.map(|verdict| verdict.hard),
        "permanence": verdict.and_then(|verdict| verdict.permanence),
        "category": verdict.and_then(|verdict| verdict.category),
        "status": report.status,
        "reply": report.reply.map(|code| code.to_string()),
        "stage": report.stage.map(|stage| stage.command()),
        "diagnostic": report.diagnostic.expose(),
        "decoder": decoded.decoder,
        "flaws": decoded.flaws,
    });
    if let (Some(ses), Value::Object(fields)) = (ses, &mut fields) {
        fields.insert("event".to_owned(), json!(ses.event));
        fields.insert("ses_type".to_owned(), json!(ses.bounce_type));
        fields.insert("ses_subtype".to_owned(), json!(ses.bounce_subtype));
        fields.insert("delay_type".to_owned(), json!(ses.delay_type));
    }
    fields.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_recipient_has_a_line_and_a_plain_mail_one_without_a_recipient() {
        let event = br#"{"eventType":"Bounce","bounce":{"bounceType":"Transient",
            "bounceSubType":"MailboxFull","bouncedRecipients":[{"emailAddress":"a@example.com"},
            {"emailAddress":"b@example.com"}]},"mail":{}}"#;
        let printed = lines("e.json", event);
        assert_eq!(printed.len(), 2);
        let first: Value = serde_json::from_str(&printed[0]).unwrap();
        assert_eq!(first["category"], "temporary/mailbox full");
        assert_eq!(first["ses_subtype"], "MailboxFull");
        let mail = lines("m.eml", b"Subject: hello\n\nhello");
        let mail: Value = serde_json::from_str(&mail[0]).unwrap();
        assert_eq!(mail["kind"], "mail");
        assert!(mail["recipient"].is_null());
    }
}
