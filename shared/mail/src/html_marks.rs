//! How mail programs mark quoted text and signatures in their HTML: ids and classes they write.

use crate::html_tokens::Tag;

/// What a stretch of HTML is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Quoted text, with or without the line that introduces it.
    Quote,
    /// From here to the end is quoted text: the element only opens it.
    QuoteFollows,
    /// A signature.
    Signature,
}

/// Parts of `class` that mark quoted text. Outlook puts `x_` before others' classes.
const QUOTE_CLASSES: [&str; 14] = [
    "gmail_quote",
    "gmail_extra",
    "yahoo_quoted",
    "moz-cite-prefix",
    "protonmail_quote",
    "zmail_extra",
    "zoho_quote",
    "tutanota_quote",
    "ntes_quote",
    "ntes-reply",
    "front-blockquote",
    "hs_reply",
    "airmail_ext",
    "spark_quote",
];

/// Ids of elements that mark quoted text.
const QUOTE_IDS: [&str; 7] = [
    "yahoo_quoted",
    "isforwardcontent",
    "isreplycontent",
    "mail-editor-reference-message-container",
    "olk_src_body_section",
    "qm_reply_quote",
    "orignmail",
];

/// Ids of elements behind which everything is quoted text: Outlook writes a rule or an empty
/// element, then the old mail without any element around it.
const QUOTE_FOLLOWS_IDS: [&str; 5] =
    ["divrplyfwdmsg", "appendonsend", "stopspelling", "reply-intro", "originalmessage"];

const SIGNATURE_CLASSES: [&str; 7] = [
    "gmail_signature",
    "moz-signature",
    "protonmail_signature_block",
    "zmail_signature",
    "yahoo_signature",
    "mail_signature",
    "foxmail_signature",
];

const SIGNATURE_IDS: [&str; 8] = [
    "signature",
    "ms-outlook-mobile-signature",
    "applemailsignature",
    "zmail_signature",
    "ydp_signature",
    "mobile-signature",
    "divtagdefaultsignature",
    "lineheightsignature",
];

/// The mark of a start tag.
pub fn of(tag: &Tag<'_>) -> Option<Mark> {
    let name = tag.name.as_ref();
    if tag.attributes.is_empty()
        || !matches!(
            name,
            "div" | "blockquote" | "span" | "table" | "p" | "hr" | "td" | "pre" | "includetail"
        )
    {
        return None;
    }
    let plain = |t: std::borrow::Cow<'_, str>| t.to_ascii_lowercase();
    let class = tag.attribute("class").map(plain).unwrap_or_default();
    let id = tag.attribute("id").map(plain).unwrap_or_default();
    let id = id.strip_prefix("x_").unwrap_or(&id);
    let in_class = |marks: &[&str]| {
        class.split_whitespace().any(|c| {
            let c = c.strip_prefix("x_").unwrap_or(c);
            marks.iter().any(|m| c == *m || c.starts_with(&format!("{m}_container")))
        })
    };
    if in_class(&SIGNATURE_CLASSES) || SIGNATURE_IDS.contains(&id) {
        return Some(Mark::Signature);
    }
    if in_class(&QUOTE_CLASSES) || QUOTE_IDS.contains(&id) {
        return Some(Mark::Quote);
    }
    if QUOTE_FOLLOWS_IDS.contains(&id) {
        return Some(Mark::QuoteFollows);
    }
    let cite = name == "blockquote"
        && tag.attribute("type").is_some_and(|t| t.eq_ignore_ascii_case("cite"));
    if cite {
        return Some(Mark::Quote);
    }
    // Outlook desktop draws a line above the old mail's header block and gives no id.
    let style = tag.attribute("style").map(plain).unwrap_or_default();
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    let outlook_rule = name == "div"
        && ["border:none;border-top:solid#e1e1e1", "border:none;border-top:solid#b5c4df"]
            .iter()
            .any(|rule| style.starts_with(rule));
    outlook_rule.then_some(Mark::QuoteFollows)
}

/// Text that no reader sees: preheaders and the like.
pub fn is_invisible(tag: &Tag<'_>) -> bool {
    if !tag.attributes.contains("none") && !tag.attributes.contains("NONE") {
        return false;
    }
    tag.attribute("style").is_some_and(|style| {
        let style: String =
            style.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        style.contains("display:none") || style.contains("mso-hide:all")
    })
}
