//! A whole mail: everything filing and unwrapping do with it.
#![no_main]

libfuzzer_sys::fuzz_target!(|raw: &[u8]| mail_fuzz::parse_mail(raw));
