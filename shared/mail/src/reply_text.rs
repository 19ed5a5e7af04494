//! New text told from quoted text, signature and disclaimer (feature B13).
//!
//! Architecture invariant: nothing is deleted. A text is cut into segments that together are the
//! whole text; what a segment is can be doubted later.

use std::ops::Range;

use serde::Serialize;

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

/// Cuts a text. `marks` are what the HTML it was made of says, empty for plain text.
pub fn split(text: &str, marks: &[(Range<usize>, crate::html_marks::Mark)]) -> SplitText {
    let mut split = SplitText::default();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.len();
        at = range.end;
        let marked = marks.iter().any(|(m, _)| m.contains(&range.start));
        let quoted = marked || line.trim_start().starts_with('>');
        let kind = if quoted { SegmentKind::Quoted } else { SegmentKind::New };
        match split.segments.last_mut() {
            Some(last) if last.kind == kind => last.range.end = range.end,
            _ => split.segments.push(Segment { kind, range }),
        }
    }
    split
}
