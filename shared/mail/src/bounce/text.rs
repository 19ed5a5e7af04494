//! Octets of a part to readable text: transfer encoding, charset, HTML. Bounded.

use std::borrow::Cow;

use encoding_rs::{Encoding, WINDOWS_1252};
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

/// Octets of one part that are turned into text.
pub const TEXT_OCTETS_MAX: usize = 64 * 1024;

/// `body` without its transfer encoding (RFC 2045 section 6); as it is where it does not decode.
pub fn transfer_decoded<'a>(body: &'a [u8], encoding: &str) -> Cow<'a, [u8]> {
    let decoded = if encoding.eq_ignore_ascii_case("base64") {
        // A cut at a multiple of four characters decodes by itself.
        base64_decode(body.get(..TEXT_OCTETS_MAX * 2).unwrap_or(body))
    } else if encoding.eq_ignore_ascii_case("quoted-printable") {
        quoted_printable_decode(body.get(..TEXT_OCTETS_MAX * 2).unwrap_or(body))
    } else {
        None
    };
    decoded.map_or(Cow::Borrowed(body), Cow::Owned)
}

/// The text in UTF-8: as it is where it is that whatever the label says, else from the labelled
/// charset, else from Windows-1252 (which every octet fits).
pub fn to_text(octets: &[u8], charset: Option<&str>) -> String {
    let escapes = octets.contains(&0x1b);
    let whole = match std::str::from_utf8(octets) {
        Ok(text) if !escapes => return text.to_owned(),
        // The bound may have cut a character in two.
        Err(e) if e.error_len().is_none() => octets.get(..e.valid_up_to()).unwrap_or_default(),
        _other => octets,
    };
    let labelled = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    let encoding = if escapes { Some(encoding_rs::ISO_2022_JP) } else { labelled };
    encoding.unwrap_or(WINDOWS_1252).decode_without_bom_handling(whole).0.into_owned()
}

/// The text in lower case; plain ASCII, the usual case, in one fast pass.
pub fn lower(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// The readable text of an HTML part.
pub fn of_html(html: &str) -> String {
    html_to_text(html)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings_are_undone_and_a_broken_one_is_left() {
        assert_eq!(transfer_decoded(b"aGVsbG8=\n", "BASE64").as_ref(), b"hello");
        assert_eq!(transfer_decoded(b"a=3Db=\nc", "quoted-printable").as_ref(), b"a=bc");
        assert_eq!(transfer_decoded(b"50% =ZZ", "quoted-printable").as_ref(), b"50% =ZZ");
    }

    #[test]
    fn utf8_wins_over_its_label_and_an_unknown_label_is_windows_1252() {
        assert_eq!(to_text("投递失败".as_bytes(), Some("us-ascii")), "投递失败");
        assert_eq!(to_text(b"Postfach \xfcberf\xfcllt", Some("x-unheard")), "Postfach überfüllt");
        assert_eq!(to_text(&[0xcd, 0xb6, 0xb5, 0xdd], Some("gb2312")), "投递");
        assert_eq!(to_text(b"\x1b$B%a!<%k\x1b(B", None), "メール");
    }
}
