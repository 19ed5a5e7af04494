//! uuencode and yEnc: files written into the text itself, as news and old gateways do.

use super::header::line_end;
use crate::work::looked_at;
use std::ops::Range;

/// A file found in text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFile {
    /// The name its first line gives.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// Where it stands in the text, first line to last.
    pub range: Range<usize>,
    /// Its end is missing, or lines are not what they promise.
    pub damaged: bool,
}

/// Most files taken out of one text.
const FILES_MAX: usize = 100;

/// All uuencoded and yEnc files of a text, in order.
pub fn files(text: &[u8]) -> Vec<TextFile> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() && found.len() < FILES_MAX {
        let Some(file) = next_file(text, at) else { break };
        at = file.range.end;
        found.push(file);
    }
    found
}

/// The first uuencoded file of a body that is labelled as such.
pub fn first_file(text: &[u8]) -> Option<TextFile> {
    files(text).into_iter().next()
}

fn next_file(text: &[u8], from: usize) -> Option<TextFile> {
    let mut at = from;
    while let Some(next) = find_line_start(text, at) {
        let first = line_end(text, next, text.len());
        let line = text.get(next..first.text).unwrap_or_default();
        if let Some(name) = begin_line(line) {
            if let Some(file) = uu_file(text, next, first.next, name) {
                return Some(file);
            }
        } else if let Some(name) = ybegin_line(line) {
            return Some(yenc_file(text, next, first.next, name));
        }
        at = first.next;
        if at >= text.len() {
            break;
        }
    }
    None
}

/// The next line that may begin a file: `begin ` or `=ybegin `.
fn find_line_start(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    memchr::memmem::find_iter(rest, b"begin ").map(|at| from + at).find_map(|at| {
        looked_at(at - from);
        let start = if at >= 2 && text.get(at - 2..at) == Some(b"=y") { at - 2 } else { at };
        let line_start = start == 0 || text.get(start - 1) == Some(&b'\n');
        (line_start && start >= from).then_some(start)
    })
}

/// `begin 644 name`: three or four octal digits, then the name.
fn begin_line(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"begin ")?;
    let digits = rest.iter().take_while(|b| matches!(b, b'0'..=b'7')).count();
    let name = rest.get(digits..)?.strip_prefix(b" ")?.trim_ascii();
    ((3..=4).contains(&digits) && !name.is_empty())
        .then(|| String::from_utf8_lossy(name).into_owned())
}

fn ybegin_line(line: &[u8]) -> Option<String> {
    let rest = line.strip_prefix(b"=ybegin ")?;
    let at = memchr::memmem::find(rest, b"name=")?;
    let name = rest.get(at + 5..)?.trim_ascii();
    (!name.is_empty()).then(|| String::from_utf8_lossy(name).into_owned())
}

fn uu_file(text: &[u8], start: usize, mut at: usize, name: String) -> Option<TextFile> {
    let mut bytes = Vec::new();
    let mut damaged = true;
    while at < text.len() {
        let end = line_end(text, at, text.len());
        let line = text.get(at..end.text).unwrap_or_default();
        at = end.next;
        if line == b"end" {
            damaged = false;
            break;
        }
        if matches!(line, b"`" | b" " | b"") {
            continue;
        }
        if !uu_line(line, &mut bytes) {
            break;
        }
    }
    (!bytes.is_empty() || !damaged).then_some(TextFile { name, bytes, range: start..at, damaged })
}

/// Decodes one line; false where it is none.
fn uu_line(line: &[u8], bytes: &mut Vec<u8>) -> bool {
    let value = |b: u8| (b' '..=b'`').contains(&b).then(|| u32::from((b - b' ') & 63));
    let Some((&first, body)) = line.split_first() else { return false };
    let Some(count) = value(first).and_then(|v| usize::try_from(v).ok()) else { return false };
    let wanted = count.div_ceil(3) * 4;
    if count == 0 || body.len() + 3 < wanted || body.len() > wanted + 3 {
        return false;
    }
    let mut out = Vec::with_capacity(48);
    for quad in body.chunks(4) {
        let mut word = 0u32;
        for at in 0..4 {
            let Some(six) = value(quad.get(at).copied().unwrap_or(b' ')) else { return false };
            word = word << 6 | six;
        }
        let [_, x, y, z] = word.to_be_bytes();
        out.extend_from_slice(&[x, y, z]);
    }
    out.truncate(count);
    bytes.extend_from_slice(&out);
    true
}

/// yEnc: each octet plus 42, `=` escapes (plus 64), up to `=yend`.
fn yenc_file(text: &[u8], start: usize, mut at: usize, name: String) -> TextFile {
    let mut bytes = Vec::new();
    let mut damaged = true;
    while at < text.len() {
        let end = line_end(text, at, text.len());
        let line = text.get(at..end.text).unwrap_or_default();
        at = end.next;
        if line.starts_with(b"=yend") {
            damaged = false;
            break;
        }
        if line.starts_with(b"=ypart") {
            continue;
        }
        let mut escaped = false;
        for &byte in line {
            if escaped {
                bytes.push(byte.wrapping_sub(64).wrapping_sub(42));
                escaped = false;
            } else if byte == b'=' {
                escaped = true;
            } else {
                bytes.push(byte.wrapping_sub(42));
            }
        }
    }
    TextFile { name, bytes, range: start..at, damaged }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuencoded_file_is_found_in_text() {
        let text = b"hello\nbegin 644 cat.txt\n#0V%T\n`\nend\nbye\n";
        let found = files(text);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name.as_str(), &found[0].bytes[..]), ("cat.txt", &b"Cat"[..]));
        assert_eq!(&text[found[0].range.end..], b"bye\n");
        assert!(!found[0].damaged);
    }

    #[test]
    fn plain_text_that_begins_like_one_is_none() {
        assert!(files(b"begin 644 the story\nonce upon a time there was\n").is_empty());
        assert!(files(b"we begin 644 x\n").is_empty());
    }

    #[test]
    fn a_yenc_file_is_found_in_text() {
        let text = b"=ybegin line=128 size=3 name=a b.bin\r\n*+=J\r\n=yend size=3\r\n";
        let found = files(text);
        assert_eq!(found[0].name, "a b.bin");
        assert_eq!(found[0].bytes, [0, 1, 0xe0]);
    }
}
