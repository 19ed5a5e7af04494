//! Trace fields: whom a mail was delivered to when no envelope came with it.

use domain::email_address::EmailAddress;

use crate::fields::addresses;
use crate::parsed_mail::HeaderField;

/// `Received` fields, counted from the newest, whose `for` clause is believed: older ones tell of
/// other servers' deliveries, a mailing list's for one.
const NEWEST_RECEIVED: usize = 2;

/// Most recipients taken; RFC 5321 section 4.5.3.1.8 asks servers for 100 an envelope.
const RECIPIENTS_MAX: usize = 1_000;

/// Fields that receiving servers write the envelope recipient into, the most telling first.
const RECIPIENT_FIELDS: [&str; 6] = [
    "x-original-to",
    "delivered-to",
    "envelope-to",
    "x-envelope-to",
    "x-forwarded-to",
    "x-rcpt-to",
];

/// Envelope recipients as the trace fields of a mail tell them, each once, the likeliest first;
/// for raw mail that came without a receipt. Empty where no field tells.
pub fn envelope_recipients(headers: &[HeaderField]) -> Vec<EmailAddress> {
    let mut found: Vec<EmailAddress> = Vec::new();
    let mut add = |address: EmailAddress| {
        if found.len() < RECIPIENTS_MAX && !found.contains(&address) {
            found.push(address);
        }
    };
    for name in RECIPIENT_FIELDS {
        for field in headers.iter().filter(|h| h.name == name) {
            let parties = addresses::parse(field.value.as_bytes());
            parties.into_iter().filter_map(|p| p.address).for_each(&mut add);
        }
    }
    let received = headers.iter().filter(|h| h.name == "received").take(NEWEST_RECEIVED);
    received.filter_map(|h| for_clause(&h.value)).for_each(&mut add);
    found
}

/// The return path: `Some("")` for the null path of reports (RFC 5321 section 4.5.5).
pub fn return_path(headers: &[HeaderField]) -> Option<String> {
    let field = headers.iter().find(|h| h.name == "return-path")?;
    let inner = field.value.trim().trim_start_matches('<').trim_end_matches('>');
    Some(inner.trim().to_owned())
}

/// The `for` clause of a `Received` field (RFC 5321 section 4.4).
fn for_clause(value: &str) -> Option<EmailAddress> {
    let clauses = value.rsplit_once(';').map_or(value, |(clauses, _)| clauses);
    let mut words = clauses.split_whitespace();
    words.find(|w| w.eq_ignore_ascii_case("for"))?;
    let word = words.next()?;
    EmailAddress::parse(word.trim_matches(|c: char| "<>;,".contains(c))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipients(fields: &[(&str, &str)]) -> Vec<String> {
        let field = |(n, v): &(&str, &str)| HeaderField { name: (*n).into(), value: (*v).into() };
        let headers: Vec<_> = fields.iter().map(field).collect();
        envelope_recipients(&headers).iter().map(|a| a.expose().to_owned()).collect()
    }

    #[test]
    fn recipients_come_from_the_fields_that_servers_write() {
        let got = recipients(&[
            ("delivered-to", "b@example.com"),
            ("received", "from x by y with SMTP id 1 for <c@example.com>; Thu, 1 May 2025"),
            ("x-original-to", "a@example.com"),
            ("to", "list@example.net"),
        ]);
        assert_eq!(got, ["a@example.com", "b@example.com", "c@example.com"]);
    }

    #[test]
    fn old_received_fields_are_not_believed() {
        let received = |n: usize| ("received", ["by a", "by b", "by c for <c@example.com>;"][n]);
        assert_eq!(recipients(&[received(0), received(1), received(2)]), [""; 0]);
    }

    #[test]
    fn the_null_path_is_told_from_none() {
        let field = HeaderField { name: "return-path".into(), value: "<>".into() };
        assert_eq!(return_path(&[field]).as_deref(), Some(""));
        assert_eq!(return_path(&[]), None);
    }
}
