//! Names of modules: the three standard ones and those that a tenant makes are kinds of contacts.

use std::fmt;
use std::str::FromStr;

/// Longest name of a module, in octets.
pub const MODULE_NAME_BYTES_MAX: usize = 24;

/// The name of a module that a tenant made: a lower-case ASCII letter, then letters, digits and `_`;
/// at least two characters, and none of the standard names. Small enough to be copied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleName([u8; MODULE_NAME_BYTES_MAX]);

/// The text is no name of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name has 2 to 24 characters of a-z, 0-9 and _ and begins with a letter")]
pub struct NotAModuleName;

impl ModuleName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|octet| *octet == 0).unwrap_or(self.0.len());
        let octets = self.0.get(..length).unwrap_or_default();
        std::str::from_utf8(octets).unwrap_or_default()
    }
}

impl FromStr for ModuleName {
    type Err = NotAModuleName;

    fn from_str(text: &str) -> Result<Self, NotAModuleName> {
        let known =
            |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'_';
        let begins = text.bytes().next().is_some_and(|octet| octet.is_ascii_lowercase());
        let fits = (2..=MODULE_NAME_BYTES_MAX).contains(&text.len());
        if !begins || !fits || !text.bytes().all(known) {
            return Err(NotAModuleName);
        }
        let mut octets = [0; MODULE_NAME_BYTES_MAX];
        for (place, octet) in octets.iter_mut().zip(text.bytes()) {
            *place = octet;
        }
        Ok(Self(octets))
    }
}

impl fmt::Display for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for ModuleName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_short_lower_case_word() {
        for good in ["partner", "ab", "press_2026", "abcdefghijklmnopqrstuvwx"] {
            assert_eq!(good.parse::<ModuleName>().map(|name| name.to_string()), Ok(good.into()));
        }
        let long = "a".repeat(25);
        for bad in ["", "a", "Partner", "2nd", "_x", "a-b", "a b", "a#b", "ä b", &long] {
            assert_eq!(bad.parse::<ModuleName>(), Err(NotAModuleName), "{bad}");
        }
    }
}
