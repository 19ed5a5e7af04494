//! A calendar day in UTC: what mail is counted by.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

const DAY_MILLIS: i64 = 86_400_000;

/// A day: whole days since 1970-01-01. Its text is `2026-11-22`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i64);

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a day: it should be like 2026-11-22")]
pub struct NotADay;

impl Day {
    /// The day of a moment.
    pub fn of(at: Timestamp) -> Self {
        Self(at.millis().div_euclid(DAY_MILLIS))
    }

    /// The hour of the day that a moment lies in: 0 to 23.
    pub fn hour_of(at: Timestamp) -> usize {
        let hour = at.millis().rem_euclid(DAY_MILLIS) / 3_600_000;
        usize::try_from(hour).unwrap_or_default()
    }

    /// When it begins.
    pub fn begin(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(DAY_MILLIS))
    }

    /// When the next one begins.
    pub fn end(self) -> Timestamp {
        self.begin().plus(Duration::from_secs(86_400))
    }

    /// The day so many days earlier.
    pub fn back(self, days: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(days)))
    }

    /// The day after it.
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How many days from `first` to this one, both counted; zero where `first` is later.
    pub fn count_from(self, first: Self) -> u64 {
        u64::try_from(self.0.saturating_sub(first.0).saturating_add(1)).unwrap_or(0)
    }

    /// The days from `first` to this one, both included, in order.
    pub fn all_from(self, first: Self) -> impl DoubleEndedIterator<Item = Self> {
        (first.0..=self.0).map(Self)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.begin().to_string();
        f.write_str(text.get(..10).unwrap_or_default())
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let day = Timestamp::parse(&format!("{text}T00:00:00Z")).map(Self::of);
        let day = day.map_err(|_| NotADay)?;
        // Only one text stands for a day: other spellings of RFC 3339 readers are refused.
        if day.to_string() == text { Ok(day) } else { Err(NotADay) }
    }
}

impl Serialize for Day {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_at_midnight_in_utc_and_round_trips() {
        let last = Timestamp::parse("2026-11-22T23:59:59.999Z").unwrap();
        assert_eq!(Day::of(last), day("2026-11-22"));
        assert_eq!(Day::hour_of(last), 23);
        assert_eq!(day("2026-11-22").to_string(), "2026-11-22");
        assert_eq!(day("2026-11-22").end(), day("2026-11-23").begin());
        assert_eq!(Day::of(Timestamp::from_millis(-1)), day("1969-12-31"));
    }

    #[test]
    fn days_are_counted_with_both_ends() {
        let (first, last) = (day("2026-02-27"), day("2026-03-02"));
        assert_eq!(last.count_from(first), 4);
        assert_eq!(first.count_from(last), 0);
        let all: Vec<String> = last.all_from(first).map(|day| day.to_string()).collect();
        assert_eq!(all, ["2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"]);
        assert_eq!(last.back(3), first);
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in ["", "2026-11", "2026-13-01", "2026-02-30", "22.11.2026", "2026-11-22 "] {
            assert_eq!(text.parse::<Day>(), Err(NotADay), "{text:?}");
        }
    }
}
