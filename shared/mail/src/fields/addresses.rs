//! Address lists (RFC 5322 section 3.4) as mail really has them: groups, comments, encoded words
//! around whole lists, semicolons for commas, names with unquoted commas, missing brackets.

use domain::email_address::EmailAddress;

use crate::mime::encoded_words;
use crate::parsed_mail::Party;
use crate::work::looked_at;

/// Most parties read of one field.
pub const PARTIES_MAX: usize = 10_000;

/// Reads an unfolded value. Groups give their members; an empty group gives nobody.
pub fn parse(value: &[u8]) -> Vec<Party> {
    parse_at(value, 0)
}

/// How often a list may be encoded within an encoded list.
const NESTING_MAX: usize = 2;

fn parse_at(value: &[u8], nesting: usize) -> Vec<Party> {
    let mut parties = Vec::new();
    let mut reader = Reader { rest: value, item: Item::default() };
    while let Some(item) = reader.next_item() {
        if item.is_empty() {
            continue;
        }
        for party in item.into_parties(nesting) {
            join_name_cut_by_comma(&mut parties, party);
        }
        if parties.len() >= PARTIES_MAX {
            break;
        }
    }
    parties.retain(|p| p.address.is_some() || !p.raw.trim().is_empty());
    parties
}

/// `Doe, Anna <a@example.com>`: the name's comma was not quoted, so the first half came alone.
fn join_name_cut_by_comma(parties: &mut Vec<Party>, mut party: Party) {
    if party.address.is_some()
        && party.name.is_some()
        && parties.last().is_some_and(|p| p.address.is_none() && !p.raw.contains('@'))
        && let Some(half) = parties.pop()
    {
        let name = party.name.take().unwrap_or_default();
        party.name = Some(format!("{}, {name}", half.raw));
    }
    parties.push(party);
}

/// One entry of a list, in the pieces it was written in.
#[derive(Default)]
struct Item {
    /// Words outside brackets, still encoded.
    words: Vec<u8>,
    angle: Option<Vec<u8>>,
    comment: Vec<u8>,
}

impl Item {
    fn is_empty(&self) -> bool {
        self.words.trim_ascii().is_empty() && self.angle.is_none()
    }

    fn into_parties(self, nesting: usize) -> Vec<Party> {
        let words = encoded_words::decode(self.words.trim_ascii());
        let words = collapse(&words);
        let comment = collapse(&encoded_words::decode(self.comment.trim_ascii()));
        if let Some(angle) = &self.angle {
            let inner = String::from_utf8_lossy(angle).trim().to_owned();
            return vec![from_angle(&inner, words, comment)];
        }
        if let Some(address) = bare_address(&words) {
            let name = (!comment.is_empty()).then_some(comment);
            return vec![Party { name, address: Some(address), raw: words, bracketed: false }];
        }
        // An encoded word may hold a whole list, brackets and all.
        let held_encoded = memchr::memmem::find(&self.words, b"=?").is_some();
        let holds_list = held_encoded && words.contains('@') && words.contains('<');
        if holds_list && nesting < NESTING_MAX {
            return parse_at(words.as_bytes(), nesting + 1);
        }
        match address_within(&words) {
            Some((address, name)) => {
                let name = Some(name).filter(|n| !n.is_empty());
                vec![Party { name, address: Some(address), raw: words, bracketed: false }]
            }
            None => vec![Party { name: None, address: None, raw: words, bracketed: false }],
        }
    }
}

fn from_angle(inner: &str, words: String, comment: String) -> Party {
    let name = if words.is_empty() { comment } else { words };
    let name = Some(clean_name(&name)).filter(|n| !n.is_empty());
    let text = encoded_words::decode(inner.as_bytes());
    // RFC 5322 section 4.4: a source route before the address is dropped.
    let text = match text.rsplit_once(':') {
        Some((route, rest)) if route.trim_start().starts_with('@') => rest,
        _ => text.as_str(),
    };
    let text = text.trim().trim_start_matches("mailto:").trim();
    let address = EmailAddress::parse(text).ok().or_else(|| bare_address(text));
    // A name that only repeats the address is none.
    let name = name.filter(|n| text.is_empty() || !n.eq_ignore_ascii_case(text));
    // `"a@example.com" <>`: the address was put where the name goes.
    match (address, name) {
        (None, Some(name)) if text.is_empty() => {
            let address = EmailAddress::parse(&name).ok();
            Party { address, raw: name.clone(), name: Some(name), bracketed: true }
        }
        (address, name) => Party { name, address, raw: text.to_owned(), bracketed: true },
    }
}

/// An address that stands alone, perhaps with white space or a `mailto:`.
fn bare_address(text: &str) -> Option<EmailAddress> {
    if !text.contains('@') {
        return None;
    }
    let text = text.trim().trim_start_matches("mailto:");
    let text = text.trim_matches(|c: char| c.is_whitespace() || "<>'".contains(c));
    EmailAddress::parse(text).ok().or_else(|| {
        // RFC 5322 section 4.4: blanks around the dots and the @ are obsolete but allowed.
        let squeezed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let spaced = text.contains(" @") || text.contains("@ ") || text.contains(" .");
        (spaced && !squeezed.is_empty()).then(|| EmailAddress::parse(&squeezed).ok()).flatten()
    })
}

/// `Anna a@example.com`: the brackets were forgotten.
fn address_within(text: &str) -> Option<(EmailAddress, String)> {
    let word = text.split_whitespace().find(|w| w.contains('@'))?;
    let bare = word.trim_matches(|c: char| "<>()[]'\",;".contains(c));
    let address = EmailAddress::parse(bare).ok()?;
    Some((address, clean_name(&text.replace(word, " "))))
}

fn clean_name(name: &str) -> String {
    let name = collapse(name);
    let bare = name.trim_matches(|c: char| c == '"' || c.is_whitespace());
    let bare = bare.strip_prefix('\'').and_then(|n| n.strip_suffix('\'')).unwrap_or(bare);
    bare.chars().filter(|c| !c.is_control()).collect::<String>().trim().to_owned()
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Most octets between two brackets: with a bound, a field of open brackets stays linear.
const ANGLE_OCTETS_MAX: usize = 4_000;

struct Reader<'v> {
    rest: &'v [u8],
    item: Item,
}

impl Reader<'_> {
    /// The next entry; None at the end. A group's name is dropped, its members are entries.
    fn next_item(&mut self) -> Option<Item> {
        if self.rest.is_empty() && self.item.is_empty() {
            return None;
        }
        while let Some((&byte, tail)) = self.rest.split_first() {
            self.rest = tail;
            match byte {
                b',' | b';' => return Some(std::mem::take(&mut self.item)),
                b'"' => self.quoted_string(),
                b'(' => self.comment(),
                b'<' => self.angle(),
                b':' if self.ends_group_name() => self.item = Item::default(),
                _ => self.item.words.push(byte),
            }
        }
        Some(std::mem::take(&mut self.item))
    }

    /// A colon ends a group's name where what stands before it can be one: no address, no bracket.
    fn ends_group_name(&mut self) -> bool {
        let words = self.item.words.trim_ascii();
        let is_name = self.item.angle.is_none() && !words.is_empty() && !words.contains(&b'@');
        if !is_name {
            self.item.words.push(b':');
        }
        is_name && !words_are_mailto(&self.item.words)
    }

    fn quoted_string(&mut self) {
        let local_part = !self.item.words.is_empty() || self.quote_is_local_part();
        if local_part {
            self.item.words.push(b'"');
        }
        while let Some((&byte, tail)) = self.rest.split_first() {
            self.rest = tail;
            match byte {
                b'\\' => {
                    if let Some((&next, after)) = tail.split_first() {
                        self.item.words.push(next);
                        self.rest = after;
                    }
                }
                b'"' => break,
                _ => self.item.words.push(byte),
            }
        }
        if local_part {
            self.item.words.push(b'"');
        }
    }

    /// `"a b"@example.com`: the quotes belong to the address.
    fn quote_is_local_part(&self) -> bool {
        let mut escaped = false;
        for (at, &byte) in self.rest.iter().enumerate() {
            looked_at(1);
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => return self.rest.get(at + 1) == Some(&b'@'),
                _ => {}
            }
        }
        false
    }

    fn comment(&mut self) {
        if !self.item.comment.is_empty() {
            self.item.comment.push(b' ');
        }
        let mut depth = 1usize;
        while let Some((&byte, tail)) = self.rest.split_first() {
            self.rest = tail;
            match byte {
                b'\\' => {
                    if let Some((&next, after)) = tail.split_first() {
                        self.item.comment.push(next);
                        self.rest = after;
                    }
                    continue;
                }
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            self.item.comment.push(byte);
        }
    }

    /// What stands in brackets, up to `>`; a bracket never closed ends at the next comma.
    fn angle(&mut self) {
        let window = self.rest.get(..ANGLE_OCTETS_MAX.min(self.rest.len())).unwrap_or_default();
        let quoted = window.trim_ascii_start().starts_with(b"\"");
        let end = match memchr::memchr2(b'>', b',', window) {
            Some(at) if quoted || self.is_route(at) => {
                memchr::memchr(b'>', window.get(at..).unwrap_or_default()).map(|more| at + more)
            }
            found => found,
        };
        looked_at(end.unwrap_or(window.len()));
        let text = end.unwrap_or(window.len());
        let skip = text + usize::from(self.rest.get(text) == Some(&b'>'));
        let (inside, _) = self.rest.split_at(text);
        // Of two addresses without a comma between them, the first is the one that is shown.
        if self.item.angle.as_ref().is_none_or(Vec::is_empty) {
            self.item.angle = Some(inside.iter().copied().filter(|&b| b != b'<').collect());
        }
        self.rest = self.rest.get(skip..).unwrap_or_default();
    }

    /// `<@a,@b:c@d>`: commas of a source route.
    fn is_route(&self, comma: usize) -> bool {
        self.rest.first() == Some(&b'@') && self.rest.get(comma + 1) == Some(&b'@')
    }
}

fn words_are_mailto(words: &[u8]) -> bool {
    words.trim_ascii().eq_ignore_ascii_case(b"mailto")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Vec<(String, String)> {
        let parties = parse(value.as_bytes());
        let address = |p: &Party| p.address.as_ref().map_or("-", EmailAddress::expose).to_owned();
        parties.iter().map(|p| (p.name.clone().unwrap_or_default(), address(p))).collect()
    }

    fn one(value: &str) -> (String, String) {
        let all = read(value);
        assert_eq!(all.len(), 1, "{all:?}");
        all[0].clone()
    }

    fn pair(name: &str, address: &str) -> (String, String) {
        (name.to_owned(), address.to_owned())
    }

    #[test]
    fn plain_forms() {
        assert_eq!(one("a@example.com"), pair("", "a@example.com"));
        assert_eq!(one("Anna <a@example.com>"), pair("Anna", "a@example.com"));
        assert_eq!(one("\"Doe, Anna\" <a@example.com>"), pair("Doe, Anna", "a@example.com"));
        assert_eq!(one("a@example.com (Anna)"), pair("Anna", "a@example.com"));
        assert_eq!(one("=?utf-8?q?=C3=84nna?= <a@example.com>"), pair("Änna", "a@example.com"));
        assert_eq!(read("a@example.com, B <b@example.com>; c@example.com").len(), 3);
    }

    #[test]
    fn groups_give_their_members() {
        assert_eq!(read("Team: a@example.com, B <b@example.com>;").len(), 2);
        assert_eq!(read("undisclosed-recipients:;"), []);
        assert_eq!(read("A: a@example.com;, c@example.com").len(), 2);
    }

    #[test]
    fn damaged_forms() {
        assert_eq!(one("Doe, Anna <a@example.com>"), pair("Doe, Anna", "a@example.com"));
        assert_eq!(one("Anna a@example.com"), pair("Anna", "a@example.com"));
        assert_eq!(one("<mailto:a@example.com>"), pair("", "a@example.com"));
        assert_eq!(one("Anna <a@example.com"), pair("Anna", "a@example.com"));
        assert_eq!(one("<@x.example,@y.example:a@example.com>"), pair("", "a@example.com"));
        assert_eq!(one("=?utf-8?q?Anna_<a@example.com>?="), pair("Anna", "a@example.com"));
        assert_eq!(one("a @ example.com"), pair("", "a@example.com"));
        assert_eq!(one("'Anna' <a@example.com>"), pair("Anna", "a@example.com"));
        assert_eq!(one("\"a b\"@example.com").1, "\"a b\"@example.com");
    }

    #[test]
    fn international_addresses() {
        assert_eq!(one("Jörg <jörg@bücher.example>").1, "jörg@xn--bcher-kva.example");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(value: Vec<u8>) {
            parse(&value);
        }
    }
}
