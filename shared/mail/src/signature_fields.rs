//! What a signature says of its writer: name, job, company, phones, page (J8).
//!
//! Each line is looked at by itself, and a line is taken for what it has a mark of: a label, a form of
//! company, a word of a job. What has no mark is left out: a field that stays empty is filled by a
//! person, a wrong one is not noticed. English, German and Chinese.

use domain::email_address::EmailAddress;
use domain::field_definition::{is_phone, is_url};
use serde::Serialize;

use crate::reply_text::line_forms::{is_rule, is_signature_delimiter};
use crate::reply_text::mobile_line::is_mobile_line;
use crate::reply_text::sign_off::{begins_disclaimer, is_closing};
use crate::signature_words::{
    COMPANY_ENDS, COMPANY_LABELS, COMPANY_WORDS, EMAIL_LABELS, FAX_LABELS, PHONE_LABELS,
    SITE_LABELS, TITLE_ENDS, TITLE_LABELS, TITLE_WORDS,
};

/// Most lines of a signature that are looked at.
pub const SIGNATURE_LINES_MAX: usize = 24;
/// Longest line that is looked at, in characters.
const LINE_CHARS_MAX: usize = 160;

/// What a signature says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SignatureFields {
    /// The writer's name.
    pub name: Option<String>,
    /// The job.
    pub title: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// Phone numbers in the order they stand; fax numbers are left out.
    pub phones: Vec<String>,
    /// The page, as a URL.
    pub site: Option<String>,
    /// Addresses.
    pub emails: Vec<EmailAddress>,
}

/// Reads a signature's text.
pub fn read(signature: &str) -> SignatureFields {
    let mut fields = SignatureFields::default();
    let lines = signature.lines().map(str::trim).filter(|line| !line.is_empty());
    for line in lines.take(SIGNATURE_LINES_MAX) {
        if begins_disclaimer(line) {
            break;
        }
        let passed = is_rule(line)
            || is_signature_delimiter(line)
            || is_mobile_line(line)
            || is_closing(line)
            || line.chars().count() > LINE_CHARS_MAX;
        if !passed {
            for part in parts(line) {
                take(&mut fields, part);
            }
        }
    }
    fields
}

/// Whether a word is one of these.
fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}

/// The parts of a line that stand beside each other.
fn parts(line: &str) -> impl Iterator<Item = &str> {
    line.split(['|', '·', '•', '｜', '\t']).map(str::trim).filter(|part| !part.is_empty())
}

fn take(fields: &mut SignatureFields, part: &str) {
    if let Some((label, value)) = labelled(part) {
        return take_labelled(fields, &label, value);
    }
    if let Some(address) = address(part) {
        fields.emails.push(address);
    } else if let Some(site) = site(part) {
        fields.site.get_or_insert(site);
    } else if is_number(part) {
        fields.phones.push(part.to_owned());
    } else {
        take_plain(fields, part);
    }
}

/// `Tel.: +49 40 1` as label and value. A label is one of ours, or the part is no labelled one.
fn labelled(part: &str) -> Option<(String, &str)> {
    let (label, value) = part.split_once([':', '：']).or_else(|| part.split_once(". "))?;
    let label = label.trim().trim_end_matches('.').to_lowercase();
    let known = [PHONE_LABELS, FAX_LABELS, SITE_LABELS, EMAIL_LABELS, TITLE_LABELS, COMPANY_LABELS];
    let ours = known.iter().any(|labels| has(labels, &label));
    ours.then(|| (label, value.trim()))
}

fn take_labelled(fields: &mut SignatureFields, label: &str, value: &str) {
    let is = |labels: &str| has(labels, label);
    let text = || Some(value.to_owned()).filter(|text| !text.is_empty());
    if is(PHONE_LABELS) && is_phone(value) {
        fields.phones.push(value.to_owned());
    } else if is(SITE_LABELS) {
        fields.site = fields.site.take().or_else(|| site(value).or_else(|| bare_site(value)));
    } else if is(EMAIL_LABELS) {
        fields.emails.extend(address(value));
    } else if is(TITLE_LABELS) {
        fields.title = fields.title.take().or_else(text);
    } else if is(COMPANY_LABELS) {
        fields.company = fields.company.take().or_else(text);
    }
}

/// A part with neither label nor form: a company, a job, or the name, which stands before both.
fn take_plain(fields: &mut SignatureFields, part: &str) {
    if is_company(part) {
        fields.company.get_or_insert_with(|| part.to_owned());
    } else if is_title(part) {
        match part.split_once(", ").filter(|(name, _)| is_name(name) && !is_title(name)) {
            // `Lena Harbour, Sales Manager` on one line.
            Some((name, title)) if fields.name.is_none() => {
                fields.name = Some(name.to_owned());
                fields.title.get_or_insert_with(|| title.to_owned());
            }
            Some(_) | None => {
                fields.title.get_or_insert_with(|| part.to_owned());
            }
        }
    } else if fields.name.is_none() && fields.company.is_none() && is_name(part) {
        fields.name = Some(part.to_owned());
    }
}

fn words(text: &str) -> impl Iterator<Item = String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '/' | '&' | '(' | ')' | '-');
    text.split(ends).map(|word| word.replace('.', "").to_lowercase())
}

fn is_company(part: &str) -> bool {
    let named = words(part).any(|word| has(COMPANY_WORDS, &word));
    named && words(part).count() > 1 || COMPANY_ENDS.split(' ').any(|end| part.ends_with(end))
}

fn is_title(part: &str) -> bool {
    let named = words(part).any(|word| has(TITLE_WORDS, &word));
    named || TITLE_ENDS.split(' ').any(|end| part.ends_with(end))
}

/// One to four words that each begin with a capital letter, or two to four Chinese characters.
fn is_name(part: &str) -> bool {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    let length = part.chars().count();
    if part.chars().all(han) {
        return (2..=4).contains(&length);
    }
    let particles = ["von", "van", "de", "der", "den", "zu", "al", "bin", "da", "di"];
    let named = |word: &str| {
        particles.contains(&word) || word.chars().next().is_some_and(char::is_uppercase)
    };
    let letter = |c: char| c.is_alphabetic() || " .-'’".contains(c);
    let count = part.split_whitespace().count();
    (2..=5).contains(&count)
        && length <= 60
        && part.chars().all(letter)
        && part.split_whitespace().all(named)
}

/// Digits and what stands between them, enough of them, and nothing else.
fn is_number(part: &str) -> bool {
    part.bytes().filter(u8::is_ascii_digit).count() >= 7 && is_phone(part)
}

fn address(part: &str) -> Option<EmailAddress> {
    let bare = part.trim_matches(|c| matches!(c, '<' | '>' | '(' | ')' | ';' | ','));
    let bare = bare.strip_prefix("mailto:").unwrap_or(bare);
    bare.contains('@').then(|| EmailAddress::parse(bare).ok()).flatten()
}

/// A page that is marked as one: `www.example.com`, or with its scheme.
fn site(part: &str) -> Option<String> {
    let bare = part.trim_matches(|c| matches!(c, '<' | '>' | '(' | ')' | ','));
    let lower = bare.to_ascii_lowercase();
    let url = if lower.starts_with("www.") { format!("https://{bare}") } else { bare.to_owned() };
    is_url(&url).then_some(url)
}

/// A page behind its label: `harbour.example`.
fn bare_site(part: &str) -> Option<String> {
    let url = format!("https://{part}");
    (part.contains('.') && !part.contains('@') && is_url(&url)).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> [String; 5] {
        let SignatureFields { name, title, company, phones, site, .. } = read(text);
        let text = |field: Option<String>| field.unwrap_or_default();
        [text(name), text(title), text(company), phones.join(" / "), text(site)]
    }

    #[test]
    fn signatures_of_three_languages_are_read() {
        let english = "-- \nLena Harbour\nHead of Sales\nHarbour Shipping Ltd.\n1 Quay Street, Porttown\n\
                       Tel: +44 20 7946 0000 | Mobile: +44 7700 900000\nFax: +44 20 7946 0001\n\
                       lena@harbour.example | www.harbour.example\n";
        assert_eq!(
            told(english),
            [
                "Lena Harbour",
                "Head of Sales",
                "Harbour Shipping Ltd.",
                "+44 20 7946 0000 / +44 7700 900000",
                "https://www.harbour.example",
            ]
        );
        assert_eq!(read(english).emails.len(), 1);
        let german = "Mit freundlichen Grüßen\n\nKarl von der Mole\nVertriebsleiter\n\
                      Hafen & Söhne GmbH\nAm Kai 1\n20457 Hamburg\nTelefon: 040 / 123456\n\
                      Internet: hafen.example\n";
        assert_eq!(
            told(german),
            [
                "Karl von der Mole",
                "Vertriebsleiter",
                "Hafen & Söhne GmbH",
                "040 / 123456",
                "https://hafen.example",
            ]
        );
        let chinese = "李娜\n销售经理\n海港贸易有限公司\n电话：+86 21 1234 5678\n传真：+86 21 1234 5679\n\
                       网址：www.harbour.example\n";
        assert_eq!(
            told(chinese),
            [
                "李娜",
                "销售经理",
                "海港贸易有限公司",
                "+86 21 1234 5678",
                "https://www.harbour.example",
            ]
        );
    }

    #[test]
    fn name_and_job_on_one_line_are_told_apart() {
        let [name, title, company, ..] = told("Lena Harbour, Project Manager\nHarbour Inc.\n");
        assert_eq!([name, title, company], ["Lena Harbour", "Project Manager", "Harbour Inc."]);
    }

    #[test]
    fn what_has_no_mark_is_left_out() {
        for text in [
            "",
            "Sent from my iPhone",
            "See you on Monday, and bring the blue folder",
            "Fax: +44 20 7946 0001",
            "Order 2026/11/22-4711-0815 of 100 pieces",
            "https://",
        ] {
            assert_eq!(read(text), SignatureFields::default(), "{text:?}");
        }
    }
}
