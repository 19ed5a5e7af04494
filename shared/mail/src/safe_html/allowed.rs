//! What may be left of HTML: elements, attributes, style properties.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

const TAGS: [&str; 62] = [
    "a",
    "abbr",
    "address",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "tt",
    "u",
    "ul",
];

/// Properties that can neither load anything nor leave the place the mail is shown in.
const STYLES: [&str; 44] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-color",
    "border-left",
    "border-radius",
    "border-right",
    "border-spacing",
    "border-style",
    "border-top",
    "border-width",
    "color",
    "direction",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-width",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
];

/// Cleans by the lists above.
pub(super) static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let table = set(&[
        "align",
        "bgcolor",
        "border",
        "cellpadding",
        "cellspacing",
        "height",
        "valign",
        "width",
    ]);
    let cell =
        set(&["align", "bgcolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"]);
    let attributes = HashMap::from([
        ("a", set(&["href"])),
        ("img", set(&["alt", "border", "height", "src", "width"])),
        ("table", table),
        ("td", cell.clone()),
        ("th", cell.clone()),
        ("tr", cell),
        ("col", set(&["span", "width"])),
        ("colgroup", set(&["span", "width"])),
        ("font", set(&["color", "face", "size"])),
        ("ol", set(&["start", "type"])),
        ("ul", set(&["type"])),
        ("div", set(&["align"])),
        ("p", set(&["align"])),
        ("hr", set(&["size", "width"])),
    ]);
    let mut builder = Builder::new();
    builder
        .tags(set(&TAGS))
        .clean_content_tags(set(&[
            "script", "style", "title", "template", "noscript", "svg", "math",
        ]))
        .tag_attributes(attributes)
        .generic_attributes(set(&["dir", "lang", "style", "title"]))
        .filter_style_properties(set(&STYLES))
        .url_schemes(set(&["http", "https", "mailto", "tel", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(|_, name, value| match name {
            "style" => Some(without_loads(value)),
            "face" | "color" | "bgcolor" => plain_word(value),
            _ => Some(value.into()),
        });
    builder
});

/// The value where it is made of names and numbers only.
fn plain_word(value: &str) -> Option<Cow<'_, str>> {
    let plain = |c: char| c.is_alphanumeric() || " ,'\"#-".contains(c);
    value.chars().all(plain).then(|| value.into())
}

/// Drops declarations that load something or leave the frame: what is left of the listed
/// properties could still say `url(...)`.
fn without_loads(style: &str) -> Cow<'_, str> {
    let lower = style.to_ascii_lowercase();
    let bad = ["url", "expression", "\\", "@", "image", "/*", "var(", "attr(", "fixed"];
    if !bad.iter().any(|b| lower.contains(b)) {
        return style.into();
    }
    let kept = style.split(';').filter(|declaration| {
        let lower = declaration.to_ascii_lowercase();
        !bad.iter().any(|b| lower.contains(b))
    });
    kept.collect::<Vec<_>>().join(";").into()
}
