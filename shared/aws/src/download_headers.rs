//! What a signed URL tells the browser about the file: texts of strangers, made safe for header fields.

/// The Content-Disposition of a download (RFC 6266): an ASCII name for old browsers, and the real one
/// in UTF-8 (RFC 8187) where the two differ.
pub fn disposition(file_name: &str) -> String {
    let name = clean(file_name);
    let fallback: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    if fallback == name {
        format!("attachment; filename=\"{fallback}\"")
    } else {
        let extended = percent_encoded(&name);
        format!("attachment; filename=\"{fallback}\"; filename*=UTF-8''{extended}")
    }
}

/// Longest file name, in characters: file systems take 255 octets.
const NAME_CHARS_MAX: usize = 120;

/// The name without what could end the field, leave the folder, or turn the text around.
fn clean(file_name: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let kept = file_name.chars().filter(|c| !c.is_control() && !turns(*c));
    let safe = kept.map(|c| if matches!(c, '/' | '\\') { '_' } else { c });
    let name: String = safe.take(NAME_CHARS_MAX).collect();
    let name = name.trim().trim_start_matches('.');
    if name.is_empty() { "file".to_owned() } else { name.to_owned() }
}

/// Characters that mean themselves within the quotes in every browser (RFC 6266 appendix D).
fn is_plain(c: char) -> bool {
    (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%')
}

/// RFC 8187 section 3.2.1: all but `attr-char` percent-encoded.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for octet in text.bytes() {
        if octet.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&octet) {
            encoded.push(char::from(octet));
        } else {
            encoded.push_str(&format!("%{octet:02X}"));
        }
    }
    encoded
}

/// The media type, if it is a plain `type/subtype` (RFC 6838 section 4.2); else what says nothing.
pub fn media_type(media_type: &str) -> &str {
    let name = |part: &str| {
        let rest = |b: u8| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b);
        (1..=127).contains(&part.len()) && part.bytes().all(rest)
    };
    match media_type.split_once('/') {
        Some((kind, sub)) if name(kind) && name(sub) => media_type,
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_stands_in_quotes_alone() {
        assert_eq!(disposition("offer 3.pdf"), "attachment; filename=\"offer 3.pdf\"");
    }

    #[test]
    fn another_script_is_encoded_beside_an_ascii_fallback() {
        assert_eq!(
            disposition("Rechnung März.pdf"),
            "attachment; filename=\"Rechnung M_rz.pdf\"; filename*=UTF-8''Rechnung%20M%C3%A4rz.pdf"
        );
    }

    #[test]
    fn no_name_ends_the_field_or_leaves_the_folder() {
        assert_eq!(
            disposition("a\"; x=\"b\r\nSet-Cookie: 1"),
            "attachment; filename=\"a_; x=_bSet-Cookie: 1\"; \
             filename*=UTF-8''a%22%3B%20x%3D%22bSet-Cookie%3A%201"
        );
        assert_eq!(disposition("../../etc/passwd"), "attachment; filename=\"_.._etc_passwd\"");
        assert_eq!(disposition("fdp\u{202E}exe.bat"), "attachment; filename=\"fdpexe.bat\"");
        assert_eq!(disposition(" \r\n"), "attachment; filename=\"file\"");
        assert!(disposition(&"ä".repeat(5_000)).len() < 1_000);
    }

    #[test]
    fn only_a_plain_media_type_is_told() {
        assert_eq!(media_type("application/vnd.ms-excel"), "application/vnd.ms-excel");
        for odd in ["text/html; charset=x", "text", "/", "a/b\r\nX: y", ""] {
            assert_eq!(media_type(odd), "application/octet-stream", "{odd}");
        }
    }
}
