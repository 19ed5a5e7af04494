//! HTML cut into tags and text, as tolerantly as browsers do; linear, and without allocation for
//! text that has no character references.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::work::looked_at;

/// A piece of HTML.
#[derive(Debug)]
pub enum Token<'h> {
    /// Text, character references read.
    Text(Cow<'h, str>),
    /// A start tag.
    Open(Tag<'h>),
    /// An end tag's lower-case name.
    Close(Cow<'h, str>),
}

/// A start tag.
#[derive(Debug)]
pub struct Tag<'h> {
    /// Lower case.
    pub name: Cow<'h, str>,
    /// Everything between the name and the closing bracket.
    pub attributes: &'h str,
    /// It ends with `/>`.
    pub closed: bool,
}

/// Octets of a tag that are read; a bracket farther off closes nothing.
const TAG_OCTETS_MAX: usize = 64 * 1024;
/// Attributes of a tag that are looked at.
const ATTRIBUTES_MAX: usize = 60;

impl<'h> Tag<'h> {
    /// The value of the attribute of that lower-case name, character references read.
    pub fn attribute(&self, wanted: &str) -> Option<Cow<'h, str>> {
        let mut rest = self.attributes;
        for _ in 0..ATTRIBUTES_MAX {
            rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let name_end = rest
                .find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/'))
                .unwrap_or(rest.len())
                .max(1);
            let (name, after) = rest.split_at_checked(name_end)?;
            let (value, tail) = attribute_value(after);
            if name.eq_ignore_ascii_case(wanted) {
                return Some(unescape(value));
            }
            rest = tail;
        }
        None
    }
}

/// The value behind a name, and what follows.
fn attribute_value(after: &str) -> (&str, &str) {
    let Some(value) = after.trim_start().strip_prefix('=') else { return ("", after) };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    let end = value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len());
    value.split_at(end)
}

/// The pieces of a text.
#[derive(Debug)]
pub struct Tokens<'h> {
    rest: &'h str,
    /// Within a raw text element: skip to its end tag.
    raw: Option<&'static str>,
}

/// Elements whose content is no HTML and is not shown.
const RAW: [&str; 3] = ["script", "style", "xml"];

impl<'h> Tokens<'h> {
    /// Over a whole text.
    pub fn new(html: &'h str) -> Self {
        Self { rest: html, raw: None }
    }

    fn advance(&mut self, by: usize) {
        self.rest = self.rest.get(by..).unwrap_or_default();
    }

    /// Skips script and style up to their end tag, or to the end where none comes.
    fn skip_raw(&mut self, name: &str) {
        let mut at = 0;
        let bytes = self.rest.as_bytes();
        while let Some(found) = bytes.get(at..).and_then(|b| memmem::find(b, b"</")) {
            looked_at(found);
            let start = at + found + 2;
            let tag = self.rest.get(start..start + name.len()).unwrap_or_default();
            if tag.eq_ignore_ascii_case(name) {
                self.advance(start - 2);
                return;
            }
            at = start;
        }
        self.rest = "";
    }

    fn markup(&mut self) -> Option<Token<'h>> {
        let rest = self.rest;
        if let Some(comment) = rest.strip_prefix("<!--") {
            let end = memmem::find(comment.as_bytes(), b"-->").map_or(rest.len(), |e| e + 7);
            self.advance(end);
            return None;
        }
        let second = rest.as_bytes().get(1).copied().unwrap_or(b' ');
        if matches!(second, b'!' | b'?') {
            let end = memchr(b'>', rest.as_bytes()).map_or(rest.len(), |e| e + 1);
            self.advance(end);
            return None;
        }
        if !(second.is_ascii_alphabetic() || second == b'/') {
            self.advance(1);
            return Some(Token::Text("<".into()));
        }
        let end = tag_end(rest);
        let inner = rest.get(1..end).unwrap_or_default();
        self.advance(end + 1);
        if let Some(name) = inner.strip_prefix('/') {
            let name = name.split(|c: char| c.is_ascii_whitespace()).next().unwrap_or_default();
            return Some(Token::Close(lower(name)));
        }
        let split = inner.find(|c: char| c.is_ascii_whitespace() || c == '/');
        let (name, attributes) = inner.split_at(split.unwrap_or(inner.len()));
        let name = lower(name);
        self.raw = RAW.iter().copied().find(|r| *r == name);
        let closed = attributes.ends_with('/');
        Some(Token::Open(Tag { name, attributes, closed }))
    }
}

impl<'h> Iterator for Tokens<'h> {
    type Item = Token<'h>;

    fn next(&mut self) -> Option<Token<'h>> {
        loop {
            if let Some(name) = self.raw.take() {
                self.skip_raw(name);
            }
            if self.rest.is_empty() {
                return None;
            }
            let bracket = memchr(b'<', self.rest.as_bytes()).unwrap_or(self.rest.len());
            if bracket > 0 {
                let (text, tail) = self.rest.split_at(bracket);
                self.rest = tail;
                return Some(Token::Text(unescape(text)));
            }
            if let Some(token) = self.markup() {
                return Some(token);
            }
        }
    }
}

/// Where a tag's bracket closes: quotes hide brackets, unless one is never closed.
fn tag_end(tag: &str) -> usize {
    let bytes = tag.as_bytes().get(..TAG_OCTETS_MAX.min(tag.len())).unwrap_or_default();
    let mut quote = 0u8;
    let mut first_bracket = None;
    for (at, &byte) in bytes.iter().enumerate() {
        looked_at(1);
        match byte {
            b'>' if quote == 0 => return at,
            b'>' => first_bracket = first_bracket.or(Some(at)),
            b'"' | b'\'' if quote == 0 => {
                // Only behind an equals sign does a quote open a value.
                let before = bytes.get(..at).unwrap_or_default().trim_ascii_end();
                if before.last() == Some(&b'=') {
                    quote = byte;
                }
            }
            _ if byte == quote => quote = 0,
            _ => {}
        }
    }
    first_bracket.unwrap_or(tag.len())
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

/// Longest character reference in octets.
const REFERENCE_OCTETS_MAX: usize = 33;

/// Reads character references; what is none stays as it is.
pub fn unescape(text: &str) -> Cow<'_, str> {
    let Some(first) = memchr(b'&', text.as_bytes()) else { return text.into() };
    let (before, mut rest) = text.split_at(first);
    let mut out = String::with_capacity(text.len());
    out.push_str(before);
    while let Some(tail) = rest.strip_prefix('&') {
        let head = tail.as_bytes().get(..REFERENCE_OCTETS_MAX.min(tail.len())).unwrap_or_default();
        let end = head.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'#'));
        let end = end.unwrap_or(head.len());
        let name = tail.get(..end).unwrap_or_default();
        let closed = tail.as_bytes().get(end) == Some(&b';');
        rest = match reference(name, closed, &mut out) {
            true => tail.get(end + usize::from(closed)..).unwrap_or_default(),
            false => {
                out.push('&');
                tail
            }
        };
        let next = memchr(b'&', rest.as_bytes()).unwrap_or(rest.len());
        let (plain, after) = rest.split_at(next);
        out.push_str(plain);
        rest = after;
    }
    out.into()
}

fn reference(name: &str, closed: bool, out: &mut String) -> bool {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => number.parse().ok(),
        };
        let Some(c) = code.and_then(char_of_code) else { return false };
        out.push(c);
        return true;
    }
    let c = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => '\u{a0}',
        "apos" => '\'',
        _ if closed && !name.is_empty() => {
            // The long list of names is mail-parser's.
            let whole = format!("&{name};");
            let read = mail_parser::decoders::html::html_to_text(&whole);
            let read = read.trim();
            if read == whole || read.is_empty() {
                return false;
            }
            out.push_str(read);
            return true;
        }
        _ => return false,
    };
    out.push(c);
    true
}

/// HTML standard, numeric character references: 128 to 159 mean windows-1252.
fn char_of_code(code: u32) -> Option<char> {
    if let Ok(byte) = u8::try_from(code)
        && (0x80..=0x9f).contains(&byte)
    {
        let octet = [byte];
        return encoding_rs::WINDOWS_1252.decode_without_bom_handling(&octet).0.chars().next();
    }
    char::from_u32(code).filter(|c| *c != '\0')
}
