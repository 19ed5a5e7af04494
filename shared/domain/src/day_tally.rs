//! How much mail of a day went out, came back and was complained about.
//!
//! A mail is counted in the day and hour in which it was queued, whenever its events come: so a rate
//! compares the bounces of some mail with that same mail, and late events change no other window.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::bounce::Permanence;
use crate::bounce_category::BounceCategory;

/// Hours of a day.
pub const HOURS: usize = 24;

/// Counts of recipients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// Recipients whose mail the provider took.
    pub sent: u64,
    /// Recipients whose mail came back, each once.
    pub bounced: u64,
    /// Recipients who complained.
    pub complained: u64,
}

impl AddAssign for Volume {
    fn add_assign(&mut self, other: Self) {
        self.sent = self.sent.saturating_add(other.sent);
        self.bounced = self.bounced.saturating_add(other.bounced);
        self.complained = self.complained.saturating_add(other.complained);
    }
}

impl std::iter::Sum for Volume {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |mut sum, one| {
            sum += one;
            sum
        })
    }
}

/// Bounces by category. A recipient whose mail came back as temporary and later for good is in two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounces(pub BTreeMap<BounceCategory, u64>);

impl Bounces {
    /// Counts so many more of a category.
    pub fn add(&mut self, category: BounceCategory, count: u64) {
        let known = self.0.entry(category).or_default();
        *known = known.saturating_add(count);
    }

    /// How many of a category.
    pub fn of(&self, category: BounceCategory) -> u64 {
        self.0.get(&category).copied().unwrap_or(0)
    }

    /// How many of a type.
    pub fn of_type(&self, permanence: Permanence) -> u64 {
        let of_it = self.0.iter().filter(|(category, _)| category.permanence() == permanence);
        of_it.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// How many of all categories.
    pub fn all(&self) -> u64 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }

    /// Those of the wanted categories alone.
    pub fn only(&self, wanted: impl Fn(BounceCategory) -> bool) -> Self {
        Self(self.0.iter().filter(|(c, _)| wanted(**c)).map(|(c, n)| (*c, *n)).collect())
    }
}

impl AddAssign<&Bounces> for Bounces {
    fn add_assign(&mut self, other: &Self) {
        for (category, count) in &other.0 {
            self.add(*category, *count);
        }
    }
}

/// The counts of one day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayTally {
    /// By the hour in which the mail was queued.
    pub hours: [Volume; HOURS],
    /// Recipients whose server took the mail.
    pub delivered: u64,
    /// Bounces by category.
    pub bounces: Bounces,
}

impl DayTally {
    /// All hours together.
    pub fn volume(&self) -> Volume {
        self.hours.iter().copied().sum()
    }

    /// The hours from `first` to `last`, both included.
    pub fn volume_between(&self, first: usize, last: usize) -> Volume {
        let within = self.hours.iter().enumerate().filter(|(h, _)| (first..=last).contains(h));
        within.map(|(_, volume)| *volume).sum()
    }
}

impl AddAssign<&DayTally> for DayTally {
    fn add_assign(&mut self, other: &Self) {
        for (hour, more) in self.hours.iter_mut().zip(other.hours) {
            *hour += more;
        }
        self.delivered = self.delivered.saturating_add(other.delivered);
        self.bounces += &other.bounces;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_add_up_hour_by_hour_and_category_by_category() {
        let mut day = DayTally::default();
        day.hours[3] = Volume { sent: 10, bounced: 1, complained: 0 };
        day.bounces.add(BounceCategory::BadMailbox, 1);
        let mut other = DayTally { delivered: 4, ..DayTally::default() };
        other.hours[3] = Volume { sent: 5, bounced: 0, complained: 1 };
        other.hours[23] = Volume { sent: 2, bounced: 2, complained: 0 };
        other.bounces.add(BounceCategory::MailboxFull, 2);
        day += &other;
        assert_eq!(day.volume(), Volume { sent: 17, bounced: 3, complained: 1 });
        assert_eq!(day.volume_between(4, 23).sent, 2);
        assert_eq!(day.bounces.of_type(Permanence::Temporary), 2);
        assert_eq!((day.bounces.all(), day.delivered), (3, 4));
        let full = day.bounces.only(|category| category == BounceCategory::MailboxFull);
        assert_eq!((full.all(), full.of(BounceCategory::BadMailbox)), (2, 0));
    }
}
