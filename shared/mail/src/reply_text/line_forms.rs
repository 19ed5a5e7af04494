//! What single lines look like: quoted, ruled off, broken links.

/// Longest mark of a quoted line: initials before the bracket, as in `AB> text`.
const INITIALS_MAX: usize = 3;

/// A line that begins with a quote mark: `>`, `|` of some web mailers, `AB>` of old programs.
pub fn is_quoted(line: &str) -> bool {
    if line.starts_with('>') || line.starts_with('\u{ff1e}') {
        // `>>> look here <<<` is somebody's ornament.
        return !(line.starts_with(">>") && line.ends_with("<<"));
    }
    if let Some(rest) = line.strip_prefix('|') {
        // `| a | b |` is a table.
        return (rest.is_empty() || rest.starts_with(' ')) && !rest.contains('|');
    }
    let initials = line.bytes().take_while(u8::is_ascii_uppercase).count();
    (1..=INITIALS_MAX).contains(&initials)
        && line.as_bytes().get(initials) == Some(&b'>')
        && matches!(line.as_bytes().get(initials + 1), None | Some(b' '))
}

/// A line of one repeated mark: `-----`, `____`, `=====`, `***`.
pub fn is_rule(line: &str) -> bool {
    let mut chars = line.chars();
    let Some(first) = chars.next() else { return false };
    "-_=*#~+\u{2014}\u{2013}\u{2500}\u{2501}".contains(first)
        && line.chars().count() >= 2
        && chars.all(|c| c == first)
}

/// The delimiter of a signature (RFC 3676 section 4.3), or what people type for one.
pub fn is_signature_delimiter(line: &str) -> bool {
    matches!(line, "--" | "\u{2014}" | "\u{2013}" | "\u{2014} " | "---" | "- -")
}

/// Whether a line without a mark goes on a link that was broken in a quoted line.
pub fn continues_link(before: &str, line: &str) -> bool {
    if line.is_empty() {
        return false;
    }
    let opened = |open: char, close: char| {
        let last = before.rfind(open);
        last.is_some_and(|o| before.rfind(close).is_none_or(|c| c < o))
            && before.contains("://")
            && line.contains(close)
    };
    opened('(', ')') || opened('<', '>') || (line.starts_with("(http") && line.ends_with('>'))
}

/// Text before a header on the same line, cut of its dashes.
pub fn trim_shared(text: &str) -> &str {
    text.trim_end_matches(['-', ' '])
}
