//! Cards as text (vCard 4.0, RFC 6350): an address with its name, for an address book to take in.

use domain::email_address::EmailAddress;
use domain::timestamp::Timestamp;

use crate::calendar_text::{CalendarText, escaped, stamp};

/// What a card tells.
#[derive(Clone, Copy, Debug)]
pub struct Card<'a> {
    /// What names it, the same in all its versions: a later one replaces it.
    pub uid: &'a str,
    /// What it is called in the address book.
    pub name: &'a str,
    /// The address.
    pub address: &'a EmailAddress,
    /// What it is for.
    pub note: &'a str,
    /// When this version was made.
    pub made_at: Timestamp,
}

/// Composes the card. Lines are folded and values escaped as calendars' are (RFC 6350 sections 3.2 and
/// 3.4 say the same as RFC 5545), so no name begins a line of its own.
pub fn compose(card: &Card<'_>) -> String {
    let mut out = CalendarText::default();
    out.line("BEGIN:VCARD");
    out.line("VERSION:4.0");
    out.line(&format!("UID;VALUE=text:{}", escaped(card.uid)));
    out.line("KIND:application");
    out.line(&format!("FN:{}", escaped(card.name)));
    out.line(&format!("EMAIL:{}", escaped(card.address.expose())));
    out.line(&format!("NOTE:{}", escaped(card.note)));
    out.line(&format!("REV:{}", stamp(card.made_at)));
    out.line("END:VCARD");
    out.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cards;

    fn card(name: &str) -> String {
        let address = EmailAddress::parse("bcc+k3y@crm.example.com").unwrap();
        let made_at = Timestamp::from_seconds(1_795_339_800);
        let note = "Copies of what is sent here are filed.";
        compose(&Card { uid: "rte_1", name, address: &address, note, made_at })
    }

    #[test]
    fn a_card_is_read_as_it_was_meant() {
        let text = card("Lena, Sales; \"CRM\" \\ Büro");
        assert!(text.starts_with("BEGIN:VCARD\r\nVERSION:4.0\r\n"), "{text}");
        assert!(text.ends_with("END:VCARD\r\n"));
        assert!(text.contains("FN:Lena\\, Sales\\; \"CRM\" \\\\ Büro\r\n"), "{text}");
        assert!(text.contains("REV:20261122T093000Z\r\n"), "{text}");
        let read = cards::read(&text);
        let [card] = &read[..] else { panic!("one card: {text}") };
        assert_eq!(card.name.as_deref(), Some("Lena, Sales; \"CRM\" \\ Büro"));
        assert_eq!(card.emails[0].expose(), "bcc+k3y@crm.example.com");
    }

    #[test]
    fn no_name_begins_a_line_of_its_own_and_long_ones_are_folded() {
        let text = card(&format!("x\r\nEMAIL:eve@evil.example\r\nN:{}", "ä".repeat(90)));
        assert_eq!(text.matches("\r\nEMAIL:").count(), 1, "{text}");
        assert!(text.lines().all(|line| line.len() <= 75), "{text}");
    }
}
