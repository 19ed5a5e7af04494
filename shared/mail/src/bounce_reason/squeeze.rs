//! One uniform text of an answer: lower case, one line, continuation codes of multi-line replies
//! left out, so that a phrase is found wherever a server broke its line.

use std::borrow::Cow;

/// Octets of a diagnostic that are read for its words.
pub const OCTETS_MAX: usize = 6 * 1024;

/// The uniform text of `diagnostic`.
pub fn squeeze(diagnostic: &str) -> String {
    let end = diagnostic.floor_char_boundary(OCTETS_MAX);
    let text = diagnostic.get(..end).unwrap_or_default();
    let mut uniform = String::with_capacity(text.len());
    let mut seen_code = None;
    for word in text.split_whitespace() {
        let (word, code) = without_continuation(word, seen_code);
        seen_code = code.or(seen_code);
        if word.is_empty() {
            continue;
        }
        if !uniform.is_empty() {
            uniform.push(' ');
        }
        let word = without_address(word);
        for character in word.chars() {
            match character {
                'A'..='Z' => uniform.push(character.to_ascii_lowercase()),
                '\u{2019}' | '\u{2018}' => uniform.push('\''),
                other if other.is_ascii() => uniform.push(other),
                other => uniform.extend(other.to_lowercase()),
            }
        }
    }
    uniform
}

/// A word with its addresses shortened to `@`: names people chose say nothing about a cause.
fn without_address(word: &str) -> Cow<'_, str> {
    if !word.contains('@') {
        return Cow::Borrowed(word);
    }
    let part = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_.~{}|".contains(c);
    let mut short = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        short.push_str(before.trim_end_matches(part));
        short.push('@');
        let domain = after.get(1..).unwrap_or_default();
        let end = domain.find(|c: char| !(c.is_alphanumeric() || "-._".contains(c)));
        let end = end.unwrap_or(domain.len());
        // A full stop or dots behind an address are not its own.
        let own = domain.get(..end).unwrap_or_default().trim_end_matches('.').len();
        rest = domain.get(own..).unwrap_or_default();
    }
    short.push_str(rest);
    Cow::Owned(short)
}

/// A word such as `550-5.7.26`, met again after the first of its kind, says nothing new; nor does
/// the closing `550` of the same reply before another code.
fn without_continuation<'w>(word: &'w str, seen: Option<&'w str>) -> (&'w str, Option<&'w str>) {
    let Some(code) = word.get(..3) else { return (word, None) };
    let is_code = code.bytes().all(|b| b.is_ascii_digit()) && code.starts_with(['4', '5']);
    if !is_code || !word.get(3..).is_some_and(|rest| rest.starts_with('-')) {
        return (word, None);
    }
    let rest = word.get(4..).unwrap_or_default();
    let status = rest.starts_with(['4', '5']) && rest.bytes().all(|b| b".0123456789".contains(&b));
    match seen {
        Some(before) if before == code => (if status { "" } else { rest }, Some(code)),
        _ => (word, Some(code)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_reply_become_one_sentence() {
        let text = "550-5.1.1 The email account that you tried\r\n550-5.1.1 to reach DOES\n\
            550 5.1.1 not exist";
        let expected =
            "550-5.1.1 the email account that you tried to reach does 550 5.1.1 not exist";
        assert_eq!(squeeze(text), expected);
    }

    #[test]
    fn addresses_are_shortened_so_that_names_in_them_are_no_evidence() {
        let text = "<mailboxfull@example.com>... User unknown (spam@example.org)";
        assert_eq!(squeeze(text), "<@>... user unknown (@)");
    }

    #[test]
    fn typographic_apostrophes_and_wide_letters_are_made_plain() {
        assert_eq!(squeeze("couldn’t  be\tFOUND ÜBER"), "couldn't be found über");
    }
}
