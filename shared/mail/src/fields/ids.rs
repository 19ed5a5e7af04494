//! Message identifiers: `Message-ID`, `In-Reply-To`, `References` and their damage.

/// Most identifiers kept of one field; Outlook keeps about 100.
pub const IDS_MAX: usize = 500;
/// Longest identifier in octets that is kept.
const ID_OCTETS_MAX: usize = 998;

/// All identifiers of an unfolded value, in order, without brackets. Comments and words around
/// them (`Your message of Monday <...>`) are left out; without any bracket, words with an `@`
/// are taken. Each identifier is named once, where it first stands.
pub fn parse(value: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut push = |text: &str| {
        // Folding within an identifier leaves blanks in it.
        let id: String = text.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let id = id.trim_matches(|c| c == '<' || c == '>').to_owned();
        if !id.is_empty() && id.len() <= ID_OCTETS_MAX && seen.insert(id.clone()) {
            ids.push(id);
        }
    };
    if value.contains('<') {
        let mut rest = value;
        let mut taken = 0;
        while let Some((_, tail)) = rest.split_once('<') {
            // An unclosed bracket ends where the next one opens.
            let end = tail.find(['>', '<']).unwrap_or(tail.len());
            push(tail.get(..end).unwrap_or_default());
            rest = tail.get(end..).unwrap_or_default();
            taken += 1;
            if taken >= IDS_MAX {
                break;
            }
        }
    } else {
        let words = value.split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|w| w.contains('@')).take(IDS_MAX).for_each(&mut push);
    }
    ids
}

/// The identifier of a `Message-ID` field: what stands in the brackets, else all of it.
pub fn message_id(value: &str) -> Option<String> {
    let inner = match value.split_once('<') {
        Some((_, tail)) => tail.split('>').next().unwrap_or(tail),
        None => value,
    };
    let id: String = inner.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
    let id = id.trim_matches(|c| c == '<' || c == '>');
    (!id.is_empty()).then(|| id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_found_in_every_dress() {
        assert_eq!(parse("<a@x> <b@x>"), ["a@x", "b@x"]);
        assert_eq!(parse("<a@x><b@x>,<a@x>"), ["a@x", "b@x"]);
        assert_eq!(parse("Your message of \"Mon\" <a@x>"), ["a@x"]);
        assert_eq!(parse("a@x, b@x"), ["a@x", "b@x"]);
        assert_eq!(parse("<a@ x>"), ["a@x"]);
        assert_eq!(parse("<a@x <b@x>"), ["a@x", "b@x"]);
        assert_eq!(parse("nothing"), [""; 0]);
    }

    #[test]
    fn a_message_id_may_lack_its_brackets() {
        assert_eq!(message_id("<a@x>").as_deref(), Some("a@x"));
        assert_eq!(message_id("20260101.1").as_deref(), Some("20260101.1"));
        assert_eq!(message_id("<>"), None);
    }
}
