use proptest::prelude::*;

use super::*;
use crate::parse::parse;

fn address_of(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn named(name: &str, address: &str) -> Correspondent {
    Correspondent { name: Some(name.to_owned()), address: address_of(address) }
}

/// Composes with the owned parts that most tests need.
fn composed(change: impl for<'a> FnOnce(&mut Draft<'a>)) -> Vec<u8> {
    let from = named("Sales, Inc.", "sales@crm.example.com");
    let to = [named("Änne \"A\" Müller", "anna@example.org")];
    let mut draft = Draft {
        header_id: "r0m1@crm.example.com",
        date: Timestamp::from_seconds(1_795_339_800),
        from: &from,
        reply_to: None,
        to: &to,
        cc: &[],
        subject: "Offer",
        text: Some("Hello"),
        html: None,
        calendar: None,
        files: &[],
        in_reply_to: None,
        references: &[],
        automatic: false,
    };
    change(&mut draft);
    compose(&draft)
}

fn head(mail: &[u8]) -> String {
    String::from_utf8_lossy(mail).split("\r\n\r\n").next().unwrap().to_owned()
}

#[test]
fn what_was_composed_is_read_as_it_was_meant() {
    let mail = composed(|draft| {
        draft.subject = "Angebot für Grüße – 报价单";
        draft.text = Some("Hello\nworld\n.\nFrom here on");
        draft.html = Some("<p>Hello</p>");
        draft.in_reply_to = Some("question@example.org");
    });
    let read = parse(&mail).unwrap();
    assert_eq!(read.subject.as_deref(), Some("Angebot für Grüße – 报价单"));
    assert_eq!(read.message_id.as_deref(), Some("r0m1@crm.example.com"));
    assert_eq!(read.date, Some(Timestamp::from_seconds(1_795_339_800)));
    assert_eq!(read.from[0].name.as_deref(), Some("Sales, Inc."));
    assert_eq!(read.to[0].name.as_deref(), Some("Änne \"A\" Müller"));
    assert_eq!(read.clues.in_reply_to, ["question@example.org"]);
    assert!(read.flaws.is_empty(), "{:?}", read.flaws);
}

#[test]
fn files_come_out_octet_by_octet_with_their_names() {
    let octets: Vec<u8> = (0..=255).collect();
    let mail = composed(|draft| {
        let files = vec![
            File { name: "Übersicht 2026.pdf", media_type: "application/pdf", octets: &[1, 2] },
            File { name: "x\r\nBcc: b@example.org", media_type: "message/rfc822", octets: &[3] },
        ];
        draft.files = Vec::leak(files);
    });
    let read = parse(&mail).unwrap();
    let names: Vec<_> = read.attachments.iter().map(|file| file.name.clone().unwrap()).collect();
    assert_eq!(names[0], "Übersicht 2026.pdf");
    assert!(!names[1].contains('\n'), "{names:?}");
    assert_eq!(read.attachments[1].media_type, "application/octet-stream");
    let one = File { name: "all", media_type: "application/octet-stream", octets: &octets };
    let from = named("S", "sales@crm.example.com");
    let whole = compose(&Draft {
        header_id: "id@crm.example.com",
        date: Timestamp::default(),
        from: &from,
        reply_to: None,
        to: &[],
        cc: &[],
        subject: "",
        text: None,
        html: None,
        calendar: None,
        files: &[one],
        in_reply_to: None,
        references: &[],
        automatic: false,
    });
    assert_eq!(parse(&whole).unwrap().attachments[0].bytes, octets);
}

#[test]
fn a_calendar_answer_carries_its_method() {
    let mail = composed(|draft| {
        draft.calendar = Some(Box::leak(Box::new(CalendarPart {
            method: "REPLY".to_owned(),
            text: "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n".to_owned(),
        })));
    });
    let text = String::from_utf8(mail).unwrap();
    assert!(text.contains("text/calendar"), "{text}");
    assert!(text.to_lowercase().contains("method=\"reply\"") || text.contains("method=REPLY"));
    assert!(text.contains("multipart/alternative"));
}

#[test]
fn an_automatic_answer_says_so() {
    let head = head(&composed(|draft| draft.automatic = true));
    assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    let head = self::head(&composed(|draft| {
        (draft.automatic, draft.in_reply_to) = (true, Some("1@harbour.example"));
    }));
    assert!(head.contains("Auto-Submitted: auto-replied"), "{head}");
    assert!(!head_has(&composed(|_| ()), "Auto-Submitted"));
}

fn head_has(mail: &[u8], name: &str) -> bool {
    head(mail).lines().any(|line| line.starts_with(&format!("{name}:")))
}

#[test]
fn the_same_parts_give_the_same_octets() {
    let make = || {
        composed(|draft| {
            draft.html = Some("<p>x</p>");
            draft.files = &[File { name: "a", media_type: "text/csv", octets: b"1,2" }];
        })
    };
    assert_eq!(make(), make());
}

#[test]
fn of_a_long_conversation_the_oldest_and_the_newest_ids_stay() {
    let ids: Vec<String> = (0..60).map(|n| format!("{n}@example.org")).collect();
    let kept = references(&ids);
    assert_eq!(kept.len(), REFERENCES_MAX);
    assert_eq!((kept[0].as_str(), kept[1].as_str()), ("0@example.org", "41@example.org"));
    assert_eq!(references(&["bad id".to_owned(), "a>b".to_owned()]), Vec::<String>::new());
}

/// Names of all header fields, unfolded.
fn field_names(mail: &[u8]) -> Vec<String> {
    let text = head(mail);
    let begins = text.lines().filter(|line| !line.starts_with([' ', '\t']));
    begins.map(|line| line.split(':').next().unwrap_or_default().to_ascii_lowercase()).collect()
}

const FIELDS: [&str; 12] = [
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

proptest! {
    #[test]
    fn no_text_begins_a_field_and_no_line_is_too_long(
        subject in any::<String>(),
        name in any::<String>(),
        file in any::<String>(),
        media_type in any::<String>(),
        id in any::<String>(),
        text in any::<String>(),
        html in proptest::option::of(any::<String>()),
        ending in "(\r\n|\n|\r)Bcc: b@example.org(\r\n|\n|\r)X: y",
    ) {
        let with = |text: &str| format!("{text}{ending}");
        let from = Correspondent { name: Some(with(&name)), address: address_of("a@example.com") };
        let to = [Correspondent { name: Some(name.clone()), address: address_of("b@example.org") }];
        let (subject, file_name, id_text) = (with(&subject), with(&file), with(&id));
        let octets = [7_u8; 9];
        let files = [File { name: &file_name, media_type: &media_type, octets: &octets }];
        let references = [id_text.clone()];
        let mail = compose(&Draft {
            header_id: &id_text,
            date: Timestamp::from_seconds(1_795_339_800),
            from: &from,
            reply_to: None,
            to: &to,
            cc: &to,
            subject: &subject,
            text: Some(&text),
            html: html.as_deref(),
            calendar: None,
            files: &files,
            in_reply_to: Some(&id_text),
            references: &references,
            automatic: false,
        });
        for field in field_names(&mail) {
            prop_assert!(FIELDS.contains(&field.as_str()), "{field}");
        }
        for line in mail.split(|octet| *octet == b'\n') {
            prop_assert!(line.len() <= 998, "RFC 5322 section 2.1.1");
        }
        prop_assert!(head(&mail).is_ascii());
        let read = parse(&mail).unwrap();
        prop_assert_eq!(read.from.len(), 1);
        prop_assert_eq!(read.bcc.len(), 0);
        prop_assert_eq!(read.attachments.len(), 1);
        prop_assert_eq!(read.attachments[0].bytes.as_slice(), &octets[..]);
    }
}
