//! One hash for one mail, however it arrived (feature B3).

use sha2::{Digest, Sha256};

use crate::parsed_mail::{Attachment, ParsedMail};

/// SHA-256 over sender, date, subject and text, each in a form that transport does not change:
/// two copies of a mail fetched from two mailboxes hash alike; a mail that only borrows another's
/// `Message-ID` does not. White space and line ends don't count, as gateways refold.
pub fn content_hash(mail: &ParsedMail) -> [u8; 32] {
    let mut hash = Sha256::new();
    for party in &mail.from {
        let text = party.address.as_ref().map_or(party.raw.as_str(), |a| a.normal());
        put(&mut hash, b'f', text);
    }
    let date = mail.date.map(|d| d.seconds().to_string()).unwrap_or_default();
    put(&mut hash, b'd', &date);
    put(&mut hash, b's', mail.subject.as_deref().unwrap_or_default());
    put(&mut hash, b't', &mail.body.text);
    // A mail of files only has no text to tell it by.
    if mail.body.text.trim().is_empty() {
        for file in &mail.attachments {
            hash.update(b"a");
            put_file(&mut hash, file);
        }
    }
    hash.finalize().into()
}

/// Adds a file's content without line ends: transport may change them in any part that is not
/// encoded, whatever its type.
fn put_file(hash: &mut Sha256, file: &Attachment) {
    let lines = file.bytes.split(|b| matches!(b, b'\r' | b'\n'));
    lines.for_each(|line| hash.update(line));
    hash.update([0xff]);
}

/// Adds a label, the text without white space, and an end mark that can't stand in text.
fn put(hash: &mut Sha256, label: u8, text: &str) {
    hash.update([label]);
    for word in text.split(|c: char| c.is_whitespace() || c == '\u{feff}') {
        hash.update(word.as_bytes());
    }
    hash.update([0xff]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::parse;

    fn hash(raw: &str) -> [u8; 32] {
        content_hash(&parse(raw.as_bytes()).unwrap())
    }

    const MAIL: &str = "Message-ID: <1@example.com>\nFrom: Anna <anna@example.com>\nDate: Thu, 1 \
                        May 2025 10:00:00 +0200\nSubject: Offer\n\nGr\u{fc}\u{df}e aus K\u{f6}ln\n";

    #[test]
    fn transport_does_not_change_the_hash() {
        let crlf = format!("Received: by mx\nDelivered-To: b@example.com\n{MAIL}");
        let crlf = crlf.replace('\n', "\r\n");
        let mut encoded = MAIL.replace(
            "Subject",
            "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\
             \nSubject",
        );
        encoded =
            encoded.replace("Gr\u{fc}\u{df}e", "Gr=C3=BC=C3=9F=\ne").replace('\u{f6}', "=C3=B6");
        assert_eq!(hash(MAIL), hash(&crlf));
        assert_eq!(hash(MAIL), hash(&encoded));
    }

    #[test]
    fn other_content_has_another_hash() {
        for (old, new) in
            [("anna@", "eve@"), ("10:00", "10:01"), ("Offer", "Order"), ("aus", "von")]
        {
            assert_ne!(hash(MAIL), hash(&MAIL.replace(old, new)), "{old}");
        }
    }
}
