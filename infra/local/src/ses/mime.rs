//! What SES changes in a mail before it sends it: Message-ID and Date are its own, Bcc goes, and its
//! marks are added (Amazon SES Developer Guide, "Sending raw email", "Amazon SES header fields").

use anyhow::{Context, Result};
use jiff::{Timestamp, tz::TimeZone};

use super::outbox::header_id;
use crate::aws_calls::REGION;

const REPLACED: [&str; 5] = ["message-id", "date", "bcc", "return-path", "feedback-id"];

/// The mail as it goes out.
///
/// # Errors
/// When the time cannot be written.
pub fn rewritten(raw: &[u8], id: &str, now: Timestamp) -> Result<Vec<u8>> {
    let date = jiff::fmt::rfc2822::to_string(&now.to_zoned(TimeZone::UTC))
        .context("writing the date of a mail")?;
    let own = format!(
        "Message-ID: <{}>\r\nDate: {date}\r\nFeedback-ID: ::1.{REGION}.local:AmazonSES\r\n\
         X-SES-Outgoing: {}-127.0.0.1\r\n",
        header_id(id, REGION),
        now.strftime("%Y.%m.%d")
    );
    let mut mail = own.into_bytes();
    let mut dropping = false;
    let mut in_header = true;
    for line in raw.split_inclusive(|octet| *octet == b'\n') {
        if in_header {
            let folded = line.first().is_some_and(|octet| matches!(octet, b' ' | b'\t'));
            if line == b"\r\n" || line == b"\n" {
                in_header = false;
            } else if !folded {
                dropping = is_replaced(line);
            }
            if in_header && dropping {
                continue;
            }
        }
        mail.extend_from_slice(line);
    }
    Ok(mail)
}

fn is_replaced(line: &[u8]) -> bool {
    let name = line.split(|octet| *octet == b':').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).trim().to_ascii_lowercase();
    REPLACED.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn message_id_date_and_bcc_are_replaced_and_the_rest_stays() {
        let raw = b"From: a@crm.example.com\r\nMessage-ID:\r\n <own@crm.example.com>\r\n\
            bcc: boss@example.org\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nSubject: Offer\r\n\r\n\
            Date: in the text\r\n";
        let now = Timestamp::from_second(1_795_339_800).unwrap();
        let mail = String::from_utf8(rewritten(raw, "0102-1", now).unwrap()).unwrap();
        assert!(
            mail.starts_with("Message-ID: <0102-1@eu-west-1.amazonses.com>\r\nDate: Sun, 22 Nov")
        );
        assert!(mail.ends_with("Subject: Offer\r\n\r\nDate: in the text\r\n"), "{mail}");
        for gone in ["own@crm", "boss@", "2024"] {
            assert!(!mail.contains(gone), "{gone}: {mail}");
        }
    }
}
