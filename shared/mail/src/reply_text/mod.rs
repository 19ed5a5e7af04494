//! New text told from quoted text, signature and disclaimer (feature B13).
//!
//! Architecture invariant: nothing is deleted. A text is cut into segments that together are the
//! whole text; what a segment is can be doubted later. Each step looks at a bounded number of
//! lines, so the work grows with the text and no faster.

pub mod forwarded_block;
mod labels;
pub(crate) mod line_forms;
pub(crate) mod mobile_line;
mod quote_header;
pub(crate) mod sign_off;
mod signature;
mod words;

use std::ops::Range;

use serde::Serialize;

use crate::html_marks::Mark;

/// What a stretch of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// Written anew.
    New,
    /// The line or block that introduces quoted text: `On ... wrote:`.
    QuoteHeader,
    /// Text of an earlier mail.
    Quoted,
    /// Who wrote it.
    Signature,
    /// Legal text below a mail.
    Disclaimer,
}

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// Octets of the text.
    pub range: Range<usize>,
}

/// Where the parts of a text begin and end: in order, without gaps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SplitText {
    /// The parts.
    pub segments: Vec<Segment>,
}

impl SplitText {
    /// The text of all parts of a kind, in order.
    pub fn text_of(&self, text: &str, kind: SegmentKind) -> String {
        let mut out = String::new();
        for segment in self.segments.iter().filter(|s| s.kind == kind) {
            out.push_str(text.get(segment.range.clone()).unwrap_or_default());
        }
        out
    }

    /// What was written anew, without white space around it.
    pub fn new_text(&self, text: &str) -> String {
        self.text_of(text, SegmentKind::New).trim().to_owned()
    }
}

/// One line and what it was found to be.
struct Line<'t> {
    /// With its line end.
    range: Range<usize>,
    /// Without its line end and white space around it.
    text: &'t str,
    /// Where `text` begins in the whole.
    text_start: usize,
    kind: SegmentKind,
    /// Within a block of code, where marks mean nothing.
    code: bool,
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.text.is_empty()
    }
}

/// Cuts a text. `marks` are what the HTML it was made of says, empty for plain text.
pub fn split(text: &str, marks: &[(Range<usize>, Mark)]) -> SplitText {
    let mut lines = lines_of(text);
    mark_quotes(&mut lines);
    mark_wrapped_quotes(&mut lines);
    apply_html_marks(&mut lines, marks);
    signature::mark(&mut lines);
    keep_something_new(&mut lines);
    segments(text, &lines)
}

fn lines_of(text: &str) -> Vec<Line<'_>> {
    let mut at = 0;
    let mut code = false;
    let mut lines = Vec::new();
    let mut fences = 0usize;
    for raw in text.split_inclusive('\n') {
        let range = at..at + raw.len();
        at = range.end;
        let line = raw.trim();
        let text_start = range.start + (raw.len() - raw.trim_start().len());
        let fence = line.starts_with("```");
        fences += usize::from(fence);
        lines.push(Line {
            range,
            text: line,
            text_start,
            kind: SegmentKind::New,
            code: code || fence,
        });
        code ^= fence;
    }
    // A fence that is never closed was none.
    if fences % 2 == 1 {
        lines.iter_mut().for_each(|l| l.code = false);
    }
    lines
}

/// Marks quoted lines, and the lines that introduce them with all that follows.
fn mark_quotes(lines: &mut [Line<'_>]) {
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.code || line.is_blank() {
            at += 1;
            continue;
        }
        if line_forms::is_quoted(line.text) {
            set_kind(lines, at..at + 1, SegmentKind::Quoted);
            at += 1;
            continue;
        }
        let Some(header) = quote_header::at(lines, at) else {
            at += 1;
            continue;
        };
        let at_top = header.is_introduction && !says_something(lines, at);
        cut_shared_line(lines, at, header.starts_within);
        set_kind(lines, at..header.end, SegmentKind::QuoteHeader);
        let first = lines.iter().skip(header.end).find(|l| !l.is_blank());
        // Quoted lines may be answered below; text without marks is quoted to its end. But where
        // nothing was said before it, `Anna wrote:` heads what the mail says.
        if !at_top && first.is_some_and(|l| !line_forms::is_quoted(l.text)) {
            set_kind(lines, header.end..lines.len(), SegmentKind::Quoted);
            return;
        }
        at = header.end;
    }
    bridge_blanks(lines);
}

/// Whether any line before `at` is new text or quoted.
fn says_something(lines: &[Line<'_>], at: usize) -> bool {
    lines.iter().take(at).any(|l| !l.is_blank())
}

/// `reply On Mon ... wrote:`: the part before the header is new. As segments are made of lines,
/// the line is shortened to the header and the rest goes to the line before.
fn cut_shared_line(lines: &mut [Line<'_>], at: usize, starts_within: usize) {
    if starts_within == 0 {
        return;
    }
    if let Some(line) = lines.get_mut(at) {
        line.range.start = line.text_start + starts_within;
    }
}

fn set_kind(lines: &mut [Line<'_>], range: Range<usize>, kind: SegmentKind) {
    for line in lines.get_mut(range).unwrap_or_default() {
        line.kind = kind;
    }
}

/// Blank lines between two quoted lines are quoted too.
fn bridge_blanks(lines: &mut [Line<'_>]) {
    let mut blanks = 0..0;
    let mut before = SegmentKind::New;
    for at in 0..lines.len() {
        let Some(line) = lines.get(at) else { break };
        let kind = line.kind;
        if line.is_blank() && kind == SegmentKind::New {
            if blanks.is_empty() {
                blanks = at..at;
            }
            blanks.end = at + 1;
            continue;
        }
        if before != SegmentKind::New && kind == SegmentKind::Quoted {
            set_kind(lines, blanks.clone(), SegmentKind::Quoted);
        }
        blanks = 0..0;
        before = kind;
    }
}

/// A quoted link that the sender's program broke over two lines leaves a line without its mark.
fn mark_wrapped_quotes(lines: &mut [Line<'_>]) {
    for at in 1..lines.len().saturating_sub(1) {
        let kinds = [at - 1, at, at + 1].map(|n| lines.get(n).map(|l| l.kind));
        let [Some(before), Some(SegmentKind::New), Some(SegmentKind::Quoted)] = kinds else {
            continue;
        };
        if before != SegmentKind::Quoted {
            continue;
        }
        let text = |n: usize| lines.get(n).map(|l| l.text).unwrap_or_default();
        if line_forms::continues_link(text(at - 1), text(at)) {
            set_kind(lines, at..at + 1, SegmentKind::Quoted);
        }
    }
}

/// What the HTML says wins over what the text looks like.
fn apply_html_marks(lines: &mut [Line<'_>], marks: &[(Range<usize>, Mark)]) {
    let mut reached = 0;
    for (range, mark) in marks {
        // Marks within one another say nothing new; skipping them keeps the work linear.
        if range.end <= reached {
            continue;
        }
        let end = if *mark == Mark::QuoteFollows { usize::MAX } else { range.end };
        let kind = match mark {
            Mark::Quote | Mark::QuoteFollows => SegmentKind::Quoted,
            Mark::Signature => SegmentKind::Signature,
        };
        let mut first = lines.partition_point(|l| l.range.end <= range.start);
        // A mark that begins behind text of the same line begins with the next.
        let shared = lines.get(first).is_some_and(|l| !l.is_blank() && l.text_start < range.start);
        first += usize::from(shared);
        let last = lines.partition_point(|l| l.range.start < end);
        for line in lines.get_mut(first..last).unwrap_or_default() {
            if matches!(line.kind, SegmentKind::New | SegmentKind::Signature) {
                line.kind = kind;
            }
        }
        reached = reached.max(end);
    }
}

/// A mail has something to say: where all of it was taken for a signature, it is the text.
fn keep_something_new(lines: &mut [Line<'_>]) {
    let says = |l: &Line<'_>| l.kind == SegmentKind::New && !l.is_blank();
    let quoted = |l: &Line<'_>| matches!(l.kind, SegmentKind::Quoted | SegmentKind::QuoteHeader);
    if lines.iter().any(says) || lines.iter().any(quoted) {
        return;
    }
    for line in lines {
        line.kind = SegmentKind::New;
    }
}

fn segments(text: &str, lines: &[Line<'_>]) -> SplitText {
    let mut split = SplitText::default();
    let mut at = 0;
    for line in lines {
        // The front of a line shared with a quote header belongs to the text before it.
        if line.range.start > at {
            push(&mut split, SegmentKind::New, at..line.range.start);
        }
        push(&mut split, line.kind, line.range.clone());
        at = line.range.end;
    }
    if at < text.len() {
        push(&mut split, SegmentKind::New, at..text.len());
    }
    split
}

fn push(split: &mut SplitText, kind: SegmentKind, range: Range<usize>) {
    match split.segments.last_mut() {
        Some(last) if last.kind == kind => last.range.end = range.end,
        _ => split.segments.push(Segment { kind, range }),
    }
}
