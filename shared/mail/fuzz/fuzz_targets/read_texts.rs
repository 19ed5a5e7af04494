//! Texts: replies, HTML read and made safe, contact cards, calendars.
#![no_main]

use mail::safe_html::{RemoteImages, make_safe};

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
    let text = String::from_utf8_lossy(raw);
    let read = mail::html_text::read(&text);
    mail::reply_text::split(&read.text, &read.marks);
    mail::reply_text::split(&text, &[]);
    mail::reply_text::forwarded_block::read(&text);
    mail::language::of(&text);
    make_safe(&text, RemoteImages::Show, &|_| None);
    mail::calendar::read(&text, None);
    mail::cards::read(&text);
});
