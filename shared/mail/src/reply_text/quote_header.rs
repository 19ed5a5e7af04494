//! The lines that introduce quoted text: `On ... wrote:` in many languages, header blocks,
//! banners such as `-----Original Message-----`.

use super::Line;
use super::line_forms::{self, is_rule, trim_shared};
use super::{labels, words};
use crate::work::looked_at;

/// A header found.
pub struct Header {
    /// The line behind its last.
    pub end: usize,
    /// Octets of its first line's text that are still new.
    pub starts_within: usize,
    /// It says in a sentence who wrote; not a block of fields or a banner.
    pub is_introduction: bool,
}

impl Header {
    fn to(end: usize) -> Self {
        Self { end, starts_within: 0, is_introduction: false }
    }
}

/// Most lines that one introduction is broken over.
const LINES_MAX: usize = 7;
/// Longest introduction in octets.
const OCTETS_MAX: usize = 600;
/// Lines searched for the labels of a header block.
const BLOCK_LINES_MAX: usize = 12;

/// The header that begins at line `at`, if one does.
pub fn at(lines: &[Line<'_>], at: usize) -> Option<Header> {
    let line = lines.get(at)?;
    if line.text.len() > OCTETS_MAX {
        return None;
    }
    banner(lines, at)
        .or_else(|| block(lines, at))
        .or_else(|| shared_line(line, at))
        .or_else(|| introduction(lines, at))
}

/// `-----Original Message-----`, `Begin forwarded message:`, and a rule right before a block.
fn banner(lines: &[Line<'_>], at: usize) -> Option<Header> {
    let line = lines.get(at)?.text.trim_matches('*').trim();
    let bare = line.trim_matches(|c: char| "-_=*> \u{2014}\u{2500}".contains(c));
    let dashes = line.len() - bare.len();
    if !bare.is_empty() {
        let lower = bare.to_lowercase();
        let ruled = dashes >= 4 && line.starts_with(['-', '_', '=', '\u{2014}', '\u{2500}']);
        let named = labels::is_banner(&lower, ruled);
        return named.then(|| header_to(block(lines, next_line(lines, at + 1)), at + 1));
    }
    if !is_rule(line) {
        return None;
    }
    let next = next_line(lines, at + 1);
    let found = block(lines, next).or_else(|| banner_text(lines, next))?;
    Some(Header::to(found.end))
}

/// A named banner only, so rules above rules don't recurse.
fn banner_text(lines: &[Line<'_>], at: usize) -> Option<Header> {
    let line = lines.get(at)?.text;
    let bare = line.trim_matches(|c: char| "-_=* ".contains(c));
    let named = !bare.is_empty() && labels::is_banner(&bare.to_lowercase(), true);
    (named && line.starts_with('-')).then_some(Header::to(at + 1))
}

fn header_to(block: Option<Header>, at_least: usize) -> Header {
    let end = block.map_or(at_least, |b| b.end.max(at_least));
    Header::to(end)
}

/// The next line that is not blank, at most three on.
fn next_line(lines: &[Line<'_>], from: usize) -> usize {
    let blanks = lines.iter().skip(from).take(3).take_while(|l| l.is_blank()).count();
    from + blanks
}

/// A block of header fields: `From: ... Sent: ... To: ... Subject: ...` in any language, at least
/// two different ones, the first of them at the first line.
fn block(lines: &[Line<'_>], at: usize) -> Option<Header> {
    let mut labels: Vec<labels::Label> = Vec::new();
    let mut end = at;
    let mut blanks = 0;
    for (n, line) in lines.iter().enumerate().skip(at).take(BLOCK_LINES_MAX) {
        looked_at(line.text.len());
        if line.is_blank() {
            blanks += 1;
            // Some programs put a blank line between the fields.
            if blanks > 1 || n == at {
                break;
            }
            continue;
        }
        match labels::label_of(line.text) {
            Some(label) => {
                if !labels.contains(&label) {
                    labels.push(label);
                }
                end = n + 1;
                blanks = 0;
            }
            // A long list of recipients goes on in the next line.
            None if n > at && blanks == 0 && line.text.contains('@') => end = n + 1,
            None => break,
        }
    }
    let telling = labels.contains(&labels::Label::From) || labels.contains(&labels::Label::Date);
    (labels.len() >= 2 && telling).then_some(Header::to(end))
}

/// `On Mon, 3 May 2021 at 10:00, Anna <a@example.com> wrote:`, over up to seven lines.
fn introduction(lines: &[Line<'_>], at: usize) -> Option<Header> {
    let first = lines.get(at)?.text;
    if !may_begin(first) {
        return None;
    }
    let mut joined = String::new();
    let mut blanks = 0;
    for (n, line) in lines.iter().enumerate().skip(at).take(LINES_MAX + 2) {
        if line.is_blank() {
            blanks += 1;
            continue;
        }
        // Blank lines are borne only around a bracketed address that stands alone.
        let bracket = line.text.starts_with('<') || joined.ends_with('<');
        if n > at && (line_forms::is_quoted(line.text) && !bracket && !line.text.contains("wrote"))
            || (blanks > 0 && !bracket)
            || blanks > 2
        {
            return None;
        }
        blanks = 0;
        if !joined.is_empty() {
            joined.push(' ');
        }
        joined.push_str(line.text);
        if joined.len() > OCTETS_MAX {
            return None;
        }
        let may_end = words::may_end(line.text);
        looked_at(joined.len());
        if may_end && is_introduction(&joined, follows_quote(lines, n + 1)) {
            let whole = n == at || !begins_later(lines, at + 1..n + 1);
            return whole.then(|| Header { is_introduction: true, ..Header::to(n + 1) });
        }
        if n == at && !begins_broken(first) {
            return None;
        }
    }
    None
}

/// Whether a line may be the first of several that make one introduction.
fn begins_broken(first: &str) -> bool {
    words::leads(first) || (has_address(first) && words::has_verb(&first.to_lowercase()))
}

/// Whether the introduction begins in one of the later lines, so the first is text.
fn begins_later(lines: &[Line<'_>], later: std::ops::Range<usize>) -> bool {
    let mut lines = lines.get(later).unwrap_or_default().iter();
    lines.any(|l| words::leads(l.text) && words::date_strength(l.text) > 1)
}

fn follows_quote(lines: &[Line<'_>], from: usize) -> bool {
    lines
        .iter()
        .skip(from)
        .take(4)
        .find(|l| !l.is_blank())
        .is_some_and(|l| line_forms::is_quoted(l.text))
}

/// A cheap look at the first line, so that most lines of a text cost nothing more.
fn may_begin(line: &str) -> bool {
    let has_digit = line.bytes().any(|b| b.is_ascii_digit());
    has_digit || line.contains('@') || line.ends_with([':', '\u{ff1a}']) || line.starts_with("---")
}

/// Whether the joined lines are an introduction as a whole.
fn is_introduction(joined: &str, before_quote: bool) -> bool {
    let text = joined.trim_matches(|c: char| c == '-' || c == '*' || c.is_whitespace());
    let text = words::without_direction_marks(text);
    let lower = text.to_lowercase();
    let ends = text.ends_with([':', '\u{ff1a}']);
    let verb = words::has_verb(&lower);
    let verb_last = words::ends_with_verb(&lower);
    let address = has_address(&lower);
    let date = words::date_strength(&lower);
    let leads = words::leads(&lower);
    if ends && address && words::names_quoted(&lower) {
        return true;
    }
    // `---- Anna wrote ----`, as Android's mail program has it.
    if verb_last && joined.starts_with("---") && joined.ends_with("---") {
        return true;
    }
    if verb && (ends || verb_last) {
        // `Anna <a@example.com> wrote:`, `On 3 May, Anna wrote:`, `Anna wrote:` before a quote.
        return (address && (ends || date > 0))
            || (date > 0 && (leads || before_quote))
            || (before_quote && ends && text.len() < 120);
    }
    // Programs that name the date and the person only: `2021-05-03 10:00 Anna <a@example.com>:`.
    let starts_with_date = leads || text.starts_with(|c: char| c.is_ascii_digit());
    if ends {
        return address && date > 1 && starts_with_date;
    }
    // The older form of Gmail has no colon; the bracket must close the line.
    text.ends_with('>') && address && date > 1 && text.starts_with(|c: char| c.is_ascii_digit())
}

fn has_address(text: &str) -> bool {
    text.split('@').zip(text.split('@').skip(1)).any(|(before, after)| {
        before.ends_with(|c: char| c.is_alphanumeric() || "._-+".contains(c))
            && after.starts_with(char::is_alphanumeric)
    })
}

/// `reply On Wed, Apr 4, 2012 at 3:59 PM, bob@example.com wrote:` on one line.
fn shared_line(line: &Line<'_>, at: usize) -> Option<Header> {
    let text = line.text;
    if !text.ends_with(':') {
        return None;
    }
    let start = text.find(" On ").or_else(|| text.find("-On "))?;
    let header = text.get(start + 1..)?;
    let lower = header.to_lowercase();
    let is_header = words::ends_with_verb(lower.trim_end_matches(':'))
        && words::date_strength(&lower) > 1
        && (header.len() < 200);
    if !is_header {
        return None;
    }
    let starts_within = trim_shared(text.get(..=start)?).len();
    Some(Header { end: at + 1, starts_within, is_introduction: true })
}
