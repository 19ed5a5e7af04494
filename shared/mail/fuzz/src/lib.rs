//! What is fuzzed: by coverage (`cargo fuzz run NAME`) and in bulk (`cargo run --release --bin bulk`).

use mail::mime::{charset, encoded_words, parameters, tnef, transfer, uuencode};
use mail::safe_html::{RemoteImages, make_safe};

/// A whole mail: everything filing and unwrapping do with it.
pub fn parse_mail(raw: &[u8]) {
    let Ok(mail) = mail::parse::parse(raw) else { return };
    let segments = &mail.body.split.segments;
    let mut at = 0;
    for segment in segments {
        assert_eq!(segment.range.start, at, "a gap in the split text");
        at = segment.range.end;
    }
    assert_eq!(at, mail.body.text.len(), "the split text is not the whole text");
    mail::canonical::content_hash(&mail);
    mail::trace::envelope_recipients(&mail.headers);
    mail::forwarded::original(&mail);
    mail::inspect::mail::of("x", &mail);
}

/// Texts: replies, HTML read and made safe, contact cards, calendars.
pub fn read_texts(raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    let read = mail::html_text::read(&text);
    mail::reply_text::split(&read.text, &read.marks);
    mail::reply_text::split(&text, &[]);
    mail::reply_text::forwarded_block::read(&text);
    mail::language::of(&text);
    make_safe(&text, RemoteImages::Show, &|_| None);
    mail::calendar::read(&text, None);
    mail::cards::read(&text);
}

/// Values of header fields, transfer encodings and packages.
pub fn read_fields(raw: &[u8]) {
    let text = String::from_utf8_lossy(raw);
    mail::fields::addresses::parse(raw);
    mail::fields::date::parse(&text);
    mail::fields::ids::parse(&text);
    mail::subject::read(&text);
    parameters::Structured::read(raw);
    encoded_words::decode(raw);
    transfer::base64(raw);
    transfer::quoted_printable(raw);
    uuencode::files(raw);
    tnef::read(raw);
    for label in ["gb2312", "iso-2022-jp", "iso-2022-kr", "hz-gb-2312", "utf-7", "utf-16", "x"] {
        charset::decode(raw, Some(label));
    }
}
