//! Texts: replies, HTML read and made safe, contact cards, calendars.
#![no_main]

libfuzzer_sys::fuzz_target!(|raw: &[u8]| mail_fuzz::read_texts(raw));
