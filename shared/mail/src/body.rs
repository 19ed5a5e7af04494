//! Which parts a person reads, and the text they make.

use crate::flaw::Flaw;
use crate::html_text;
use crate::mime::uuencode;
use crate::parsed_mail::Body;
use crate::parts::Texts;
use crate::reply_text;

/// Octets of text that are shown, split and judged; what is longer is no conversation. `plain`
/// and the raw mail have the whole.
pub const TEXT_OCTETS_MAX: usize = 4 * 1024 * 1024;

/// Makes the body of what the parts say.
pub fn assemble(texts: Texts, flaws: &mut Vec<Flaw>) -> Body {
    let Texts { plain: texts, mut html, packed_plain, packed_html, cut_files, .. } = texts;
    let has_html = !html.is_empty();
    if html.is_empty() {
        html = packed_html;
    }
    let html = (!html.is_empty()).then(|| html.join("\n"));
    let all_in_place = texts.iter().all(|(_, in_place)| *in_place);
    let join = |of: &dyn Fn(bool) -> bool| {
        let chosen = texts.iter().filter(|(_, in_place)| of(*in_place));
        chosen.map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("\n")
    };
    let plain = join(&|in_place| in_place);
    let mut legible = match all_in_place {
        true => head_of(&plain, flaws).to_owned(),
        false => head_of(&join(&|_| true), flaws).to_owned(),
    };
    drop(texts);
    if cut_files {
        legible = without_files(&legible);
    }
    if legible.trim().is_empty() && html.is_none() {
        legible = packed_plain.join("\n");
    }
    let (text, marks) = match &html {
        Some(html) if legible.trim().is_empty() => {
            let read = html_text::read(html);
            if read.cut {
                flaws.push(Flaw::TextCut);
            }
            (read.text, read.marks)
        }
        _ => (legible, Vec::new()),
    };
    let split = reply_text::split(&text, &marks);
    let new_text = split.new_text(&text);
    Body { text, plain, has_html, html, new_text, split }
}

/// The text without the files that were written into it.
fn without_files(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for file in uuencode::files(text.as_bytes()) {
        out.push_str(text.get(at..file.range.start).unwrap_or_default());
        at = file.range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// As much of a text as is worked on.
fn head_of<'t>(text: &'t str, flaws: &mut Vec<Flaw>) -> &'t str {
    if text.len() <= TEXT_OCTETS_MAX {
        return text;
    }
    flaws.push(Flaw::TextCut);
    let end = (0..4).map(|back| TEXT_OCTETS_MAX - back).find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}
