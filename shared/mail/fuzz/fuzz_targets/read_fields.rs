//! Values of header fields, transfer encodings and packages.
#![no_main]

use mail::mime::{charset, encoded_words, parameters, tnef, transfer, uuencode};

libfuzzer_sys::fuzz_target!(|raw: &[u8]| {
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
});
