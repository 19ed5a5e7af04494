//! HTML made safe to show (feature B12): done when a mail is shown, not when it is filed.
//!
//! Only listed elements, attributes and style properties survive. Nothing is fetched from afar
//! unless the reader asks for it, links say where they lead, `cid:` images come from the mail.

mod allowed;

use crate::html_tokens::{Tag, Token, Tokens};

/// Whether pictures are fetched from other servers: it tells the sender that the mail was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteImages {
    /// Left out; [`SafeHtml::blocked_images`] counts them.
    Block,
    /// Shown, as the reader asked.
    Show,
}

/// HTML that can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeHtml {
    /// To be put within an element of one's own, in a page whose policy forbids scripts as well.
    pub html: String,
    /// Pictures of other servers that were left out.
    pub blocked_images: usize,
    /// The mail was too long to show as HTML, so this is its text.
    pub as_text: bool,
}

/// Octets of HTML that are shown; more is shown as text.
pub const HTML_OCTETS_MAX: usize = 2 * 1024 * 1024;
/// Elements within one another; deeper HTML is shown as text, as every browser would suffer.
const DEPTH_MAX: usize = 250;

/// Makes HTML safe. `cid_url` gives the address under which a picture of the mail is served, by
/// its `Content-ID`; a picture that gets none is left out.
pub fn make_safe(
    html: &str,
    images: RemoteImages,
    cid_url: &dyn Fn(&str) -> Option<String>,
) -> SafeHtml {
    if html.len() > HTML_OCTETS_MAX || depth(html) > DEPTH_MAX {
        return text_only(html);
    }
    let clean = allowed::CLEANER.clean(html).to_string();
    let mut rewriter = Rewriter { out: String::with_capacity(clean.len()), images, blocked: 0 };
    rewriter.rewrite(&clean, cid_url);
    SafeHtml { html: rewriter.out, blocked_images: rewriter.blocked, as_text: false }
}

fn text_only(html: &str) -> SafeHtml {
    let text = crate::html_text::read(html).text;
    SafeHtml { html: format!("<pre>{}</pre>", escape(&text)), blocked_images: 0, as_text: true }
}

/// How deep elements stand within one another, by a count of tags: an upper bound.
fn depth(html: &str) -> usize {
    let (mut open, mut deepest) = (0usize, 0usize);
    for token in Tokens::new(html) {
        match token {
            Token::Open(tag) if !tag.closed && !is_single(&tag.name) => {
                open += 1;
                deepest = deepest.max(open);
            }
            Token::Close(_) => open = open.saturating_sub(1),
            Token::Open(_) | Token::Text(_) => {}
        }
    }
    deepest
}

/// Elements that are seldom or never closed, so they say nothing about depth.
fn is_single(name: &str) -> bool {
    matches!(
        name,
        "br" | "img"
            | "hr"
            | "meta"
            | "link"
            | "input"
            | "col"
            | "p"
            | "li"
            | "td"
            | "tr"
            | "th"
            | "option"
            | "dt"
            | "dd"
            | "base"
            | "wbr"
            | "area"
    )
}

/// Goes over what the cleaner wrote, which is well-formed, and deals with pictures and links.
struct Rewriter {
    out: String,
    images: RemoteImages,
    blocked: usize,
}

impl Rewriter {
    fn rewrite(&mut self, clean: &str, cid_url: &dyn Fn(&str) -> Option<String>) {
        let mut target: Option<(String, usize)> = None;
        for token in Tokens::new(clean) {
            match token {
                Token::Text(text) => self.out.push_str(&escape(&text)),
                Token::Open(tag) if tag.name == "img" => self.image(&tag, cid_url),
                Token::Open(tag) => {
                    self.tag(&tag);
                    if tag.name == "a" {
                        target = tag.attribute("href").map(|h| (h.into_owned(), self.out.len()));
                    }
                }
                Token::Close(name) => {
                    if name == "a"
                        && let Some((target, start)) = target.take()
                    {
                        self.show_target(&target, start);
                    }
                    self.out.push_str("</");
                    self.out.push_str(&name);
                    self.out.push('>');
                }
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        self.out.push('<');
        self.out.push_str(&tag.name);
        self.out.push_str(tag.attributes);
        if tag.name == "a" {
            self.out.push_str(" target=\"_blank\"");
        }
        self.out.push('>');
    }

    fn image(&mut self, tag: &Tag<'_>, cid_url: &dyn Fn(&str) -> Option<String>) {
        let source = tag.attribute("src").unwrap_or_default();
        let shown = match source.strip_prefix("cid:") {
            Some(cid) => cid_url(cid.trim_matches(['<', '>'])),
            None if source.is_empty() => None,
            None if self.images == RemoteImages::Show => Some(source.into_owned()),
            None => {
                self.blocked += 1;
                None
            }
        };
        let alt = tag.attribute("alt").unwrap_or_default();
        let Some(shown) = shown else {
            if !alt.trim().is_empty() {
                self.out.push_str(&format!("<span>[{}]</span>", escape(alt.trim())));
            }
            return;
        };
        self.out.push_str(&format!("<img src=\"{}\" alt=\"{}\"", escape(&shown), escape(&alt)));
        for name in ["width", "height"] {
            if let Some(value) = tag.attribute(name) {
                self.out.push_str(&format!(" {name}=\"{}\"", escape(&value)));
            }
        }
        self.out.push('>');
    }

    /// Writes the host behind a link whose text names another address than it leads to.
    fn show_target(&mut self, target: &str, start: usize) {
        let shown = self.out.get(start..).unwrap_or_default();
        let host = host_of(target);
        let text = shown.to_ascii_lowercase();
        if !host.is_empty() && !text.contains(&host) {
            self.out.push_str(&format!(" <small>[{}]</small>", escape(&host)));
        }
    }
}

/// The host of a web link, the address of a mail link.
fn host_of(target: &str) -> String {
    let rest = target.split_once("://").map(|(_, rest)| rest);
    let rest = rest.or_else(|| target.split_once(':').map(|(_, rest)| rest)).unwrap_or(target);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // `https://bank.example@evil.example/` leads to the second host.
    let host = match target.starts_with("mailto:") {
        true => authority,
        false => authority.rsplit('@').next().unwrap_or_default(),
    };
    host.to_ascii_lowercase()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn safe(html: &str) -> SafeHtml {
        make_safe(html, RemoteImages::Block, &|cid| (cid == "a@x").then(|| "/files/a".to_owned()))
    }

    #[test]
    fn links_show_where_they_lead() {
        let html = safe("<a href=\"https://evil.example/x\">https://bank.example</a>").html;
        assert!(html.contains("[evil.example]"), "{html}");
        let html = safe("<a href=\"https://bank.example@evil.example/\">bank.example</a>").html;
        assert!(html.contains("[evil.example]"), "{html}");
        let html = safe("<a href=\"https://shop.example/x\">shop.example</a>").html;
        assert!(!html.contains('['), "{html}");
        assert!(html.contains("rel=\"noopener noreferrer nofollow\" target=\"_blank\""), "{html}");
    }

    #[test]
    fn pictures_of_others_are_left_out_and_counted() {
        let html = "<img src=\"https://t.example/p.gif\" width=1 height=1><img src=cid:a@x alt=A>\
                    <img src=cid:b@x alt=B>";
        let got = safe(html);
        assert_eq!(got.html, "<img src=\"/files/a\" alt=\"A\"><span>[B]</span>");
        assert_eq!(got.blocked_images, 1);
        let shown = make_safe(html, RemoteImages::Show, &|_| None);
        assert!(shown.html.contains("https://t.example/p.gif") && shown.blocked_images == 0);
    }

    #[test]
    fn html_too_deep_or_too_long_is_shown_as_text() {
        let deep = format!("{}<script>x</script>hi", "<div>".repeat(100_000));
        let got = safe(&deep);
        assert!(got.as_text && got.html == "<pre>hi</pre>");
    }

    #[test]
    fn layout_survives() {
        let html = "<table width=\"600\"><tbody><tr><td style=\"color:red;position:fixed\">x</td>\
                    </tr></tbody></table>";
        let got = safe(html).html;
        assert!(got.contains("<table width=\"600\">") && got.contains("color:red"), "{got}");
        assert!(!got.contains("position"), "{got}");
    }
}
