//! Damage: every fixture cut off at every sixty-fourth, octets flipped, parts doubled and nested.
//! Reading must neither panic nor lose its invariants.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what must not be"
)]

use std::fs;
use std::path::Path;

use mail::mime::tree::{DEPTH_MAX, PARTS_MAX};
use mail::parse::{NotMail, parse};

fn fixtures() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mail");
    let mut found: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "eml"))
        .map(|p| (p.display().to_string(), fs::read(&p).unwrap()))
        .collect();
    found.sort();
    assert!(found.len() > 100, "only {} fixtures", found.len());
    found
}

/// Reads a mail and checks what must hold of every mail.
fn check(raw: &[u8], name: &str) {
    let mail = match parse(raw) {
        Ok(mail) => mail,
        Err(NotMail::Empty) => return assert!(raw.trim_ascii().is_empty(), "{name}"),
        Err(NotMail::NoHeader) => return,
    };
    let mut at = 0;
    for segment in &mail.body.split.segments {
        assert_eq!(segment.range.start, at, "{name}: a gap in the split text");
        assert!(mail.body.text.is_char_boundary(segment.range.end), "{name}");
        at = segment.range.end;
    }
    assert_eq!(at, mail.body.text.len(), "{name}: the split text is not the whole");
    assert!(mail.body.new_text.len() <= mail.body.text.len(), "{name}");
    assert!(mail.attachments.len() <= PARTS_MAX, "{name}");
    let octets: usize = mail.attachments.iter().map(|a| a.bytes.len()).sum();
    // A mail within a mail is there whole, and its parts are not counted again.
    assert!(octets <= raw.len(), "{name}: {octets} octets of files in {}", raw.len());
    assert_eq!(mail::canonical::content_hash(&mail), mail::canonical::content_hash(&mail.clone()));
    mail::forwarded::original(&mail);
    assert!(mail.flaws.is_sorted(), "{name}");
}

#[test]
fn mails_cut_off_anywhere_are_read() {
    for (name, raw) in fixtures() {
        for part in 0..=64 {
            check(&raw[..raw.len() * part / 64], &name);
        }
    }
}

#[test]
fn mails_with_flipped_octets_are_read() {
    for (name, raw) in fixtures() {
        for round in (0..64usize).step_by(5) {
            let mut damaged = raw.clone();
            // A step that is prime to most lengths reaches all of the mail over the rounds.
            for at in (round..damaged.len()).step_by(61) {
                damaged[at] ^= 1 << (round % 8);
            }
            check(&damaged, &name);
            for (from, to) in [(b'\n', b'\r'), (b'-', b'\0'), (b'=', 0xff), (b':', b';')] {
                let swapped: Vec<u8> = raw
                    .iter()
                    .enumerate()
                    .map(|(at, &b)| if b == from && at % 64 >= round { to } else { b })
                    .collect();
                check(&swapped, &name);
            }
        }
    }
}

#[test]
fn mails_with_doubled_and_moved_pieces_are_read() {
    for (name, raw) in fixtures() {
        for part in 0..16 {
            let piece = raw.len() * part / 16..raw.len() * (part + 1) / 16;
            let (before, after) = raw.split_at(piece.start);
            check(&[before, &raw[piece.clone()], after].concat(), &name);
            check(&[&raw[piece.clone()], before, after].concat(), &name);
            check(&[before, &raw[piece.end..]].concat(), &name);
        }
    }
}

#[test]
fn mails_nested_in_mails_are_read() {
    for (name, raw) in fixtures() {
        let mut nested = raw.clone();
        for depth in 0..=DEPTH_MAX + 4 {
            let head = format!(
                "From: outer@example.com\nSubject: {depth}\nContent-Type: multipart/mixed; \
                 boundary=n{depth}\n\n--n{depth}\nContent-Type: message/rfc822\n\n"
            );
            nested = [head.as_bytes(), &nested, format!("\n--n{depth}--\n").as_bytes()].concat();
            if depth == 2 {
                check(&nested, &name);
            }
        }
        check(&nested, &name);
    }
}

#[test]
fn the_same_mail_with_other_line_ends_means_the_same() {
    for (name, raw) in fixtures() {
        // Binary and mixed content may mean its line ends.
        let text_only = raw.is_ascii() && !raw.contains(&b'\r') && !raw.contains(&0);
        if !text_only || name.contains("name_raw") || name.contains("mail_within") {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&raw) else { continue };
        let crlf = text.replace('\n', "\r\n");
        let (one, other) = (parse(text.as_bytes()).unwrap(), parse(crlf.as_bytes()).unwrap());
        let hash = mail::canonical::content_hash;
        assert_eq!(hash(&one), hash(&other), "{name}");
        assert_eq!((one.kind, &one.subject), (other.kind, &other.subject), "{name}");
        assert_eq!(one.attachments.len(), other.attachments.len(), "{name}");
    }
}
