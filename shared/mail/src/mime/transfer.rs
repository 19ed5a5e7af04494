//! Content transfer encodings (RFC 2045 section 6), read as tolerantly as mail needs.

use std::borrow::Cow;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TransferEncoding {
    /// 7bit, 8bit, binary, or a label nobody knows.
    #[default]
    Identity,
    /// RFC 2045 section 6.8.
    Base64,
    /// RFC 2045 section 6.7.
    QuotedPrintable,
    /// The old Unix form, named by several x-labels.
    Uuencode,
}

/// Decoded octets, and whether the encoding was damaged.
#[derive(Clone, Debug)]
pub struct Decoded<'m> {
    /// What was read.
    pub bytes: Cow<'m, [u8]>,
    /// Something stood there that the encoding does not allow.
    pub damaged: bool,
}

impl TransferEncoding {
    /// Reads a label: case, comments, quotes and trailing junk don't matter.
    pub fn of_label(label: &str) -> Self {
        let label = label.trim_matches(|c: char| c.is_whitespace() || "\"';".contains(c));
        let word = label.split([' ', '\t', ';', '(']).next().unwrap_or_default();
        match word.to_ascii_lowercase().as_str() {
            "base64" | "base-64" | "b" => Self::Base64,
            "quoted-printable" | "quoted_printable" | "quotedprintable" | "q" => {
                Self::QuotedPrintable
            }
            "uuencode" | "x-uuencode" | "x-uue" | "uue" => Self::Uuencode,
            _ => Self::Identity,
        }
    }

    /// Decodes a body.
    pub fn decode(self, body: &[u8]) -> Decoded<'_> {
        match self {
            Self::Identity => Decoded { bytes: body.into(), damaged: false },
            Self::Base64 => base64(body),
            Self::QuotedPrintable => quoted_printable(body),
            Self::Uuencode => super::uuencode::first_file(body).map_or(
                Decoded { bytes: body.into(), damaged: true },
                |file| Decoded { bytes: file.bytes.into(), damaged: file.damaged },
            ),
        }
    }
}

const SKIP: u8 = 0xff;
const PAD: u8 = 0xfe;
const JUNK: u8 = 0xfd;

const BASE64: [u8; 256] = base64_table();

const fn base64_table() -> [u8; 256] {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut table = [JUNK; 256];
    let mut value = 0u8;
    let mut at = 0usize;
    while at < 64 {
        #[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "const: no From here")]
        {
            table[alphabet[at] as usize] = value;
        }
        value += 1;
        at += 1;
    }
    #[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "const: no From here")]
    {
        table[b'=' as usize] = PAD;
        table[b'\r' as usize] = SKIP;
        table[b'\n' as usize] = SKIP;
        table[b' ' as usize] = SKIP;
        table[b'\t' as usize] = SKIP;
    }
    table
}

#[inline]
fn sextet(byte: u8) -> u8 {
    BASE64.get(usize::from(byte)).copied().unwrap_or(JUNK)
}

/// Base64: line ends and foreign characters are skipped, a missing pad is no harm, and text behind
/// a pad (several encoded pieces put together by a careless gateway) is decoded too.
pub fn base64(body: &[u8]) -> Decoded<'static> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let mut bits: u32 = 0;
    let mut count = 0u8;
    let mut damaged = false;
    let mut rest = body;
    loop {
        // Most of a body is whole quanta of plain alphabet: four at a time.
        if count == 0 {
            while let Some((&[a, b, c, d], tail)) = rest.split_first_chunk::<4>() {
                let (a, b, c, d) = (sextet(a), sextet(b), sextet(c), sextet(d));
                if (a | b | c | d) & 0xc0 != 0 {
                    break;
                }
                let word =
                    u32::from(a) << 18 | u32::from(b) << 12 | u32::from(c) << 6 | u32::from(d);
                let [_, x, y, z] = word.to_be_bytes();
                out.extend_from_slice(&[x, y, z]);
                rest = tail;
            }
        }
        let Some((&byte, tail)) = rest.split_first() else { break };
        rest = tail;
        match sextet(byte) {
            SKIP => {}
            JUNK => damaged = true,
            PAD => {
                damaged |= flush(&mut out, bits, count);
                (bits, count) = (0, 0);
                // Behind a pad may come another piece, or a footer some scanner added.
                if !goes_on(rest) {
                    damaged |= !ends_quietly(rest);
                    break;
                }
            }
            value => {
                bits = bits << 6 | u32::from(value);
                count += 1;
                if count == 4 {
                    let [_, x, y, z] = bits.to_be_bytes();
                    out.extend_from_slice(&[x, y, z]);
                    (bits, count) = (0, 0);
                }
            }
        }
    }
    damaged |= count != 0;
    flush(&mut out, bits, count);
    Decoded { bytes: out.into(), damaged }
}

/// Whether the next line behind a pad is base64 again: whole quanta of the alphabet.
fn goes_on(rest: &[u8]) -> bool {
    let rest = rest.trim_ascii_start();
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = rest.get(..end).unwrap_or_default().trim_ascii_end();
    let plain = line.iter().all(|&b| sextet(b) < 64 || b == b'=');
    (line.len() % 4 == 0 && plain && !line.is_empty()) || line == b"=" && end < rest.len()
}

/// Only white space and pads are left.
fn ends_quietly(rest: &[u8]) -> bool {
    rest.iter().all(|b| b.is_ascii_whitespace() || *b == b'=')
}

/// Writes the octets of an unfinished quantum; true where a lone sextet was left over.
fn flush(out: &mut Vec<u8>, bits: u32, count: u8) -> bool {
    match count {
        2 => {
            let [_, x, ..] = (bits << 12).to_be_bytes();
            out.push(x);
            false
        }
        3 => {
            let [_, x, y, _] = (bits << 6).to_be_bytes();
            out.extend_from_slice(&[x, y]);
            false
        }
        1 => true,
        _ => false,
    }
}

/// Quoted-printable: an `=` that begins no escape stays as it is; white space at a line's end is
/// dropped, as transport may have added it (RFC 2045 section 6.7, rule 3).
pub fn quoted_printable(body: &[u8]) -> Decoded<'static> {
    let mut out = Vec::with_capacity(body.len());
    let mut damaged = false;
    let mut rest = body;
    while let Some(at) = memchr::memchr2(b'=', b'\n', rest) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        if tail.first() == Some(&b'\n') {
            cut_trailing_blanks(&mut out, plain.len());
            out.push(b'\n');
            rest = tail.get(1..).unwrap_or_default();
            continue;
        }
        let after = tail.get(1..).unwrap_or_default();
        if let Some(byte) = hex_pair(after) {
            out.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else if let Some(skip) = soft_break(after) {
            rest = after.get(skip..).unwrap_or_default();
        } else {
            out.push(b'=');
            damaged = true;
            rest = after;
        }
    }
    out.extend_from_slice(rest);
    Decoded { bytes: out.into(), damaged }
}

/// Cuts blanks before a line end, but only such as stood plainly (not `=20`).
fn cut_trailing_blanks(out: &mut Vec<u8>, plain: usize) {
    let floor = out.len().saturating_sub(plain);
    let cr = out.last() == Some(&b'\r') && out.len() > floor;
    let mut end = out.len() - usize::from(cr);
    while end > floor && matches!(out.get(end - 1), Some(b' ' | b'\t')) {
        end -= 1;
    }
    out.truncate(end);
    if cr {
        out.push(b'\r');
    }
}

/// The octet of two hexadecimal digits, of either case.
pub fn hex_pair(text: &[u8]) -> Option<u8> {
    let high = char::from(*text.first()?).to_digit(16)?;
    let low = char::from(*text.get(1)?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// How many octets a soft line break behind its `=` has: blanks and a line end, or the body's end.
fn soft_break(after: &[u8]) -> Option<usize> {
    let blanks = after.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    match (after.get(blanks), after.get(blanks + 1)) {
        (None, _) => Some(blanks),
        (Some(b'\n'), _) => Some(blanks + 1),
        (Some(b'\r'), Some(b'\n')) => Some(blanks + 2),
        (Some(b'\r'), _) => Some(blanks + 1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_bears_missing_pads_junk_and_pieces() {
        assert_eq!(&*base64(b"SGVsbG8").bytes, b"Hello");
        assert_eq!(&*base64(b"SGV!sbG8=").bytes, b"Hello");
        assert_eq!(&*base64(b"SGk=\r\nSGk=").bytes, b"HiHi");
        assert!(!base64(b"SGVs\r\nbG8=\r\n").damaged);
        assert!(base64(b"SGV!sbG8=").damaged);
    }

    #[test]
    fn quoted_printable_keeps_what_is_no_escape() {
        let read =
            |t: &str| String::from_utf8(quoted_printable(t.as_bytes()).bytes.into()).unwrap();
        assert_eq!(read("a=3Db =c3=a4 soft=\r\nend"), "a=b ä softend");
        assert_eq!(read("a==b =zz"), "a==b =zz");
        assert_eq!(read("blank  \r\nkept=20\r\n"), "blank\r\nkept \r\n");
        assert_eq!(read("last="), "last");
    }

    #[test]
    fn labels_are_read_in_any_dress() {
        assert_eq!(TransferEncoding::of_label(" BASE64 (x)"), TransferEncoding::Base64);
        assert_eq!(
            TransferEncoding::of_label("\"quoted-printable\";"),
            TransferEncoding::QuotedPrintable
        );
        assert_eq!(TransferEncoding::of_label("8bit"), TransferEncoding::Identity);
    }

    proptest::proptest! {
        #[test]
        fn base64_of_any_octets_comes_back(bytes: Vec<u8>, cut in 1usize..80) {
            use base64::Engine as _;
            let text = base64::engine::general_purpose::STANDARD.encode(&bytes);
            let lines: Vec<_> = text.as_bytes().chunks(cut).collect();
            proptest::prop_assert_eq!(&*base64(&lines.join(&b"\r\n"[..])).bytes, &bytes[..]);
        }
    }
}
