//! Values of header fields, transfer encodings and packages.
#![no_main]

libfuzzer_sys::fuzz_target!(|raw: &[u8]| mail_fuzz::read_fields(raw));
