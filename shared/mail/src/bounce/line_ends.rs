//! One kind of line end, and the bound on how much of a mail is read at all.

use std::borrow::Cow;

/// Octets of a mail that are read: what a report says stands in its beginning, and the rest is
/// the returned mail with its attachments.
pub const SCAN_OCTETS_MAX: usize = 512 * 1024;

/// The beginning of `raw` with every line end (CRLF, bare CR, LF) as one LF.
pub fn to_lf(raw: &[u8]) -> Cow<'_, [u8]> {
    let window = raw.get(..SCAN_OCTETS_MAX).unwrap_or(raw);
    if memchr::memchr(b'\r', window).is_none() {
        return Cow::Borrowed(window);
    }
    let mut text = Vec::with_capacity(window.len());
    let mut rest = window;
    while let Some(at) = memchr::memchr(b'\r', rest) {
        let (line, after) = rest.split_at(at);
        text.extend_from_slice(line);
        text.push(b'\n');
        rest = match after {
            [b'\r', b'\n', next @ ..] | [b'\r', next @ ..] => next,
            next => next,
        };
    }
    text.extend_from_slice(rest);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crlf_and_bare_cr_become_lf() {
        assert_eq!(to_lf(b"a\r\nb\rc\nd").as_ref(), b"a\nb\nc\nd");
        assert_eq!(to_lf(b"a\r\r\n\r").as_ref(), b"a\n\n\n");
        assert!(matches!(to_lf(b"a\nb"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_the_beginning_of_a_large_mail_is_read() {
        let large = vec![b'x'; SCAN_OCTETS_MAX + 10];
        assert_eq!(to_lf(&large).len(), SCAN_OCTETS_MAX);
    }
}
