//! The languages that Mailroom's own texts come in.

use serde::{Deserialize, Serialize};

/// A language of texts that people read: category names, definitions, recommendations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Chinese, simplified characters.
    Zh,
    /// German.
    De,
    /// English; what a language we have no texts in falls back to.
    #[default]
    En,
}

impl Language {
    /// Every language we have texts in.
    pub const ALL: [Self; 3] = [Self::Zh, Self::De, Self::En];

    /// The language of an ISO 639-1 code or a longer tag that starts with one (`de-AT`); English
    /// where we have no texts in it.
    pub fn of_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "zh" => Self::Zh,
            "de" => Self::De,
            _ => Self::En,
        }
    }

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::De => "de",
            Self::En => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_with_a_region_gives_its_language_and_an_unknown_one_english() {
        assert_eq!(Language::of_tag("de-AT"), Language::De);
        assert_eq!(Language::of_tag("zh_CN"), Language::Zh);
        assert_eq!(Language::of_tag("fr"), Language::En);
        for language in Language::ALL {
            assert_eq!(Language::of_tag(language.code()), language);
        }
    }
}
