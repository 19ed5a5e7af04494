//! Moments in time, whole milliseconds in UTC.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A moment: milliseconds since 1970-01-01T00:00:00Z, within the years 0 to 9999 (of the last, less two days).
///
/// Its text is RFC 3339 with exactly three digits of fraction (`2026-11-22T09:30:00.000Z`), so that
/// texts sort as the moments do: the same form in the API, in items and in table keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

const MILLIS_MIN: i64 = -62_167_219_200_000;
/// The last whole second that every offset of RFC 3339 can still write with a four-digit year.
const MILLIS_MAX: i64 = 253_402_207_199_000;

impl Timestamp {
    /// The moment that many milliseconds after 1970 began; brought within the years 0 to 9999.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(MILLIS_MIN, MILLIS_MAX))
    }

    /// The moment that many seconds after 1970 began.
    pub fn from_seconds(seconds: i64) -> Self {
        Self::from_millis(seconds.saturating_mul(1_000))
    }

    /// Milliseconds since 1970 began.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970 began.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// The moment `duration` later.
    pub fn plus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// The moment `duration` earlier.
    pub fn minus(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self::from_millis(self.0.saturating_sub(millis))
    }

    /// The text of a mail's Date field: `Sun, 22 Nov 2026 09:30:00 +0000` (RFC 5322 section 3.3).
    pub fn mail_date(self) -> String {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        moment.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
    }

    /// Year and month as `yyyymm`: the bucket of keys that grow with time.
    pub fn month(self) -> String {
        let text = self.to_string();
        let mut month = text.get(0..4).unwrap_or_default().to_owned();
        month.push_str(text.get(5..7).unwrap_or_default());
        month
    }

    /// The last `count` months up to this one, as [`Timestamp::month`] writes them, the newest first.
    pub fn months_back(self, count: u32) -> Vec<String> {
        let month = self.month();
        let part = |text: Option<&str>| text.and_then(|digits| digits.parse::<u32>().ok());
        let (year, month) = (part(month.get(..4)), part(month.get(4..)));
        let now = year.unwrap_or(0) * 12 + month.unwrap_or(1).saturating_sub(1);
        let name = |months: u32| format!("{:04}{:02}", months / 12, months % 12 + 1);
        (0..count).map(|back| name(now.saturating_sub(back))).collect()
    }

    /// Reads an RFC 3339 time, of any offset and fraction.
    ///
    /// # Errors
    /// What about the text is not RFC 3339.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        Ok(Self::from_millis(text.parse::<jiff::Timestamp>()?.as_millisecond()))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = jiff::Timestamp::from_millisecond(self.0).unwrap_or_default();
        write!(f, "{moment:.3}")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_has_a_fixed_width_and_round_trips() {
        let t = Timestamp::from_seconds(1_795_339_800);
        assert_eq!(t.to_string(), "2026-11-22T09:30:00.000Z");
        assert_eq!(Timestamp::parse(&t.to_string()).unwrap(), t);
        assert_eq!(t.month(), "202611");
    }

    #[test]
    fn a_mails_date_names_the_day() {
        let t = Timestamp::from_seconds(1_795_339_800);
        assert_eq!(t.mail_date(), "Sun, 22 Nov 2026 09:30:00 +0000");
    }

    #[test]
    fn months_are_counted_back_over_the_turn_of_the_year() {
        let t = Timestamp::parse("2027-02-01T00:00:00Z").unwrap();
        assert_eq!(t.months_back(4), ["202702", "202701", "202612", "202611"]);
    }

    #[test]
    fn moments_out_of_range_are_brought_within_it() {
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "9999-12-30T21:59:59.000Z");
        assert_eq!(Timestamp::from_seconds(i64::MIN).to_string(), "0000-01-01T00:00:00.000Z");
    }
}
