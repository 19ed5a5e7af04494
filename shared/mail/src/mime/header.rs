//! Header blocks: which fields a part has, found by one scan of its bytes.

use std::ops::Range;

use memchr::memchr;

/// One field as it stands in the mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, lower case, without white space around it.
    pub name: String,
    /// Where its value stands in the mail: from behind the colon to before the last line end.
    pub value: Range<usize>,
    /// The name has white space within it (`Fr om:`), which no reader agrees about.
    pub damaged_name: bool,
}

/// A header block and where the body begins.
#[derive(Clone, Debug, Default)]
pub struct Header {
    /// The fields in the order they stand.
    pub fields: Vec<Field>,
    /// The first octet behind the empty line, or behind the last field where none stands.
    pub body_start: usize,
    /// A line stood among the fields that is none.
    pub stray_line: bool,
    /// There was no empty line behind the fields.
    pub unended: bool,
}

/// Most fields kept of one block; a block with more is hostile. Postfix takes 1000 lines or so.
pub const FIELDS_MAX: usize = 20_000;
/// Longest field name in octets that is taken for one (RFC 5322 lines have at most 998).
const NAME_OCTETS_MAX: usize = 200;

impl Header {
    /// The first field of that lower-case name.
    pub fn first(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|f| f.name == name && !f.damaged_name)
    }

    /// All fields of that lower-case name, in order.
    pub fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h Field> {
        self.fields.iter().filter(move |f| f.name == name && !f.damaged_name)
    }
}

/// Reads the block that begins at `start`. `is_boundary` tells whether a line is a delimiter of a
/// part around this one: a block whose empty line is missing ends there.
pub fn read(raw: &[u8], start: usize, end: usize, is_boundary: &dyn Fn(&[u8]) -> bool) -> Header {
    let mut header = Header { body_start: end, unended: true, ..Header::default() };
    let mut at = start;
    while at < end {
        let line_end = line_end(raw, at, end);
        let line = raw.get(at..line_end.text).unwrap_or_default();
        if is_blank(line) {
            header.body_start = line_end.next;
            header.unended = false;
            return header;
        }
        if line.starts_with(b"--") && is_boundary(line) {
            header.body_start = at;
            return header;
        }
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(last) = header.fields.last_mut() {
                last.value.end = line_end.text;
            }
            at = line_end.next;
            continue;
        }
        match field_of(line, at) {
            Some(field) if header.fields.len() < FIELDS_MAX => header.fields.push(field),
            Some(_) => header.stray_line = true,
            // mbox separators (`From a@b Mon ...`, also quoted ones) stand before the first field.
            None if header.fields.is_empty() && is_mbox_separator(line) => {}
            None => {
                header.stray_line = true;
                if !another_field_follows(raw, line_end.next, end) {
                    header.body_start = at;
                    return header;
                }
            }
        }
        at = line_end.next;
    }
    header
}

/// Where a line ends, without and with its line end.
#[derive(Clone, Copy, Debug)]
pub struct LineEnd {
    /// Behind the last octet of the text.
    pub text: usize,
    /// Behind the line end.
    pub next: usize,
}

/// The end of the line at `at`: LF or CR LF.
pub fn line_end(raw: &[u8], at: usize, end: usize) -> LineEnd {
    let rest = raw.get(at..end).unwrap_or_default();
    match memchr(b'\n', rest) {
        None => LineEnd { text: end, next: end },
        Some(lf) => {
            let text = if lf > 0 && rest.get(lf - 1) == Some(&b'\r') { lf - 1 } else { lf };
            LineEnd { text: at + text, next: at + lf + 1 }
        }
    }
}

fn is_blank(line: &[u8]) -> bool {
    line.iter().all(|&b| b == b'\r')
}

fn is_mbox_separator(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

/// A field's name has printable ASCII only (RFC 5322 section 2.2); white space before the colon is
/// obsolete syntax (section 4.5), white space within is damage.
fn field_of(line: &[u8], at: usize) -> Option<Field> {
    let colon = memchr(b':', line.get(..NAME_OCTETS_MAX.min(line.len()))?)?;
    let name = line.get(..colon)?.trim_ascii();
    if name.is_empty() || is_mbox_separator(line) {
        return None;
    }
    if !name.iter().all(|&b| b > b' ' && b < 0x7f || b == b' ' || b == b'\t') {
        return None;
    }
    let damaged_name = name.iter().any(|b| b.is_ascii_whitespace());
    Some(Field {
        name: String::from_utf8_lossy(name).to_ascii_lowercase(),
        value: at + colon + 1..at + line.len(),
        damaged_name,
    })
}

/// Whether the next line is a field again: then the stray line is skipped, else the body began.
fn another_field_follows(raw: &[u8], at: usize, end: usize) -> bool {
    let next = line_end(raw, at, end);
    let line = raw.get(at..next.text).unwrap_or_default();
    field_of(line, at).is_some_and(|f| !f.damaged_name)
}

/// The value with its folds undone (RFC 5322 section 2.2.3) and outer white space cut.
pub fn unfold(value: &[u8]) -> std::borrow::Cow<'_, [u8]> {
    let value = value.trim_ascii();
    if memchr::memchr2(b'\n', b'\r', value).is_none() {
        return value.into();
    }
    value.iter().copied().filter(|&b| b != b'\n' && b != b'\r').collect::<Vec<u8>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(raw: &str) -> (Vec<String>, String) {
        let header = read(raw.as_bytes(), 0, raw.len(), &|_| false);
        let body = raw[header.body_start..].to_owned();
        (header.fields.into_iter().map(|f| f.name).collect(), body)
    }

    #[test]
    fn a_block_ends_at_the_empty_line() {
        let (fields, body) = names("From: a\r\nTo : b\r\n\r\nX: y\r\n");
        assert_eq!(fields, ["from", "to"]);
        assert_eq!(body, "X: y\r\n");
    }

    #[test]
    fn a_line_that_is_no_field_is_skipped_or_begins_the_body() {
        assert_eq!(names("From: a\njunk\nTo: b\n\nhi").0, ["from", "to"]);
        assert_eq!(names("From: a\nThis is text\nmore").1, "This is text\nmore");
    }

    #[test]
    fn a_name_with_a_gap_is_not_the_field_it_resembles() {
        let raw = b"Fr om: a\nFrom: b\n\n";
        let header = read(raw, 0, raw.len(), &|_| false);
        assert_eq!(header.first("from").unwrap().value, 14..16);
    }

    #[test]
    fn folds_are_undone() {
        assert_eq!(&*unfold(b" a\r\n b\n\tc "), b"a b\tc");
    }
}
