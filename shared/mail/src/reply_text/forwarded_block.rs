//! The header block above a mail that was forwarded inline, read for its fields.

use super::labels::{self, Label};
use super::line_forms::is_quoted;
use super::{lines_of, quote_header};

/// The fields of the block, as written, and the text behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForwardedBlock {
    /// Who wrote it.
    pub from: Option<String>,
    /// To whom.
    pub to: Option<String>,
    /// With copies to whom.
    pub cc: Option<String>,
    /// About what.
    pub subject: Option<String>,
    /// When.
    pub date: Option<String>,
    /// What stands behind the block, without quote marks.
    pub text: String,
}

/// Lines searched for the block.
const LINES_MAX: usize = 2_000;

/// The first block of a text; None where none names an author.
pub fn read(text: &str) -> Option<ForwardedBlock> {
    let unquoted: String = text.lines().map(|l| format!("{}\n", without_mark(l))).collect();
    let lines = lines_of(&unquoted);
    let mut at = 0;
    while at < lines.len().min(LINES_MAX) {
        let Some(header) = quote_header::at(&lines, at).filter(|h| !h.is_introduction) else {
            at += 1;
            continue;
        };
        let mut block = ForwardedBlock::default();
        for line in lines.get(at..header.end).unwrap_or_default() {
            block.take(line.text);
        }
        if block.from.is_some() {
            let rest = lines.get(header.end).map_or(unquoted.len(), |l| l.range.start);
            block.text = unquoted.get(rest..).unwrap_or_default().trim().to_owned();
            return Some(block);
        }
        at = header.end.max(at + 1);
    }
    None
}

fn without_mark(line: &str) -> &str {
    if !is_quoted(line.trim_start()) {
        return line;
    }
    let line = line.trim_start().trim_start_matches(['>', '|']);
    line.strip_prefix(' ').unwrap_or(line)
}

impl ForwardedBlock {
    fn take(&mut self, line: &str) {
        let Some(label) = labels::label_of(line) else { return };
        let value = line.split_once([':', '\u{ff1a}']).map(|(_, v)| v).unwrap_or_default();
        let value = value.trim_matches(|c: char| c.is_whitespace() || c == '*').to_owned();
        let slot = match label {
            Label::From => &mut self.from,
            Label::To => &mut self.to,
            Label::Cc => &mut self.cc,
            Label::Subject => &mut self.subject,
            Label::Date => &mut self.date,
            Label::ReplyTo => return,
        };
        slot.get_or_insert(value);
    }
}
