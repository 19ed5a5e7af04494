//! Envelope recipients for a mail that comes as a file, where the envelope is lost.

use mail_parser::{HeaderName, HeaderValue, Message, MessageParser};

/// Addresses at `domain` that the mail was for, in the order found and each once.
///
/// What the last server wrote down (Delivered-To, X-Original-To, Envelope-To) goes before what the sender
/// wrote (To, Cc): a forwarded or blind copy stands only in the former.
#[must_use]
pub fn of_mail(raw: &[u8], domain: &str) -> Vec<String> {
    let Some(message) = MessageParser::new().parse_headers(raw) else { return Vec::new() };
    for headers in
        [["Delivered-To", "X-Original-To", "Envelope-To"].as_slice(), ["To", "Cc"].as_slice()]
    {
        let mut found: Vec<String> = Vec::new();
        for address in headers.iter().flat_map(|header| addresses(&message, header)) {
            if is_at(&address, domain) && !found.contains(&address) {
                found.push(address);
            }
        }
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The address in From, for the envelope sender of a mail that comes as a file; empty without one.
#[must_use]
pub fn sender_of_mail(raw: &[u8]) -> String {
    let message = MessageParser::new().parse_headers(raw);
    message.and_then(|message| addresses(&message, "From").into_iter().next()).unwrap_or_default()
}

/// Whether an address is at this domain, whatever the case.
#[must_use]
pub fn is_at(address: &str, domain: &str) -> bool {
    address
        .rsplit_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && host.eq_ignore_ascii_case(domain))
}

fn addresses(message: &Message<'_>, header: &str) -> Vec<String> {
    let Some(name) = HeaderName::parse(header) else { return Vec::new() };
    let values = message.headers().iter().filter(|found| found.name() == name.as_str());
    let mut found = Vec::new();
    for value in values {
        match value.value() {
            HeaderValue::Address(list) => {
                found.extend(list.iter().filter_map(|one| one.address()).map(str::to_owned));
            }
            HeaderValue::Text(text) => {
                found.push(text.trim().trim_matches(['<', '>']).to_owned());
            }
            HeaderValue::TextList(_)
            | HeaderValue::DateTime(_)
            | HeaderValue::ContentType(_)
            | HeaderValue::Received(_)
            | HeaderValue::Empty => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_servers_word_goes_before_the_senders() {
        let raw = b"Delivered-To: <hidden@crm.example.com>\r\n\
                    To: Sales <sales@crm.example.com>, x@other.example\r\n\r\n";
        assert_eq!(of_mail(raw, "crm.example.com"), ["hidden@crm.example.com"]);
    }

    #[test]
    fn to_and_cc_count_once_each_and_only_at_the_domain() {
        let raw = b"To: a@CRM.example.com, b@other.example\r\n\
                    Cc: c@crm.example.com, a@CRM.example.com\r\n\r\n";
        assert_eq!(of_mail(raw, "crm.example.com"), ["a@CRM.example.com", "c@crm.example.com"]);
    }

    #[test]
    fn a_mail_for_elsewhere_has_no_recipient_here() {
        assert!(of_mail(b"To: x@other.example\r\n\r\n", "crm.example.com").is_empty());
        assert!(of_mail(b"To: x@notcrm.example.com\r\n\r\n", "crm.example.com").is_empty());
        assert!(of_mail(b"", "crm.example.com").is_empty());
    }

    #[test]
    fn the_sender_of_a_file_is_its_from() {
        assert_eq!(sender_of_mail(b"From: A <a@b.example>\r\n\r\n"), "a@b.example");
        assert_eq!(sender_of_mail(b"Subject: x\r\n\r\n"), "");
    }
}
