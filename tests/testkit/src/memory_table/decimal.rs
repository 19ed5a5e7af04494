//! Numbers as DynamoDB keeps them: decimals of up to 38 significant digits, from 1E-130 to
//! 9.99...E+125 and their negatives, compared by value and given back in plain digits.
//! Source: "Supported data types and naming rules", section Number, of the DynamoDB guide.

use std::cmp::Ordering;
use std::fmt;

const DIGITS_MAX: usize = 38;
const EXPONENT_MIN: i32 = -129;
const EXPONENT_MAX: i32 = 126;

/// A number: `0.d1d2d3... * 10^exponent`, its digits without zeros at either end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    digits: Vec<u8>,
    exponent: i32,
}

impl Decimal {
    /// Reads a number; none where the text is no number or DynamoDB would not take it.
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, body) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, power) = match body.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
            None => (body, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let point = i32::try_from(whole.len()).ok()?.checked_add(power)?;
        Self::trimmed(negative, all.iter().map(|d| d - b'0').collect(), point)
    }

    fn trimmed(negative: bool, digits: Vec<u8>, point: i32) -> Option<Self> {
        let leading = digits.iter().take_while(|d| **d == 0).count();
        let mut digits: Vec<u8> = digits.into_iter().skip(leading).collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            return Some(Self { negative: false, digits, exponent: 0 });
        }
        let exponent = point.checked_sub(i32::try_from(leading).ok()?)?;
        let fits = digits.len() <= DIGITS_MAX && (EXPONENT_MIN..=EXPONENT_MAX).contains(&exponent);
        fits.then_some(Self { negative, digits, exponent })
    }

    /// The sum, unless it needs more than 38 digits.
    pub fn plus(&self, other: &Self) -> Option<Self> {
        let scale = self.last_place().min(other.last_place());
        let sum = self.scaled(scale)?.checked_add(other.scaled(scale)?)?;
        let digits: Vec<u8> = sum.unsigned_abs().to_string().bytes().map(|d| d - b'0').collect();
        let point = i32::try_from(digits.len()).ok()?.checked_add(scale)?;
        Self::trimmed(sum < 0, digits, point)
    }

    /// The power of ten of the last digit.
    fn last_place(&self) -> i32 {
        self.exponent - i32::try_from(self.digits.len()).unwrap_or(i32::MAX)
    }

    /// The number as a whole count of `10^scale`.
    fn scaled(&self, scale: i32) -> Option<i128> {
        let digits = self.digits.iter();
        let whole = digits
            .into_iter()
            .try_fold(0i128, |n, d| n.checked_mul(10)?.checked_add(i128::from(*d)))?;
        let zeros = if whole == 0 { 0 } else { u32::try_from(self.last_place() - scale).ok()? };
        let scaled = whole.checked_mul(10i128.checked_pow(zeros)?)?;
        Some(if self.negative { -scaled } else { scaled })
    }

    /// How many octets it counts in an item: one for two digits, one more, and one for a minus.
    pub fn size_bytes(&self) -> usize {
        self.digits.len().div_ceil(2) + 1 + usize::from(self.negative)
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |d: &Self| if d.digits.is_empty() { 0 } else { 1 - 2 * i8::from(d.negative) };
        let magnitude =
            || self.exponent.cmp(&other.exponent).then_with(|| self.digits.cmp(&other.digits));
        sign(self).cmp(&sign(other)).then_with(|| match sign(self) {
            1 => magnitude(),
            -1 => magnitude().reverse(),
            _ => Ordering::Equal,
        })
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        let mut text = String::new();
        if self.exponent <= 0 {
            text.push_str("0.");
            text.extend((0..-self.exponent).map(|_| '0'));
        }
        let mut place = self.exponent;
        for digit in &self.digits {
            if place == 0 && self.exponent > 0 {
                text.push('.');
            }
            text.push(char::from(b'0' + digit));
            place -= 1;
        }
        text.extend((0..place).map(|_| '0'));
        if self.negative { write!(f, "-{text}") } else { f.write_str(&text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Decimal::parse(text).unwrap().to_string()
    }

    #[test]
    fn numbers_are_given_back_in_plain_digits() {
        for (written, kept) in [
            ("007", "7"),
            ("1.0", "1"),
            ("-0", "0"),
            ("1e3", "1000"),
            ("12.50", "12.5"),
            ("0.00120", "0.0012"),
            ("-1.5E-2", "-0.015"),
        ] {
            assert_eq!(plain(written), kept);
        }
        for no_number in ["", "-", "1,5", "abc", "1e126", "1e-131", &"9".repeat(39)] {
            assert_eq!(Decimal::parse(no_number), None, "{no_number}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whole_numbers_compare_and_add_as_integers(a in -10i64.pow(15)..10i64.pow(15), b: i32) {
            let (x, y) = (Decimal::parse(&a.to_string()), Decimal::parse(&b.to_string()));
            let (x, y) = (x.unwrap(), y.unwrap());
            proptest::prop_assert_eq!(x.cmp(&y), a.cmp(&i64::from(b)));
            proptest::prop_assert_eq!(x.plus(&y).unwrap().to_string(), (a + i64::from(b)).to_string());
            proptest::prop_assert_eq!(x.to_string(), a.to_string());
        }
    }

    #[test]
    fn fractions_add_and_sort_by_value() {
        let d = |t: &str| Decimal::parse(t).unwrap();
        assert_eq!(d("0.1").plus(&d("0.2")).unwrap(), d("0.3"));
        assert_eq!(d("5").plus(&d("-5")).unwrap(), d("0"));
        assert!(d("-2") < d("-1.5") && d("9") < d("10") && d("0.09") < d("0.1"));
    }
}
