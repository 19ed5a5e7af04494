//! Contact cards (vCard 2.1, RFC 2426, RFC 6350) that come with mail.

use calcard::vcard::{VCard, VCardEntry, VCardProperty, VCardValue};
use calcard::{Entry, Parser};
use domain::email_address::EmailAddress;
use serde::Serialize;

/// What a card says of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Card {
    /// The name as it is shown.
    pub name: Option<String>,
    /// Family name, then given name, where they were told apart.
    pub family_and_given: Option<(String, String)>,
    /// The addresses.
    pub emails: Vec<EmailAddress>,
    /// Phone numbers, as written.
    pub phones: Vec<String>,
    /// The company, then its departments.
    pub organization: Vec<String>,
    /// The job.
    pub title: Option<String>,
    /// Web pages.
    pub urls: Vec<String>,
    /// A note.
    pub note: Option<String>,
}

/// Most cards read of one text.
pub const CARDS_MAX: usize = 1_000;
/// Longest text that is read, in octets.
pub const CARD_OCTETS_MAX: usize = 2 * 1024 * 1024;

/// Reads all cards of a text; what is no card is passed over.
pub fn read(text: &str) -> Vec<Card> {
    if text.len() > CARD_OCTETS_MAX {
        return Vec::new();
    }
    let mut parser = Parser::new(text);
    let mut cards = Vec::new();
    // Each entry takes at least one line, so the text's length bounds the loop.
    for _ in 0..text.len() + 1 {
        let entry = parser.entry();
        if entry == Entry::Eof || cards.len() >= CARDS_MAX {
            break;
        }
        if let Entry::VCard(card) = entry {
            cards.push(of(&card));
        }
    }
    cards
}

fn of(card: &VCard) -> Card {
    let texts = |name: VCardProperty| {
        let entries = card.entries.iter().filter(move |e| e.name == name);
        entries.filter_map(first_text).filter(|t| !t.is_empty())
    };
    let pieces = |name: VCardProperty| {
        let entry = card.entries.iter().find(|e| e.name == name);
        entry.map(pieces).unwrap_or_default()
    };
    let name = pieces(VCardProperty::N);
    let part = |at: usize| name.get(at).cloned().unwrap_or_default();
    let told_apart = name.iter().take(2).any(|p| !p.is_empty());
    let shown = texts(VCardProperty::Fn)
        .next()
        .or_else(|| told_apart.then(|| format!("{} {}", part(1), part(0)).trim().to_owned()));
    Card {
        name: shown,
        family_and_given: told_apart.then(|| (part(0), part(1))),
        emails: texts(VCardProperty::Email)
            .filter_map(|t| EmailAddress::parse(t.trim_start_matches("mailto:")).ok())
            .collect(),
        phones: texts(VCardProperty::Tel)
            .map(|t| t.trim_start_matches("tel:").to_owned())
            .collect(),
        organization: pieces(VCardProperty::Org),
        title: texts(VCardProperty::Title).next(),
        urls: texts(VCardProperty::Url).collect(),
        note: texts(VCardProperty::Note).next(),
    }
}

fn first_text(entry: &VCardEntry) -> Option<String> {
    entry.values.first().and_then(VCardValue::as_text).map(|t| t.trim().to_owned())
}

/// The parts of a structured value.
fn pieces(entry: &VCardEntry) -> Vec<String> {
    let mut out = Vec::new();
    for value in &entry.values {
        let text = if let VCardValue::Component(list) = value {
            list.join(" ")
        } else {
            value.as_text().unwrap_or_default().to_owned()
        };
        out.push(text.trim().to_owned());
    }
    while out.last().is_some_and(String::is_empty) {
        out.pop();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_of_all_versions_are_read() {
        let old = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:\
                   M=C3=BCller;Anna\r\nEMAIL;INTERNET:anna@example.com\r\nTEL;CELL:+49 1\r\n\
                   END:VCARD\r\n";
        let middle = "BEGIN:VCARD\nVERSION:3.0\nFN:Anna\\, Sales\nN:Sales;Anna;;;\n\
                      EMAIL;TYPE=WORK:anna@example.com\nORG:Example;Sales\nEND:VCARD\n";
        let new = "BEGIN:VCARD\nVERSION:4.0\nFN:Anna\nTEL;VALUE=uri:tel:+49-1\n\
                   EMAIL:anna@example.com\nEND:VCARD\n";
        let cards = read(&[old, middle, new].concat());
        assert_eq!(cards.len(), 3);
        assert_eq!(cards[0].family_and_given, Some(("Müller".into(), "Anna".into())));
        assert_eq!(cards[0].name.as_deref(), Some("Anna Müller"));
        assert_eq!(cards[1].name.as_deref(), Some("Anna, Sales"));
        assert_eq!(cards[1].organization, ["Example", "Sales"]);
        assert_eq!(cards[2].phones, ["+49-1"]);
        assert!(cards.iter().all(|c| c.emails[0].expose() == "anna@example.com"));
    }

    #[test]
    fn what_is_no_card_is_passed_over() {
        assert_eq!(read("hello\nFN:A\n\nBEGIN:VEVENT\nEND:VEVENT\n").len(), 0);
        assert!(read("").is_empty());
    }
}
