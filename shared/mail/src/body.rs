//! Which parts a person reads, and the text they make.

use crate::flaw::Flaw;
use crate::html_text;
use crate::parsed_mail::Body;
use crate::reply_text;

/// Octets of text that are split and judged; what is longer stays whole, but is no conversation.
pub const TEXT_OCTETS_MAX: usize = 4 * 1024 * 1024;

/// Makes the body of what the parts say. `plain` and `html` hold the decoded bodies in order.
pub fn assemble(plain: Vec<String>, html: Vec<String>, flaws: &mut Vec<Flaw>) -> Body {
    let has_html = !html.is_empty();
    let html = has_html.then(|| html.join("\n"));
    let plain = plain.join("\n");
    let (text, marks) = match &html {
        Some(html) if plain.trim().is_empty() => {
            let read = html_text::read(html);
            if read.cut {
                flaws.push(Flaw::TextCut);
            }
            (read.text, read.marks)
        }
        _ => (plain.clone(), Vec::new()),
    };
    let split = reply_text::split(&text, &marks);
    let new_text = split.new_text(&text);
    Body { text, plain, has_html, html, new_text, split }
}
