//! Signatures, lines of mobile programs, and legal text below what was written.

use std::ops::Range;

use super::line_forms::{is_rule, is_signature_delimiter};
use super::{Line, SegmentKind};
use super::{mobile_line, sign_off};
use crate::work::looked_at;

/// Most lines, blank ones left out, of what follows a rule and is still a signature.
const RULED_LINES_MAX: usize = 12;
/// Most lines of names and numbers behind a closing phrase.
const CLOSING_LINES_MAX: usize = 10;
/// Longest such line in characters.
const CLOSING_LINE_CHARS_MAX: usize = 90;
/// Lines at the end of a stretch that are searched for closings.
const TAIL_LINES_MAX: usize = 40;

/// Marks signatures and disclaimers at the ends of stretches of new text.
pub fn mark(lines: &mut [Line<'_>]) {
    for stretch in new_stretches(lines) {
        looked_at(stretch.len());
        let start = signature_start(lines, &stretch);
        let disclaimer = disclaimer_start(lines, &stretch);
        let set = |lines: &mut [Line<'_>], from: usize, kind| {
            for line in lines.get_mut(from..stretch.end).unwrap_or_default() {
                if line.kind == SegmentKind::New || kind == SegmentKind::Disclaimer {
                    line.kind = kind;
                }
            }
        };
        if let Some(start) = start {
            set(lines, start, SegmentKind::Signature);
        }
        if let Some(start) = disclaimer {
            set(lines, start, SegmentKind::Disclaimer);
        }
    }
}

/// The runs of new lines that say something.
fn new_stretches(lines: &[Line<'_>]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.kind != SegmentKind::New {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}

/// The first line of a stretch from which on all is signature.
fn signature_start(lines: &[Line<'_>], stretch: &Range<usize>) -> Option<usize> {
    let texts = || {
        let part = lines.get(stretch.clone()).unwrap_or_default().iter();
        part.enumerate().map(|(n, l)| (n + stretch.start, l)).filter(|(_, l)| !l.is_blank())
    };
    let count = texts().count();
    let mut candidates = Vec::new();
    for (seen, (at, line)) in texts().enumerate() {
        if line.code {
            continue;
        }
        let behind = count - seen - 1;
        let starts = mobile_line::is_mobile_line(line.text)
            || (is_signature_delimiter(line.text) && behind <= 3 * RULED_LINES_MAX)
            || ((is_rule(line.text) || sign_off::is_tracking_mark(line.text))
                && behind <= RULED_LINES_MAX);
        if starts {
            candidates.push(at);
            break;
        }
    }
    candidates.extend(closing_start(lines, stretch, count));
    candidates.extend(slash_name(lines, stretch));
    candidates.into_iter().min()
}

/// `Best regards,` alone on its line, with a few short lines behind it. A closing that nothing
/// follows is the last thing the writer says, not a signature.
fn closing_start(lines: &[Line<'_>], stretch: &Range<usize>, count: usize) -> Option<usize> {
    let part = lines.get(stretch.clone()).unwrap_or_default();
    let said = part.iter().enumerate().rev().filter(|(_, l)| !l.is_blank());
    for (behind, (n, line)) in said.take(TAIL_LINES_MAX).enumerate() {
        if sign_off::is_closing(line.text) {
            let fits = (1..=CLOSING_LINES_MAX).contains(&behind) && behind + 1 < count;
            return fits.then_some(n + stretch.start);
        }
        if line.text.chars().count() > CLOSING_LINE_CHARS_MAX || line.code {
            return None;
        }
    }
    None
}

/// `/Anna` as the last line: the Nordic way to sign. A dash before the name can't be told from a
/// list, so such a line stays with the text.
fn slash_name(lines: &[Line<'_>], stretch: &Range<usize>) -> Option<usize> {
    let part = lines.get(stretch.clone()).unwrap_or_default();
    let (n, last) = part.iter().enumerate().rev().find(|(_, l)| !l.is_blank())?;
    let name = last.text.strip_prefix('/')?;
    let first = name.trim_start_matches('/').chars().next()?;
    let plain = first.is_uppercase() && name.chars().count() <= 40 && !name.contains(['/', '.']);
    (plain && n > 0).then_some(n + stretch.start)
}

/// The first line of legal text that runs to the end of the stretch.
fn disclaimer_start(lines: &[Line<'_>], stretch: &Range<usize>) -> Option<usize> {
    let part = lines.get(stretch.clone()).unwrap_or_default();
    let mut said = false;
    for (n, line) in part.iter().enumerate() {
        let first_of_paragraph =
            n == 0 || part.get(n - 1).is_some_and(|l| l.is_blank() || is_rule(l.text));
        if said && first_of_paragraph && sign_off::begins_disclaimer(line.text) {
            // The rule above it belongs to it.
            let ruled = part.get(n.saturating_sub(1)).is_some_and(|l| is_rule(l.text));
            return Some(n - usize::from(ruled) + stretch.start);
        }
        said |= !line.is_blank();
    }
    None
}
