//! A whole mail: everything filing and unwrapping do with it.
#![no_main]

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
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
});
