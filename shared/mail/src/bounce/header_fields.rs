//! The header block of a mail or part, split in one pass.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

/// Fields of one header block that are kept; more are passed over.
const FIELDS_MAX: usize = 400;

/// Octets of one field that are read.
const FIELD_OCTETS_MAX: usize = 16 * 1024;

/// A header block: names and folded values, borrowed from the mail.
#[derive(Clone, Default)]
pub struct HeaderFields<'a> {
    fields: Vec<(&'a [u8], &'a [u8])>,
}

impl<'a> HeaderFields<'a> {
    /// Splits a mail (LF line ends) into its fields and its body. Lines that are no field are
    /// passed over: mbox separators, blank lines in front, leftovers of broken folding.
    pub fn split(mail: &'a [u8]) -> (Self, &'a [u8]) {
        let mut rest = mail;
        while let [b'\n', after @ ..] = rest {
            rest = after;
        }
        let mut fields: Vec<(&[u8], &[u8])> = Vec::with_capacity(24);
        while let Some((line, after)) = next_line(rest) {
            if line.is_empty() {
                return (Self { fields }, after);
            }
            let value_end = fold_end(rest);
            let (whole, following) = rest.split_at(value_end);
            if let Some(field) = field_of(whole)
                && fields.len() < FIELDS_MAX
            {
                fields.push(field);
            }
            rest = following;
        }
        (Self { fields }, b"")
    }

    /// The first value of that name (ASCII case aside), unfolded and decoded.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).next().map(readable)
    }

    /// Whether a field of that name is there.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).next().is_some()
    }

    /// Every value of that name, unfolded and decoded.
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = Cow<'a, str>> + 's {
        self.raw(name).map(readable)
    }

    /// Every field: name and value, unfolded and decoded.
    pub fn iter(&self) -> impl Iterator<Item = (&'a [u8], Cow<'a, str>)> + '_ {
        self.fields.iter().map(|&(name, value)| (name, readable(value)))
    }

    /// True of a block without a single field.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    fn raw<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a [u8]> + 's {
        let wanted = name.as_bytes();
        self.fields
            .iter()
            .filter(move |(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|&(_, value)| value)
    }
}

/// The first line without its LF, and what follows it.
pub fn next_line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    if text.is_empty() {
        return None;
    }
    match memchr::memchr(b'\n', text) {
        Some(at) => {
            let (line, after) = text.split_at(at);
            Some((line, after.get(1..).unwrap_or_default()))
        }
        None => Some((text, b"")),
    }
}

/// Where the field that `text` starts with ends: after its last continuation line.
fn fold_end(text: &[u8]) -> usize {
    let mut end = 0;
    let mut rest = text;
    while let Some((line, after)) = next_line(rest) {
        end = text.len() - after.len();
        rest = after;
        // A continuation starts with white space, and has something else too.
        let indented = matches!(after.first(), Some(b' ' | b'\t'));
        // Some writers forget the white space before a parameter.
        let continues = indented || (line.ends_with(b";") && starts_parameter(after));
        if !continues || line.is_empty() {
            break;
        }
        let blank = next_line(after).is_some_and(|(next, _)| next.trim_ascii().is_empty());
        if blank {
            break;
        }
    }
    end
}

/// Whether the text starts with `boundary=...` and the like.
fn starts_parameter(text: &[u8]) -> bool {
    let name =
        text.iter().take(30).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    name > 0 && text.get(name) == Some(&b'=')
}

fn field_of(whole: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = whole.iter().position(|&b| b == b':')?;
    let name = whole.get(..colon)?.trim_ascii_end();
    let named = !name.is_empty() && name.iter().all(|b| b.is_ascii_graphic());
    let value = whole.get(colon + 1..)?;
    let value = value.get(..FIELD_OCTETS_MAX).unwrap_or(value);
    named.then_some((name, value.trim_ascii()))
}

/// The value in one line; encoded words (RFC 2047) are decoded.
fn readable(value: &[u8]) -> Cow<'_, str> {
    if value.windows(2).any(|pair| pair == b"=?") {
        let mut unended = value.to_vec();
        unended.push(b'\n');
        if let HeaderValue::Text(text) = MessageStream::new(&unended).parse_unstructured() {
            return Cow::Owned(text.into_owned());
        }
    }
    let text = String::from_utf8_lossy(value);
    if text.contains('\n') {
        return Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_and_encoded_values_come_in_one_line() {
        let mail = b"From x\nSubject: =?utf-8?B?w7xiZXI=?=\n =?utf-8?Q?_all?=\nTo: a,\n\tb\n\nbody";
        let (fields, body) = HeaderFields::split(mail);
        assert_eq!(fields.get("subject").unwrap(), "über all");
        assert_eq!(fields.get("TO").unwrap(), "a, b");
        assert_eq!(body, b"body");
        assert!(!fields.has("cc"));
    }

    #[test]
    fn a_block_without_an_end_is_all_header_and_garbage_is_passed_over() {
        let (fields, body) = HeaderFields::split(b"\n\nno field here\nA: 1\nA: 2");
        assert_eq!(fields.all("a").collect::<Vec<_>>(), ["1", "2"]);
        assert!(body.is_empty());
    }

    #[test]
    fn a_line_of_blanks_ends_no_field_early() {
        let (fields, body) = HeaderFields::split(b"A: 1\n \nB: 2\n\nbody");
        assert_eq!(fields.get("b").unwrap(), "2");
        assert_eq!(body, b"body");
    }
}
