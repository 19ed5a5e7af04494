//! Cutting text to a bound.

/// The longest beginning of `text` that has at most `octets_max` octets and ends between characters.
pub fn to_octets(text: &str, octets_max: usize) -> &str {
    if text.len() <= octets_max {
        return text;
    }
    let end = (0..=octets_max).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::to_octets;

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(to_octets("grüße", 3), "gr");
        assert_eq!(to_octets("grüße", 4), "grü");
        assert_eq!(to_octets("grüße", 40), "grüße");
        assert_eq!(to_octets("ü", 0), "");
    }
}
