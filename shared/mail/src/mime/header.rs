//! Header blocks: which fields a part has, found by one scan of its bytes.

use std::ops::Range;

use memchr::memchr;

use crate::work::looked_at;

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
    /// Lines at the end of the block that are no fields: text whose empty line was forgotten.
    pub stray_tail: Option<Range<usize>>,
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

/// Reads the block that begins at `start`; empty lines before it are skipped where it is the
/// mail's own. Lines that are no fields don't end it, as readers agree. `is_boundary` tells
/// whether a line is a delimiter of a part around this one: a block whose empty line is missing
/// ends there.
pub fn read(raw: &[u8], start: usize, end: usize, is_boundary: &dyn Fn(&[u8]) -> bool) -> Header {
    let mut header = Header { body_start: end, unended: true, ..Header::default() };
    let mut at = if start == 0 { after_blank_lines(raw, end) } else { start };
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
        header.line(line, at);
        at = line_end.next;
    }
    header
}

impl Header {
    fn line(&mut self, line: &[u8], at: usize) {
        let end = at + line.len();
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if let Some(tail) = &mut self.stray_tail {
                tail.end = end;
                return;
            }
            if let Some(last) = self.fields.last_mut() {
                last.value.end = end;
                return;
            }
        }
        match field_of(line, at) {
            Some(field) => {
                self.stray_tail = None;
                if self.fields.len() < FIELDS_MAX {
                    self.fields.push(field);
                } else {
                    self.stray_line = true;
                }
            }
            // mbox separators (`From a@b Mon ...`, also quoted ones) stand before the fields.
            None if self.fields.is_empty() && is_mbox_separator(line) => {}
            None => {
                self.stray_line = true;
                match &mut self.stray_tail {
                    Some(tail) => tail.end = end,
                    None => self.stray_tail = Some(at..end),
                }
            }
        }
    }
}

fn after_blank_lines(raw: &[u8], end: usize) -> usize {
    let mut at = 0;
    while at < end {
        let line = line_end(raw, at, end);
        if !raw.get(at..line.text).unwrap_or_default().trim_ascii().is_empty() {
            break;
        }
        at = line.next;
    }
    at
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
        None => {
            looked_at(rest.len());
            LineEnd { text: end, next: end }
        }
        Some(lf) => {
            looked_at(lf + 1);
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
    fn lines_that_are_no_fields_are_skipped_and_the_last_of_them_remembered() {
        assert_eq!(names("From: a\njunk\nTo: b\n\nhi").0, ["from", "to"]);
        let raw = "From: a\nThis is text\nmore\n\nbody";
        let header = read(raw.as_bytes(), 0, raw.len(), &|_| false);
        assert_eq!(&raw[header.stray_tail.unwrap()], "This is text\nmore");
        assert_eq!(names(raw).1, "body");
    }

    #[test]
    fn empty_lines_and_blanks_before_the_first_field_do_no_harm() {
        assert_eq!(names("\r\n\r\n From: a\r\nTo: b\r\n\r\nhi").0, ["from", "to"]);
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
