//! HTML to the text a person would read: links, lists and tables kept, one pass, no tree.
//!
//! Also finds where mail programs mark quoted text and signatures in their HTML, as text alone
//! does not always tell.

use std::ops::Range;

use crate::html_elements::{is_block, is_hidden, is_paragraph, is_void};
use crate::html_marks::{self, Mark};
use crate::html_tokens::{Tag, Token, Tokens};

/// Text made of HTML.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HtmlText {
    /// The text.
    pub text: String,
    /// Ranges of `text` that the HTML marks, in order of their starts.
    pub marks: Vec<(Range<usize>, Mark)>,
    /// The text was longer than the bound and the rest left out.
    pub cut: bool,
}

/// Octets of text made at most.
pub const TEXT_OCTETS_MAX: usize = 4 * 1024 * 1024;
/// Elements remembered around one another; deeper ones are read, but not remembered.
const DEPTH_MAX: usize = 256;

/// Reads HTML.
pub fn read(html: &str) -> HtmlText {
    let mut writer = Writer::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => writer.text(&text),
            Token::Open(tag) => writer.open(&tag),
            Token::Close(name) => writer.close(&name),
        }
        if writer.out.len() > TEXT_OCTETS_MAX {
            writer.cut = true;
            break;
        }
    }
    writer.finish()
}

/// An element whose end has a consequence.
struct Element {
    name: Box<str>,
    link: Option<Link>,
    mark: Option<(usize, Mark)>,
    hidden: bool,
}

struct Link {
    target: String,
    start: usize,
}

#[derive(Default)]
struct Writer {
    out: String,
    stack: Vec<Element>,
    /// Elements whose text is not shown, open now.
    hidden: usize,
    preformatted: usize,
    quote_depth: usize,
    /// Line breaks owed before the next text.
    breaks: usize,
    space: bool,
    cell: bool,
    lists: Vec<Option<usize>>,
    marks: Vec<(Range<usize>, Mark)>,
    cut: bool,
}

impl Writer {
    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        if self.preformatted > 0 {
            self.preformatted_text(text);
            return;
        }
        let mut rest = text;
        while !rest.is_empty() {
            let blank = rest.find(is_blank).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(blank);
            if !word.is_empty() {
                self.word(word);
            }
            let skipped = tail.trim_start_matches(is_blank);
            if skipped.len() < tail.len() {
                self.space = true;
            }
            rest = skipped;
        }
    }

    fn preformatted_text(&mut self, text: &str) {
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.breaks = (self.breaks + 1).min(3);
            }
            if !line.trim_end().is_empty() {
                self.word(line.trim_end_matches('\r'));
            }
        }
    }

    fn word(&mut self, word: &str) {
        if self.breaks > 0 {
            self.write_breaks();
        } else if self.cell {
            self.out.push('\t');
        } else if self.space && !self.out.is_empty() && !self.out.ends_with(['\n', ' ', '\t']) {
            self.out.push(' ');
        }
        self.space = false;
        self.cell = false;
        self.out.push_str(word);
    }

    fn write_breaks(&mut self) {
        if !self.out.is_empty() {
            for _ in 0..self.breaks {
                self.out.push('\n');
                // An empty quoted line keeps its mark, so the quotation stays one block.
                self.push_quote_marks();
            }
        } else {
            self.push_quote_marks();
        }
        self.breaks = 0;
    }

    fn push_quote_marks(&mut self) {
        for _ in 0..self.quote_depth.min(20) {
            self.out.push_str("> ");
        }
    }

    fn break_lines(&mut self, count: usize) {
        self.breaks = self.breaks.max(count);
        self.space = false;
        self.cell = false;
    }

    fn open(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_ref();
        match name {
            "br" => {
                self.breaks = (self.breaks + 1).min(3);
                self.space = false;
                return;
            }
            "hr" => {
                self.break_lines(1);
                if self.hidden == 0 {
                    self.word("---");
                }
                self.break_lines(1);
                return;
            }
            "img" => {
                self.image(tag);
                return;
            }
            "li" => self.list_item(),
            "td" | "th" => self.cell = self.breaks == 0 && !self.out.ends_with('\n'),
            _ if is_paragraph(name) => self.break_lines(2),
            _ if is_block(name) => self.break_lines(1),
            _ => {}
        }
        if is_void(name) || tag.closed {
            return;
        }
        self.enter(tag);
    }

    /// Remembers an element until its end.
    fn enter(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_ref();
        let hidden = is_hidden(name) || html_marks::is_invisible(tag);
        let link = (name == "a").then(|| self.link(tag)).flatten();
        let mark = html_marks::of(tag).map(|m| (self.out.len(), m));
        match name {
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(0)),
            "pre" | "textarea" => self.preformatted += 1,
            "blockquote" => self.quote_depth += 1,
            _ => {}
        }
        if self.stack.len() >= DEPTH_MAX {
            return;
        }
        self.hidden += usize::from(hidden);
        self.stack.push(Element { name: name.into(), link, mark, hidden });
    }

    fn link(&self, tag: &Tag<'_>) -> Option<Link> {
        let target = tag.attribute("href")?;
        let target = target.trim();
        let shown = ["http://", "https://", "mailto:", "tel:"];
        let lower = target.get(..8).unwrap_or(target).to_ascii_lowercase();
        let start = self.out.len();
        shown
            .iter()
            .any(|s| lower.starts_with(s))
            .then(|| Link { target: target.to_owned(), start })
    }

    fn list_item(&mut self) {
        self.break_lines(1);
        if self.hidden > 0 {
            return;
        }
        let depth = self.lists.len().min(10);
        let bullet = match self.lists.last_mut() {
            Some(Some(number)) => {
                *number += 1;
                format!("{number}. ")
            }
            _ => "- ".to_owned(),
        };
        let indent = "  ".repeat(depth.saturating_sub(1));
        self.word(&format!("{indent}{bullet}"));
    }

    fn image(&mut self, tag: &Tag<'_>) {
        if self.hidden > 0 {
            return;
        }
        if let Some(alt) = tag.attribute("alt")
            && !alt.trim().is_empty()
            && alt.len() < 200
        {
            self.word(&format!("[{}]", alt.trim()));
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            _ if is_paragraph(name) => self.break_lines(2),
            _ if is_block(name) => self.break_lines(1),
            _ => {}
        }
        match name {
            "ul" | "ol" => {
                self.lists.pop();
            }
            "pre" | "textarea" => self.preformatted = self.preformatted.saturating_sub(1),
            "blockquote" => self.quote_depth = self.quote_depth.saturating_sub(1),
            _ => {}
        }
        // What was opened within and never closed ends with it.
        let Some(at) = self.stack.iter().rposition(|e| &*e.name == name) else { return };
        for element in self.stack.split_off(at).into_iter().rev() {
            self.leave(element);
        }
    }

    fn leave(&mut self, element: Element) {
        self.hidden -= usize::from(element.hidden);
        if let Some(link) = element.link
            && self.hidden == 0
        {
            self.write_target(&link);
        }
        if let Some((start, mark)) = element.mark {
            self.marks.push((start..self.out.len(), mark));
        }
    }

    /// `text <target>`, unless the text is the target or nothing.
    fn write_target(&mut self, link: &Link) {
        let shown = self.out.get(link.start..).unwrap_or_default().trim();
        let bare = |t: &str| {
            let t = t.trim_start_matches("mailto:").trim_start_matches("tel:");
            let t = t.split_once("://").map_or(t, |(_, rest)| rest);
            t.trim_end_matches('/').to_owned()
        };
        if !shown.is_empty() && bare(shown) != bare(&link.target) {
            let target = format!(" <{}>", link.target);
            self.out.push_str(&target);
        }
    }

    fn finish(mut self) -> HtmlText {
        while let Some(element) = self.stack.pop() {
            self.leave(element);
        }
        self.marks.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        HtmlText { text: self.out, marks: self.marks, cut: self.cut }
    }
}

fn is_blank(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t' | '\r' | '\n' | '\u{a0}' | '\u{200b}' | '\u{feff}' | '\u{ad}' | '\u{34f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(html: &str) -> String {
        read(html).text
    }

    #[test]
    fn structure_is_kept_as_text() {
        assert_eq!(text("<p>One</p><p>Two<br>three</p>"), "One\n\nTwo\nthree");
        assert_eq!(text("<ul><li>a<li>b</ul><ol><li>c</li><li>d</ol>"), "- a\n- b\n1. c\n2. d");
        let table = "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>";
        assert_eq!(text(table), "a\tb\nc\td");
        assert_eq!(text("<pre>a\n  b</pre>"), "a\n  b");
        assert_eq!(text("a<blockquote>b<br>c</blockquote>d"), "a\n> b\n> c\nd");
    }

    #[test]
    fn links_show_their_target_once() {
        let html = "<a href=\"https://example.com/x\">here</a>, <a href='https://example.com/'>\
                    example.com</a>, <a href=mailto:a@example.com>a@example.com</a>";
        assert_eq!(text(html), "here <https://example.com/x>, example.com, a@example.com");
    }

    #[test]
    fn what_is_not_shown_is_not_text() {
        let html = "<head><title>t</title><style>p{}</style></head><script>x<y</script>\
                    <!-- c --><div style=\"display:none\">secret<p>more</p></div>shown";
        assert_eq!(text(html), "shown");
    }

    #[test]
    fn character_references_are_read() {
        assert_eq!(
            text("a&amp;b &lt;x&gt; caf&eacute; &#8364;&#x20ac; &bogus; &"),
            "a&b <x> café €€ &bogus; &"
        );
    }

    #[test]
    fn marks_of_clients_are_found() {
        let html =
            "<div>new</div><div class=\"gmail_quote\">On x:<blockquote>old</blockquote></div>";
        let read = read(html);
        assert_eq!(read.text, "new\nOn x:\n> old");
        let quoted: Vec<_> = read.marks.iter().filter(|m| m.1 == Mark::Quote).collect();
        assert_eq!(quoted[0].0, 3..read.text.len());
    }

    proptest::proptest! {
        #[test]
        fn any_html_is_read_without_panic(
            html in "(<|>|/|a|b|div|li|&|;|=|\"|'| |-|!|p|blockquote){0,80}",
        ) {
            read(&html);
        }
    }
}
