//! The tree of parts of a mail, walked once from front to back without recursion.

use std::ops::Range;

use super::header::{self, Header};
use super::parameters::Structured;
use super::transfer::TransferEncoding;
use crate::fields::ids;
use crate::work::looked_at;

/// Most parts around one another; mail readers give up between 20 and 100.
pub const DEPTH_MAX: usize = 64;
/// Most parts of a mail; what follows stays in the raw mail only.
pub const PARTS_MAX: usize = 10_000;

/// What a part is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Octets.
    Leaf,
    /// Other parts.
    Multipart,
    /// One part: a whole mail within the mail.
    Message,
}

/// One part.
#[derive(Clone, Debug)]
pub struct Part {
    /// Index of the part around it.
    pub parent: Option<usize>,
    /// How many mails it is within, itself not counted.
    pub message_depth: usize,
    /// Its header.
    pub header: Header,
    /// Where its body stands, before decoding.
    pub body: Range<usize>,
    /// Its effective type, lower case: RFC 2046 defaults filled in.
    pub media_type: String,
    /// Its `Content-Type`.
    pub content_type: Structured,
    /// Its `Content-Disposition`.
    pub disposition: Option<Structured>,
    /// Its transfer encoding.
    pub encoding: TransferEncoding,
    /// Its `Content-ID` without angle brackets.
    pub content_id: Option<String>,
    /// What it is made of.
    pub form: Form,
    /// It is where the standard has no part: a multipart without delimiters, a part behind a
    /// delimiter nobody announced, a part whose type is none. Worth reading, not to be relied on.
    pub recovered: bool,
}

/// A mail's parts; the first is the mail itself, children follow their parent.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// The parts in the order they stand.
    pub parts: Vec<Part>,
    /// A multipart had no delimiter line, or none of its own.
    pub boundary_missing: bool,
    /// A multipart's closing delimiter was missing.
    pub unclosed: bool,
    /// More parts, or deeper ones, than the limits.
    pub cut: bool,
}

struct Open {
    part: usize,
    /// None for a mail within the mail.
    boundary: Option<Vec<u8>>,
}

struct Delimiter {
    /// Where the line begins.
    line: usize,
    /// Behind the line.
    next: usize,
    /// Which open part it belongs to, as an index into the stack.
    open: usize,
    closing: bool,
}

impl Tree {
    /// Walks the mail `raw`.
    pub fn read(raw: &[u8]) -> Self {
        let mut walk = Walk { raw, tree: Self::default(), stack: Vec::new() };
        walk.run();
        walk.tree
    }

    /// The octets of a part before decoding.
    pub fn body<'m>(&self, raw: &'m [u8], part: &Part) -> &'m [u8] {
        raw.get(part.body.clone()).unwrap_or_default()
    }
}

struct Walk<'m> {
    raw: &'m [u8],
    tree: Tree,
    stack: Vec<Open>,
}

impl Walk<'_> {
    fn run(&mut self) {
        let mut at = 0;
        loop {
            if self.tree.parts.len() >= PARTS_MAX {
                self.tree.cut = true;
                self.close_to(0, at);
                return;
            }
            let index = self.open_part(at);
            let Some((form, body_start)) =
                self.tree.parts.get(index).map(|p| (p.form, p.body.start))
            else {
                return;
            };
            let next = match form {
                Form::Message => Some(body_start),
                Form::Multipart => self.after_first_delimiter(index, body_start),
                Form::Leaf => self.after_leaf(Some(index), body_start),
            };
            match next {
                Some(next) => at = next,
                None => return,
            }
        }
    }

    /// Reads the header at `at` and adds the part; containers go on the stack.
    fn open_part(&mut self, at: usize) -> usize {
        let stack = &self.stack;
        let is_boundary = |line: &[u8]| matches_any(stack, line).is_some();
        let header = header::read(self.raw, at, self.raw.len(), &is_boundary);
        let parent = self.stack.last().map(|o| o.part);
        let around = parent.and_then(|p| self.tree.parts.get(p));
        let message_depth =
            around.map_or(0, |p| p.message_depth + usize::from(p.form == Form::Message));
        let in_digest = around.is_some_and(|p| p.media_type == "multipart/digest");
        let mut part = part_of(self.raw, header, in_digest);
        part.parent = parent;
        part.message_depth = message_depth;
        part.body.end = self.raw.len();
        part.recovered |= around.is_some_and(|p| p.recovered);
        let index = self.tree.parts.len();
        if part.form != Form::Leaf && self.stack.len() >= DEPTH_MAX {
            part.form = Form::Leaf;
            self.tree.cut = true;
        }
        match part.form {
            Form::Leaf => {}
            Form::Message => self.stack.push(Open { part: index, boundary: None }),
            Form::Multipart => {
                let boundary = part.content_type.parameter("boundary").unwrap_or_default();
                let boundary = boundary.trim_end().as_bytes().to_vec();
                // An empty one would take every signature's `--` for a delimiter.
                let boundary = Some(boundary).filter(|b| !b.is_empty());
                self.stack.push(Open { part: index, boundary });
            }
        }
        self.tree.parts.push(part);
        index
    }

    /// Skips a multipart's preamble. Where no delimiter of its own comes, the first line that
    /// looks like one is taken; else the whole is one text.
    fn after_first_delimiter(&mut self, index: usize, body_start: usize) -> Option<usize> {
        let own = self.stack.len() - 1;
        let found = self.next_delimiter(body_start);
        if let Some(d) = &found
            && d.open == own
            && !d.closing
        {
            return Some(d.next);
        }
        self.tree.boundary_missing = true;
        let limit = found.as_ref().map_or(self.raw.len(), |d| d.line);
        if let Some((boundary, next)) = guess_boundary(self.raw, body_start, limit) {
            if let Some(open) = self.stack.last_mut() {
                open.boundary = Some(boundary);
            }
            if let Some(part) = self.tree.parts.get_mut(index) {
                part.recovered = true;
            }
            return Some(next);
        }
        self.stack.pop();
        if let Some(part) = self.tree.parts.get_mut(index) {
            part.form = Form::Leaf;
            part.recovered = true;
        }
        self.after_leaf(Some(index), body_start)
    }

    /// Ends a leaf at the next delimiter; gives where the next part begins, None at the end.
    fn after_leaf(&mut self, leaf: Option<usize>, from: usize) -> Option<usize> {
        let mut leaf = leaf;
        let mut from = from;
        loop {
            let Some(found) = self.next_delimiter(from) else {
                self.tree.unclosed |= self.stack.iter().any(|o| o.boundary.is_some());
                self.close_to(0, self.raw.len());
                return None;
            };
            let end = before_line_end(self.raw, found.line, from);
            if let Some(part) = leaf.take().and_then(|l| self.tree.parts.get_mut(l)) {
                part.body.end = end;
            }
            self.tree.unclosed |=
                self.stack.iter().skip(found.open + 1).any(|o| o.boundary.is_some());
            self.close_to(found.open + 1, end);
            if !found.closing {
                return Some(found.next);
            }
            self.close_to(found.open, found.next);
            from = found.next;
        }
    }

    fn close_to(&mut self, depth: usize, end: usize) {
        for open in self.stack.drain(depth.min(self.stack.len())..) {
            if let Some(part) = self.tree.parts.get_mut(open.part) {
                part.body.end = end.max(part.body.start);
            }
        }
    }

    /// The next line at or behind `from` that is a delimiter of an open multipart.
    fn next_delimiter(&self, from: usize) -> Option<Delimiter> {
        if self.stack.iter().all(|o| o.boundary.is_none()) {
            return None;
        }
        let rest = self.raw.get(from..)?;
        let first = rest.starts_with(b"--").then_some(from);
        let later = memchr::memmem::find_iter(rest, b"\n--").map(|at| from + at + 1);
        let mut seen = from;
        let found = first.into_iter().chain(later).find_map(|line| {
            looked_at(line - seen);
            seen = line;
            let end = header::line_end(self.raw, line, self.raw.len());
            let text = self.raw.get(line..end.text)?;
            let (open, closing) = matches_any(&self.stack, text)?;
            Some(Delimiter { line, next: end.next, open, closing })
        });
        looked_at(if found.is_none() { rest.len() } else { 0 });
        found
    }
}

/// Which open multipart a line delimits, innermost first, and whether it closes it.
fn matches_any(stack: &[Open], line: &[u8]) -> Option<(usize, bool)> {
    let text = line.strip_prefix(b"--")?.trim_ascii_end();
    looked_at(stack.len());
    stack.iter().enumerate().rev().find_map(|(at, open)| {
        let rest = text.strip_prefix(open.boundary.as_deref()?)?;
        match rest {
            b"" => Some((at, false)),
            b"--" => Some((at, true)),
            _ => None,
        }
    })
}

/// The line end before a delimiter belongs to the delimiter (RFC 2046 section 5.1.1).
fn before_line_end(raw: &[u8], line: usize, floor: usize) -> usize {
    let mut end = line;
    if end > floor && raw.get(end - 1) == Some(&b'\n') {
        end -= 1;
        if end > floor && raw.get(end - 1) == Some(&b'\r') {
            end -= 1;
        }
    }
    end
}

/// A line `--something` right before a `Content-` field is a delimiter nobody announced.
fn guess_boundary(raw: &[u8], from: usize, limit: usize) -> Option<(Vec<u8>, usize)> {
    let rest = raw.get(from..limit)?;
    looked_at(rest.len());
    let first = rest.starts_with(b"--").then_some(from);
    let later = memchr::memmem::find_iter(rest, b"\n--").map(|at| from + at + 1);
    first.into_iter().chain(later).take(50).find_map(|line| {
        let end = header::line_end(raw, line, limit);
        let text = raw.get(line + 2..end.text)?.trim_ascii_end();
        let next = raw.get(end.next..limit)?;
        let announces = next.get(..8)?.eq_ignore_ascii_case(b"content-");
        (announces && text.len() >= 3 && !text.ends_with(b"--")).then(|| (text.to_vec(), end.next))
    })
}

fn part_of(raw: &[u8], header: Header, in_digest: bool) -> Part {
    let value = |name: &str| {
        let field = header.first(name)?;
        Some(header::unfold(raw.get(field.value.clone()).unwrap_or_default()))
    };
    let content_type = value("content-type").map(|v| Structured::read(&v)).unwrap_or_default();
    let disposition = value("content-disposition").map(|v| Structured::read(&v));
    let encoding = value("content-transfer-encoding")
        .map(|v| TransferEncoding::of_label(&String::from_utf8_lossy(&v)))
        .unwrap_or_default();
    let content_id =
        value("content-id").and_then(|v| ids::message_id(&String::from_utf8_lossy(&v)));
    let media_type = effective_type(&content_type, in_digest);
    let recovered = !media_type.contains('/');
    let form = match (content_type.kind(), encoding) {
        ("multipart", _) => Form::Multipart,
        _ if is_message(&media_type) && encoding == TransferEncoding::Identity => Form::Message,
        _ => Form::Leaf,
    };
    let body = header.body_start..raw.len();
    Part {
        parent: None,
        message_depth: 0,
        header,
        body,
        media_type,
        content_type,
        disposition,
        encoding,
        content_id,
        form,
        recovered,
    }
}

/// Types whose body is a mail (RFC 2046 section 5.2.1, RFC 6532 section 3.7).
pub fn is_message(media_type: &str) -> bool {
    matches!(media_type, "message/rfc822" | "message/global" | "message/news")
}

/// RFC 2045 section 5.2: no type is text/plain; within a digest it is a mail (RFC 2046 section
/// 5.1.5). What can't be read as a type stays as it is.
fn effective_type(content_type: &Structured, in_digest: bool) -> String {
    let value = content_type.value.as_str();
    match value.split_once('/') {
        Some((kind, subtype)) if !kind.is_empty() && !subtype.is_empty() => value.to_owned(),
        None if value.is_empty() && in_digest => "message/rfc822".to_owned(),
        None if value.is_empty() => "text/plain".to_owned(),
        _ => value.replace('/', ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(raw: &str) -> Vec<(String, String)> {
        let tree = Tree::read(raw.as_bytes());
        let text = |p: &Part| String::from_utf8_lossy(tree.body(raw.as_bytes(), p)).into_owned();
        tree.parts.iter().map(|p| (p.media_type.clone(), text(p))).collect()
    }

    const MIXED: &str = "Content-Type: multipart/mixed; boundary=b\n\npreamble\n--b\n\none\n--bb\n\
                         x --b y\n--b\nContent-Type: text/html\n\ntwo\n--b--\nepilogue\n";

    #[test]
    fn only_whole_lines_delimit() {
        let parts = outline(MIXED);
        assert_eq!(parts[1], ("text/plain".into(), "one\n--bb\nx --b y".into()));
        assert_eq!(parts[2], ("text/html".into(), "two".into()));
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn an_outer_delimiter_ends_the_inner_parts() {
        let raw = "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: \
                   multipart/alternative; boundary=i\n\n--i\n\ninner\n--o\n\nouter\n--o--\n";
        let parts = outline(raw);
        assert_eq!(parts[2].1, "inner");
        assert_eq!(parts[3].1, "outer");
        assert!(Tree::read(raw.as_bytes()).unclosed);
    }

    #[test]
    fn a_delimiter_nobody_announced_is_found() {
        let raw =
            "Content-Type: multipart/mixed\n\n--zz1\nContent-Type: text/plain\n\nhi\n--zz1--\n";
        assert_eq!(outline(raw)[1].1, "hi");
        let none = "Content-Type: multipart/mixed\n\njust text\n";
        assert_eq!(outline(none), [("multipart/mixed".to_owned(), "just text\n".to_owned())]);
    }

    #[test]
    fn nesting_and_number_are_bounded() {
        let mut deep = String::new();
        for n in 0..1_000 {
            deep += &format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n");
        }
        let tree = Tree::read(deep.as_bytes());
        assert!(tree.cut && tree.parts.len() <= DEPTH_MAX + 1);
        let flat = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\n\nx\n".repeat(2 * PARTS_MAX)
        );
        let tree = Tree::read(flat.as_bytes());
        assert!(tree.cut && tree.parts.len() == PARTS_MAX);
    }
}
