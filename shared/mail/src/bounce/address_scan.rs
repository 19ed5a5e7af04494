//! Addresses within free text.

use domain::email_address::EmailAddress;

/// Octets on either side of an `@` that are looked at (RFC 5321 allows 64 and 255).
const SIDE_OCTETS_MAX: usize = 255;

/// An address and where it stands in its line.
#[derive(Clone, Debug)]
pub struct Found {
    /// The address.
    pub address: EmailAddress,
    /// Octet position of its first character.
    pub start: usize,
    /// Octet position after its last character.
    pub end: usize,
}

fn local_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"!#$%&'*+-/=?^_.~{}|".contains(&byte)
}

fn domain_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80 || b"-._".contains(&byte)
}

/// The first address in `line` at or after octet `from`.
pub fn find_from(line: &str, from: usize) -> Option<Found> {
    let bytes = line.as_bytes();
    let mut search = from;
    while let Some(offset) = bytes.get(search..)?.iter().position(|&b| b == b'@') {
        let at = search + offset;
        if let Some(found) = around(line, from, at) {
            return Some(found);
        }
        search = at + 1;
    }
    None
}

/// The first address in `line`.
pub fn find(line: &str) -> Option<Found> {
    find_from(line, 0)
}

/// Every address in `line`, at most `max`.
pub fn find_all(line: &str, max: usize) -> Vec<Found> {
    let mut found = Vec::new();
    let mut from = 0;
    while found.len() < max
        && let Some(next) = find_from(line, from)
    {
        from = next.end;
        found.push(next);
    }
    found
}

/// Reads a whole field value that should be one address: `rfc822; <a@example.com>`.
pub fn single(value: &str) -> Option<EmailAddress> {
    let value = value.trim().trim_matches(['<', '>', '"', '\'']);
    EmailAddress::parse(value).ok().or_else(|| find(value).map(|found| found.address))
}

fn around(line: &str, from: usize, at: usize) -> Option<Found> {
    let bytes = line.as_bytes();
    let before = bytes.get(from..at)?;
    let quoted = before.ends_with(b"\"");
    let local_length = if quoted {
        let opening = before.iter().rev().skip(1).position(|&b| b == b'"')?;
        opening + 2
    } else {
        before.iter().rev().take(SIDE_OCTETS_MAX).take_while(|&&b| local_byte(b)).count()
    };
    let after = bytes.get(at + 1..)?;
    let domain_length = if after.first() == Some(&b'[') {
        after.iter().take(SIDE_OCTETS_MAX).position(|&b| b == b']')? + 1
    } else {
        after.iter().take(SIDE_OCTETS_MAX).take_while(|&&b| domain_byte(b)).count()
    };
    let mut start = at - local_length;
    let mut end = at + 1 + domain_length;
    let text = line.get(start..end)?;
    // `SMTP=anna@example.com` of X.400 gateways, and a quotation mark before the address.
    let smtp = text.len() > 5 && text.as_bytes().get(..5)?.eq_ignore_ascii_case(b"smtp=");
    start += if smtp { 5 } else { 0 };
    let text = line.get(start..end)?;
    start += text.len() - text.trim_start_matches(['\'', '.', '=', '|', '*']).len();
    let text = line.get(start..end)?;
    end = start + text.trim_end_matches(['.', '-', '_']).len();
    let text = line.get(start..end)?;
    let (_, domain) = text.rsplit_once('@')?;
    // Wide punctuation and words of other scripts may touch an address without a blank.
    let (text, end) = match domain.find(|c: char| !c.is_ascii() && !c.is_alphabetic()) {
        Some(cut) => {
            let end = start + text.len() - domain.len() + cut;
            (line.get(start..end)?, end)
        }
        None => (text, end),
    };
    let (text, start, end) = ascii_core(text, start, end);
    EmailAddress::parse(text).ok().map(|address| Found { address, start, end })
}

/// Where letters of another script touch an otherwise ASCII address (`anna@example.com您好`), they
/// are not part of it: an international domain is told by a dot and letters after it.
fn ascii_core(text: &str, start: usize, end: usize) -> (&str, usize, usize) {
    let Some((local, domain)) = text.rsplit_once('@') else { return (text, start, end) };
    let ascii = domain.bytes().take_while(u8::is_ascii).count();
    let head = domain.get(..ascii).unwrap_or_default();
    let complete = head.contains('.') && !head.ends_with('.') && ascii < domain.len();
    let (text, end) = if complete {
        let length = local.len() + 1 + ascii;
        (text.get(..length).unwrap_or(text), start + length)
    } else {
        (text, end)
    };
    let foreign = local.char_indices().rev().find(|(_, c)| !c.is_ascii());
    match foreign {
        Some((at, c)) if at + c.len_utf8() < local.len() => {
            let skip = at + c.len_utf8();
            (text.get(skip..).unwrap_or(text), start + skip, end)
        }
        _ => (text, start, end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(line: &str) -> Option<String> {
        find(line).map(|found| found.address.normal().to_owned())
    }

    #[test]
    fn addresses_are_found_between_other_signs() {
        for line in [
            "<anna@example.com>: host mx said: 550",
            "RCPT TO:<Anna@Example.com>",
            "'anna@example.com',",
            "dda:SMTP=anna@example.com; on Fri",
            "anna@example.com.",
            "anna@example.com您好，",
            "收件人：anna@example.com 不存在",
            "anna@example.com<mailto:anna@example.com>",
            "[anna@example.com]: 550",
        ] {
            assert_eq!(first(line).as_deref(), Some("anna@example.com"), "{line}");
        }
    }

    #[test]
    fn signs_that_are_no_address_are_passed_over() {
        for line in ["@", "a @ b", "@example.com", "anna@", "a@.", "user at example.com", "x@@y"] {
            assert_eq!(first(line), None, "{line}");
        }
        assert_eq!(first("a @ b, then c@example.com").as_deref(), Some("c@example.com"));
    }

    #[test]
    fn quoted_local_parts_and_address_literals_are_read() {
        assert_eq!(first("<\"a b\"@example.com>").as_deref(), Some("\"a b\"@example.com"));
        assert_eq!(first("to <anna@[192.0.2.1]>").as_deref(), Some("anna@[192.0.2.1]"));
    }

    #[test]
    fn all_addresses_of_a_line_come_in_order() {
        let found = find_all("a@example.com, b@example.org; c@example.net", 2);
        let texts: Vec<_> = found.iter().map(|f| f.address.normal()).collect();
        assert_eq!(texts, ["a@example.com", "b@example.org"]);
    }
}
