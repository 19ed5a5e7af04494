//! Encoded words in header fields (RFC 2047), as they come: split within characters, with spaces
//! inside, glued to other text.

use super::charset;
use super::transfer::{base64, hex_pair};
use crate::work::looked_at;

/// Decodes an unfolded field value. White space between two encoded words is dropped (RFC 2047
/// section 6.2); the octets of neighbours with the same charset are joined before they are read,
/// as many senders split within a character.
pub fn decode(value: &[u8]) -> String {
    decode_with(value, None)
}

/// Decodes a value whose raw octets are most likely in the charset `hint`, as the body is.
pub fn decode_with(value: &[u8], hint: Option<&str>) -> String {
    let plain = |bytes: &[u8]| charset::guess_with(bytes, hint);
    if memchr::memmem::find(value, b"=?").is_none() {
        return plain(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut pending: Option<Pending> = None;
    let mut rest = value;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        looked_at(at);
        let (before, tail) = rest.split_at(at);
        // Where nothing ends a word any more, none can begin.
        if payload_end(tail.get(2..).unwrap_or_default()).is_none() {
            break;
        }
        let Some((word, after)) = word(tail) else {
            flush(&mut out, &mut pending);
            out.push_str(&plain(before));
            out.push_str("=?");
            rest = tail.get(2..).unwrap_or_default();
            continue;
        };
        let joined = pending.is_some() && before.trim_ascii().is_empty();
        if !joined {
            flush(&mut out, &mut pending);
            out.push_str(&plain(before));
        }
        match &mut pending {
            Some(open) if joined && open.charset.eq_ignore_ascii_case(&word.charset) => {
                open.bytes.extend_from_slice(&word.bytes);
            }
            _ => {
                flush(&mut out, &mut pending);
                pending = Some(word);
            }
        }
        rest = after;
    }
    flush(&mut out, &mut pending);
    out.push_str(&plain(rest));
    out
}

struct Pending {
    charset: String,
    bytes: Vec<u8>,
}

fn flush(out: &mut String, pending: &mut Option<Pending>) {
    if let Some(open) = pending.take() {
        let text = charset::decode(&open.bytes, Some(&open.charset)).text;
        // A line end or NUL smuggled into a field would make two fields of one.
        out.extend(text.chars().filter(|c| !matches!(c, '\r' | '\n' | '\0')));
    }
}

/// Longest charset label in octets.
const LABEL_OCTETS_MAX: usize = 60;

/// The encoded word at the start of `text` (which begins with `=?`) and what follows it.
fn word(text: &[u8]) -> Option<(Pending, &[u8])> {
    let rest = text.get(2..)?;
    let head = rest.get(..LABEL_OCTETS_MAX.min(rest.len()))?;
    let label_end = memchr::memchr(b'?', head)?;
    let label = rest.get(..label_end)?;
    if label.is_empty() || !label.iter().all(|b| b.is_ascii_graphic()) {
        return None;
    }
    let rest = rest.get(label_end + 1..)?;
    let (&encoding, rest) = rest.split_first()?;
    let rest = rest.strip_prefix(b"?")?;
    let (payload_end, after) = payload_end(rest)?;
    let payload = rest.get(..payload_end)?;
    let bytes = match encoding {
        b'B' | b'b' => base64(payload).bytes.into_owned(),
        b'Q' | b'q' => q_decode(payload),
        _ => return None,
    };
    let charset = String::from_utf8_lossy(label).into_owned();
    Some((Pending { charset, bytes }, rest.get(after..)?))
}

/// Where the payload ends and what follows begins: at `?=`. In a Q word `?=41` may be meant as a
/// plain question mark and an escape; a real end is followed by a blank, a bracket or nothing.
fn payload_end(rest: &[u8]) -> Option<(usize, usize)> {
    let at = memchr::memmem::find(rest, b"?=");
    looked_at(at.unwrap_or(rest.len()));
    at.map(|at| (at, at + 2))
}

fn q_decode(payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(payload.len());
    let mut rest = payload;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'_' => out.push(b' '),
            b'=' => match hex_pair(tail) {
                Some(octet) => {
                    out.push(octet);
                    rest = tail.get(2..).unwrap_or_default();
                }
                None => out.push(b'='),
            },
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        decode(text.as_bytes())
    }

    #[test]
    fn words_are_decoded_and_blanks_between_them_dropped() {
        assert_eq!(read("=?utf-8?q?a=C3=A4?= =?utf-8?q?b_c?= d"), "aäb c d");
        assert_eq!(read("x =?iso-8859-1?Q?=E9t=E9?= y"), "x été y");
        assert_eq!(read("=?utf-8*en?B?aGk=?="), "hi");
    }

    #[test]
    fn a_character_split_over_two_words_is_whole_again() {
        assert_eq!(read("=?utf-8?B?5L0=?=\t=?UTF-8?B?oA==?="), "你");
        assert_eq!(read("=?utf-8?Q?=E4=BD?= =?utf-8?Q?=A0?="), "你");
    }

    #[test]
    fn what_is_no_word_stays() {
        assert_eq!(read("a =?utf-8?x?b?= c"), "a =?utf-8?x?b?= c");
        assert_eq!(read("2 =? 3"), "2 =? 3");
    }

    #[test]
    fn no_line_end_can_be_smuggled_in() {
        assert_eq!(read("=?utf-8?q?a=0D=0ABcc:_b?="), "aBcc: b");
    }
}
