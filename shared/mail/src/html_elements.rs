//! Elements of HTML by what they mean for text.

/// Stands apart by an empty line.
pub(crate) fn is_paragraph(name: &str) -> bool {
    matches!(name, "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dl" | "pre")
}

/// Stands on lines of its own.
pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "table"
            | "tr"
            | "ul"
            | "ol"
            | "blockquote"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "address"
            | "center"
            | "form"
            | "fieldset"
            | "dt"
            | "dd"
            | "figure"
            | "figcaption"
            | "tbody"
            | "thead"
            | "tfoot"
            | "caption"
            | "body"
            | "html"
            | "details"
            | "summary"
            | "option"
    )
}

/// Has no content and no end tag.
pub(crate) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "col"
            | "embed"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "o:p"
    )
}

/// Has content that is not shown as text.
pub(crate) fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "title"
            | "object"
            | "svg"
            | "math"
            | "select"
            | "template"
            | "noscript"
            | "map"
            | "audio"
            | "video"
            | "canvas"
    )
}
