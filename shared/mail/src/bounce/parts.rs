//! The MIME parts of a mail, flat, in one light pass: no tree, no copies, bounded.

use std::borrow::Cow;

use super::header_fields::{HeaderFields, next_line};

/// Nesting of multiparts that is followed.
const DEPTH_MAX: usize = 8;
/// Parts that are kept.
const PARTS_MAX: usize = 64;

/// One leaf of the MIME tree.
pub struct Part<'a> {
    /// Its own header fields (those of the mail where it has no parts).
    pub fields: HeaderFields<'a>,
    /// `type/subtype` in lower case.
    pub media: String,
    /// The content as it stands in the mail.
    pub body: &'a [u8],
}

/// The leaves, and what was not followed.
#[derive(Default)]
pub struct Parts<'a> {
    /// In the order of the mail.
    pub leaves: Vec<Part<'a>>,
    /// True where depth or number went over the bound.
    pub cut: bool,
}

/// A parameter of a Content-Type or like field (RFC 2045 section 5.1), without its quotes.
pub fn parameter(value: &str, name: &str) -> Option<String> {
    let mut rest = value;
    while let Some(at) = rest.find(';') {
        rest = rest.get(at + 1..)?.trim_start();
        let Some((key, after)) = rest.split_once('=') else { continue };
        if !key.trim().eq_ignore_ascii_case(name) {
            continue;
        }
        let after = after.trim_start();
        return Some(match after.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default().to_owned(),
            None => {
                let end = after.find([';', ' ', '\t']).unwrap_or(after.len());
                after.get(..end)?.to_owned()
            }
        });
    }
    None
}

/// The media type of a Content-Type value, in lower case; `text/plain` where there is none.
pub fn media_type(value: Option<&str>) -> String {
    let media = value.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if media.contains('/') { media.to_ascii_lowercase() } else { "text/plain".to_owned() }
}

/// The leaves of the entity with these fields and this body.
pub fn flatten<'a>(fields: HeaderFields<'a>, body: &'a [u8]) -> Parts<'a> {
    let mut parts = Parts::default();
    collect(fields, body, 0, &mut parts);
    parts
}

fn collect<'a>(fields: HeaderFields<'a>, body: &'a [u8], depth: usize, parts: &mut Parts<'a>) {
    if parts.leaves.len() >= PARTS_MAX {
        parts.cut = true;
        return;
    }
    let content_type = fields.get("content-type");
    let media = media_type(content_type.as_deref());
    let boundary = content_type.as_deref().and_then(|value| parameter(value, "boundary"));
    if media.starts_with("multipart/")
        && let Some(boundary) = boundary
    {
        if depth >= DEPTH_MAX {
            parts.cut = true;
            return;
        }
        let inner = split_at_boundary(body, boundary.trim_end());
        if !inner.is_empty() {
            for part in inner {
                let (part_fields, part_body) = part_of(part);
                collect(part_fields, part_body, depth + 1, parts);
            }
            return;
        }
    }
    parts.leaves.push(Part { fields, media, body });
}

/// A part may have no header at all: then it starts with its blank line, or with text.
fn part_of(part: &[u8]) -> (HeaderFields<'_>, &[u8]) {
    if let [b'\n', body @ ..] = part {
        return (HeaderFields::default(), body);
    }
    let (fields, body) = HeaderFields::split(part);
    let described = fields.has("content-type")
        || fields.has("content-transfer-encoding")
        || fields.has("content-description")
        || fields.has("content-disposition");
    if described || !body.is_empty() { (fields, body) } else { (HeaderFields::default(), part) }
}

/// The texts between the delimiter lines (RFC 2046 section 5.1.1).
fn split_at_boundary<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let mut rest = body;
    while let Some((line, after)) = next_line(rest) {
        let line_start = body.len() - rest.len();
        rest = after;
        let Some(tail) = line.strip_prefix(b"--") else { continue };
        let Some(tail) = tail.strip_prefix(boundary.as_bytes()) else { continue };
        let closing = tail.starts_with(b"--");
        if !closing && !tail.trim_ascii().is_empty() {
            continue;
        }
        if let Some(from) = start {
            parts.extend(body.get(from..line_start));
        }
        start = if closing { None } else { Some(body.len() - after.len()) };
        if closing || parts.len() >= PARTS_MAX {
            break;
        }
    }
    if let Some(from) = start {
        parts.extend(body.get(from..));
    }
    parts
}

impl Part<'_> {
    /// The content as octets, its transfer encoding undone.
    pub fn octets(&self) -> Cow<'_, [u8]> {
        let encoding = self.fields.get("content-transfer-encoding").unwrap_or_default();
        super::text::transfer_decoded(self.body, encoding.trim())
    }

    /// The content as text, as much of it as a notice may have.
    pub fn text(&self) -> String {
        self.text_within(super::text::TEXT_OCTETS_MAX)
    }

    /// The content as text, at most `octets_max` octets of it read.
    pub fn text_within(&self, octets_max: usize) -> String {
        let content_type = self.fields.get("content-type");
        let charset = content_type.as_deref().and_then(|value| parameter(value, "charset"));
        let octets = self.octets();
        let read = octets.get(..octets_max).unwrap_or(&octets);
        super::text::to_text(read, charset.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn media(mail: &str) -> Vec<String> {
        let (fields, body) = HeaderFields::split(mail.as_bytes());
        flatten(fields, body).leaves.into_iter().map(|part| part.media).collect()
    }

    #[test]
    fn nested_parts_come_flat_and_a_missing_end_is_borne() {
        let mail = "Content-Type: multipart/report; boundary=\"a\"\n\npreface\n--a\n\nhello\n--a\n\
            Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: Text/HTML\n\n<p>\n\
            --b--\n--a\nContent-Type: message/rfc822\n\nSubject: x\n";
        assert_eq!(media(mail), ["text/plain", "text/html", "message/rfc822"]);
    }

    #[test]
    fn nesting_a_hundred_deep_is_cut() {
        let mut mail = String::new();
        for level in 0..100 {
            mail.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
            ));
        }
        let (fields, body) = HeaderFields::split(mail.as_bytes());
        let parts = flatten(fields, body);
        assert!(parts.cut && parts.leaves.is_empty());
    }

    #[test]
    fn parameters_are_found_quoted_or_not() {
        let value = "multipart/report; report-type=delivery-status;\n\tBoundary=\"a;b\"";
        assert_eq!(parameter(value, "report-type").as_deref(), Some("delivery-status"));
        assert_eq!(parameter(value, "boundary").as_deref(), Some("a;b"));
        assert_eq!(parameter(value, "charset"), None);
    }
}
