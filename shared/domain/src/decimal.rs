//! Decimal numbers as they were written: exact, whatever their size within the bound.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Most digits of a decimal number: what a number of the table holds exactly.
pub const DECIMAL_DIGITS_MAX: usize = 38;

/// A decimal number: `-12.50`. Its text keeps the zeros behind the point, and has none too many
/// before it. Equal numbers may have different texts; [`Decimal::compare`] goes by value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(String);

/// The text is no decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a decimal number is written like -12.50, with at most 38 digits")]
pub struct NotADecimal;

impl Decimal {
    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many digits stand behind the point.
    pub fn scale(&self) -> usize {
        self.0.split_once('.').map_or(0, |(_, fraction)| fraction.len())
    }

    /// Which of two is greater, by value.
    pub fn compare(&self, other: &Self) -> Ordering {
        let (own, others) = (Parts::of(self), Parts::of(other));
        match (own.negative, others.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => own.compare_size(&others),
            (true, true) => others.compare_size(&own),
        }
    }
}

struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Parts<'a> {
    fn of(decimal: &'a Decimal) -> Self {
        let (sign, digits) =
            decimal.0.strip_prefix('-').map_or((false, &*decimal.0), |d| (true, d));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let fraction = fraction.trim_end_matches('0');
        let nothing = whole == "0" && fraction.is_empty();
        Self { negative: sign && !nothing, whole, fraction }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        let longer = self.whole.len().cmp(&other.whole.len());
        longer
            .then_with(|| self.whole.cmp(other.whole))
            .then_with(|| self.fraction.cmp(other.fraction))
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(NotADecimal),
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let digit = |octet: u8| octet.is_ascii_digit();
        let all = whole.len() + fraction.map_or(0, str::len);
        let numeric =
            whole.bytes().all(digit) && fraction.is_none_or(|part| part.bytes().all(digit));
        if whole.is_empty() || !numeric || all > DECIMAL_DIGITS_MAX {
            return Err(NotADecimal);
        }
        let trimmed = whole.trim_start_matches('0');
        let whole = if trimmed.is_empty() { "0" } else { trimmed };
        let fraction = fraction.map(|part| format!(".{part}")).unwrap_or_default();
        Ok(Self(format!("{sign}{whole}{fraction}")))
    }
}

impl TryFrom<String> for Decimal {
    type Error = NotADecimal;

    fn try_from(text: String) -> Result<Self, NotADecimal> {
        text.parse()
    }
}

impl From<Decimal> for String {
    fn from(decimal: Decimal) -> Self {
        decimal.0
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn every_digit_that_was_written_is_kept() {
        for text in ["0", "12.50", "-0.001", "99999999999999999999999999999999999.999"] {
            assert_eq!(decimal(text).as_str(), text);
        }
        assert_eq!(decimal("007.10").as_str(), "7.10");
        assert_eq!((decimal("12.50").scale(), decimal("7").scale()), (2, 0));
        let long = "1".repeat(39);
        for bad in ["", "-", ".5", "5.", "1e3", "+1", "1,5", "0x1", " 1", "--1", "1.2.3", &long] {
            assert_eq!(bad.parse::<Decimal>(), Err(NotADecimal), "{bad}");
        }
    }

    #[test]
    fn numbers_compare_by_value() {
        let sorted = ["-10", "-9.5", "-0.01", "0", "0.09", "0.1", "1", "9", "10.0", "10.01"];
        for (n, low) in sorted.iter().enumerate() {
            for high in &sorted[n + 1..] {
                assert_eq!(decimal(low).compare(&decimal(high)), Ordering::Less, "{low} {high}");
                assert_eq!(decimal(high).compare(&decimal(low)), Ordering::Greater);
            }
        }
        for (one, same) in [("1.50", "1.5"), ("-0", "0.00")] {
            assert_eq!(decimal(one).compare(&decimal(same)), Ordering::Equal);
        }
    }
}
