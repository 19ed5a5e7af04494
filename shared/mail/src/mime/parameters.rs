//! `Content-Type` and `Content-Disposition`: a value and its parameters (RFC 2045, 2183, 2231).

use super::transfer::hex_pair;
use super::{charset, encoded_words};

/// A value with parameters, read as far as it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Structured {
    /// What stands before the first semicolon, lower case: `text/plain`, `attachment`.
    pub value: String,
    parameters: Vec<(String, String)>,
}

/// Most parameters read of one field.
const PARAMETERS_MAX: usize = 200;

impl Structured {
    /// Reads an unfolded value.
    pub fn read(raw: &[u8]) -> Self {
        let mut scan = Scan { rest: raw };
        let value: String = scan.token(b";").chars().filter(|c| !c.is_whitespace()).collect();
        let mut pieces = Vec::new();
        while scan.skip_to_parameter() && pieces.len() < PARAMETERS_MAX {
            let Some((name, value)) = scan.parameter() else { continue };
            pieces.push((name, value));
        }
        let mut read = Self { value: value.to_ascii_lowercase(), parameters: Vec::new() };
        // `text/plain charset=utf-8`: the semicolon was forgotten.
        if let Some((first, rest)) = split_forgotten(&read.value, raw) {
            read.value = first;
            let mut scan = Scan { rest };
            if let Some(piece) = scan.parameter() {
                pieces.push(piece);
            }
        }
        read.parameters = assemble(pieces);
        read
    }

    /// The parameter of that lower-case name, decoded.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The part before the slash.
    pub fn kind(&self) -> &str {
        self.value.split('/').next().unwrap_or_default()
    }

    /// The part behind the slash.
    pub fn subtype(&self) -> &str {
        self.value.split_once('/').map(|(_, s)| s).unwrap_or_default()
    }
}

/// Value and first parameter where a blank stands for the semicolon.
fn split_forgotten<'r>(value: &str, raw: &'r [u8]) -> Option<(String, &'r [u8])> {
    if !value.contains('=') {
        return None;
    }
    let raw = raw.trim_ascii();
    let blank = raw.iter().position(u8::is_ascii_whitespace)?;
    let (first, rest) = raw.split_at(blank);
    if first.contains(&b'=') {
        return None;
    }
    Some((String::from_utf8_lossy(first).to_ascii_lowercase(), rest))
}

type Piece = (String, Vec<u8>);

struct Scan<'r> {
    rest: &'r [u8],
}

impl Scan<'_> {
    /// Text up to one of `stops`, comments left out.
    fn token(&mut self, stops: &[u8]) -> String {
        let mut out = Vec::new();
        let mut depth = 0usize;
        while let Some((&byte, tail)) = self.rest.split_first() {
            if depth == 0 && stops.contains(&byte) {
                break;
            }
            self.rest = tail;
            match byte {
                b'(' => depth += 1,
                b')' => depth = depth.saturating_sub(1),
                _ if depth == 0 => out.push(byte),
                _ => {}
            }
        }
        String::from_utf8_lossy(&out).trim().to_owned()
    }

    /// Skips separators; false at the end.
    fn skip_to_parameter(&mut self) -> bool {
        while let Some((&byte, tail)) = self.rest.split_first() {
            if !byte.is_ascii_whitespace() && !matches!(byte, b';' | b',') {
                return true;
            }
            self.rest = tail;
        }
        false
    }

    fn parameter(&mut self) -> Option<Piece> {
        let name = self.token(b"=;");
        if self.rest.first() != Some(&b'=') {
            return None;
        }
        self.rest = self.rest.get(1..).unwrap_or_default().trim_ascii_start();
        let value = if self.rest.first() == Some(&b'"') { self.quoted() } else { self.plain() };
        (!name.is_empty()).then(|| (name.to_ascii_lowercase(), value))
    }

    /// A quoted string. A backslash escapes only a quote or a backslash: in `C:\dir\x.doc` it is
    /// a part of the name. A quote that is not followed by a separator is part of the text.
    fn quoted(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = self.rest.get(1..).unwrap_or_default();
        while let Some((&byte, tail)) = rest.split_first() {
            rest = tail;
            match byte {
                b'\\' if matches!(tail.first(), Some(b'"' | b'\\')) => {
                    out.extend(tail.first());
                    rest = tail.get(1..).unwrap_or_default();
                }
                b'"' => break,
                _ => out.push(byte),
            }
        }
        self.rest = rest;
        out
    }

    /// An unquoted value runs to the semicolon; blanks within are kept (`name=my file.pdf`) unless
    /// another parameter begins behind them.
    fn plain(&mut self) -> Vec<u8> {
        let end = memchr::memchr(b';', self.rest).unwrap_or(self.rest.len());
        let (value, tail) = self.rest.split_at(end);
        if let Some(blank) = value.iter().position(u8::is_ascii_whitespace) {
            let behind = value.get(blank..).unwrap_or_default();
            if begins_parameter(behind.trim_ascii_start()) {
                self.rest = self.rest.get(blank..).unwrap_or_default();
                return value.get(..blank).unwrap_or_default().to_vec();
            }
        }
        self.rest = tail;
        value.trim_ascii().to_vec()
    }
}

fn begins_parameter(text: &[u8]) -> bool {
    let Some(equals) = memchr::memchr(b'=', text) else { return false };
    const KNOWN: [&[u8]; 6] = [b"charset", b"name", b"boundary", b"filename", b"format", b"delsp"];
    let name = text.get(..equals).unwrap_or_default().trim_ascii().to_ascii_lowercase();
    let name = name.split(|&b| b == b'*').next().unwrap_or_default();
    KNOWN.contains(&name)
}

/// Joins the pieces of RFC 2231 section 3 and decodes them (section 4). A name with `*` wins over
/// the plain one, which is there for readers that know no better.
fn assemble(pieces: Vec<Piece>) -> Vec<(String, String)> {
    let mut plain: Vec<(String, String)> = Vec::new();
    let mut extended: Vec<(String, usize, bool, Vec<u8>)> = Vec::new();
    for (name, value) in pieces {
        match name.split_once('*') {
            None => {
                if !plain.iter().any(|(n, _)| *n == name) {
                    plain.push((name, plain_text(&value)));
                }
            }
            Some((base, "")) => extended.push((base.to_owned(), 0, true, value)),
            Some((base, number)) => {
                let encoded = number.ends_with('*');
                let order = number.trim_end_matches('*').parse().unwrap_or(0);
                extended.push((base.to_owned(), order, encoded, value));
            }
        }
    }
    extended.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    let mut joined: Vec<(String, String)> = Vec::new();
    for chunk in extended.chunk_by(|a, b| a.0 == b.0) {
        let Some((name, ..)) = chunk.first() else { continue };
        joined.push((name.clone(), extended_text(chunk)));
    }
    plain.retain(|(n, _)| !joined.iter().any(|(j, _)| j == n));
    joined.append(&mut plain);
    joined
}

/// A plain value may hold encoded words, though RFC 2047 forbids it: most senders write names so.
fn plain_text(value: &[u8]) -> String {
    encoded_words::decode(value)
}

fn extended_text(chunk: &[(String, usize, bool, Vec<u8>)]) -> String {
    let mut bytes = Vec::new();
    let mut label: Option<String> = None;
    let mut any_encoded = false;
    for (at, (_, _, encoded, value)) in chunk.iter().enumerate() {
        if !encoded {
            bytes.extend_from_slice(value);
            continue;
        }
        any_encoded = true;
        let mut payload = value.as_slice();
        if at == 0
            && let Some((charset, rest)) = charset_prefix(value)
        {
            label = Some(charset);
            payload = rest;
        }
        percent_decode(payload, &mut bytes);
    }
    if !any_encoded {
        return plain_text(&bytes);
    }
    let text = charset::decode(&bytes, label.as_deref()).text;
    // Some gateways encode what was encoded already.
    if text.starts_with("=?") && text.ends_with("?=") { plain_text(text.as_bytes()) } else { text }
}

/// `charset'language'` before the value.
fn charset_prefix(value: &[u8]) -> Option<(String, &[u8])> {
    let first = memchr::memchr(b'\'', value)?;
    let second = first + 1 + memchr::memchr(b'\'', value.get(first + 1..)?)?;
    let charset = String::from_utf8_lossy(value.get(..first)?).into_owned();
    Some((charset, value.get(second + 1..)?))
}

fn percent_decode(payload: &[u8], out: &mut Vec<u8>) {
    let mut rest = payload;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match hex_pair(tail) {
            Some(octet) if byte == b'%' => {
                out.push(octet);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(raw: &str) -> Option<String> {
        Structured::read(raw.as_bytes()).parameter("name").map(str::to_owned)
    }

    #[test]
    fn values_are_read_in_every_dress() {
        assert_eq!(name("a/b; name=\"x y.pdf\"").as_deref(), Some("x y.pdf"));
        assert_eq!(name("a/b; name= \"x.pdf\"").as_deref(), Some("x.pdf"));
        assert_eq!(name("a/b;name=my file.pdf; x=y").as_deref(), Some("my file.pdf"));
        assert_eq!(name("a/b; charset=utf-8 name=x.pdf").as_deref(), Some("x.pdf"));
        assert_eq!(name("a/b name=x.pdf").as_deref(), Some("x.pdf"));
        assert_eq!(name("a/b; (c) name (d) = x.pdf").as_deref(), Some("x.pdf"));
        assert_eq!(name("a/b; name=\"C:\\dir\\x.doc\"").as_deref(), Some("C:\\dir\\x.doc"));
        assert_eq!(name("a/b; name=\"=?utf-8?q?=C3=A4.pdf?=\"").as_deref(), Some("ä.pdf"));
    }

    #[test]
    fn pieces_of_a_name_are_joined_and_decoded() {
        let raw = "a/b; name*1*=%A4.pdf; name*0*=utf-8''%C3; name=plain.pdf";
        assert_eq!(name(raw).as_deref(), Some("ä.pdf"));
        assert_eq!(name("a/b; name*0=\"ab\"; name*1=\"cd\"").as_deref(), Some("abcd"));
        assert_eq!(name("a/b; name*=iso-8859-1'en'%A3%20x").as_deref(), Some("£ x"));
    }

    #[test]
    fn the_value_is_lower_case_and_bare() {
        let read = Structured::read(b" Text/Plain (c) ; charset=X");
        assert_eq!(
            (read.value.as_str(), read.kind(), read.subtype()),
            ("text/plain", "text", "plain")
        );
        assert_eq!(read.parameter("charset"), Some("X"));
    }
}
