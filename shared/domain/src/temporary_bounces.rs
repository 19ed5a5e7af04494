//! When temporary bounces of an address add up to a block (H4).
//!
//! Of each day the first and the last bounce are kept: enough to tell how many lie far enough apart,
//! bounded however much is sent, and the same whichever came first.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::limits;
use crate::timestamp::Timestamp;

/// How many temporary bounces block, within which time, and how far apart they must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TemporaryRule {
    /// How many.
    pub bounces: u64,
    /// Within which time.
    pub window: Duration,
    /// How far apart two must lie to count as two: one night's trouble is one.
    pub apart: Duration,
}

impl TemporaryRule {
    /// The rule of a tenant.
    pub fn of(overrides: &BTreeMap<String, u64>) -> Self {
        let value = |name| limits::value_of(overrides, name);
        let hours = |hours: u64| Duration::from_secs(hours.saturating_mul(3_600));
        Self {
            bounces: value("temporary_bounces_to_block"),
            window: hours(value("temporary_bounces_days").clamp(1, DAYS_MAX).saturating_mul(24)),
            apart: hours(value("temporary_bounces_hours_apart")),
        }
    }
}

/// Longest window, in days: it bounds what is kept.
pub const DAYS_MAX: u64 = 90;

/// The temporary bounces of one address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemporaryBounces {
    /// Of each day that had any, the first and the last, in order.
    days: Vec<(Timestamp, Timestamp)>,
    /// What came before counts no more: a sign of life was seen then.
    cleared_at: Option<Timestamp>,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

impl TemporaryBounces {
    /// Takes in a bounce; true where it changed anything.
    pub fn add(&mut self, at: Timestamp) -> bool {
        if self.cleared_at.is_some_and(|cleared| at <= cleared) {
            return false;
        }
        let before = self.days.clone();
        match self.days.iter_mut().find(|(first, _)| day(*first) == day(at)) {
            Some((first, last)) => (*first, *last) = ((*first).min(at), (*last).max(at)),
            None => self.days.push((at, at)),
        }
        self.days.sort_unstable();
        self.forget_old();
        let changed = self.days != before;
        self.rev = self.rev.saturating_add(u64::from(changed));
        changed
    }

    /// Forgets what came up to `at`, for the address showed that it lives; true where that changed
    /// anything.
    pub fn clear(&mut self, at: Timestamp) -> bool {
        if self.cleared_at >= Some(at) {
            return false;
        }
        self.cleared_at = Some(at);
        self.days.retain(|(_, last)| *last > at);
        for (first, last) in &mut self.days {
            if *first <= at {
                *first = *last;
            }
        }
        self.rev = self.rev.saturating_add(1);
        true
    }

    /// Whether there is nothing to forget.
    pub fn is_empty(&self) -> bool {
        self.days.is_empty()
    }

    /// The bounce that makes the block, if there are enough in any window.
    pub fn blocks(&self, rule: &TemporaryRule) -> Option<Timestamp> {
        let moments: Vec<Timestamp> = self.days.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let mut found = None;
        for (position, start) in moments.iter().enumerate() {
            let (mut count, mut last) = (1, *start);
            for moment in moments.iter().skip(position) {
                if *moment <= start.plus(rule.window) && *moment >= last.plus(rule.apart) {
                    (count, last) = (count + 1, *moment);
                }
                if count >= rule.bounces {
                    found = found.max(Some(last));
                    break;
                }
            }
        }
        found
    }

    fn forget_old(&mut self) {
        let newest = self.days.last().map(|(_, last)| *last).unwrap_or_default();
        let oldest = newest.minus(Duration::from_secs(DAYS_MAX * 86_400));
        self.days.retain(|(_, last)| *last >= oldest);
    }
}

fn day(moment: Timestamp) -> i64 {
    moment.seconds().div_euclid(86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: TemporaryRule = TemporaryRule {
        bounces: 3,
        window: Duration::from_secs(30 * 86_400),
        apart: Duration::from_secs(86_400),
    };

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_305_600 + hour * 3_600)
    }

    fn of(hours: &[i64]) -> TemporaryBounces {
        let mut bounces = TemporaryBounces::default();
        for hour in hours {
            bounces.add(at(*hour));
        }
        bounces
    }

    #[test]
    fn three_block_when_a_day_apart_and_within_thirty_days() {
        assert_eq!(of(&[0, 24]).blocks(&RULE), None);
        assert_eq!(of(&[0, 24, 48]).blocks(&RULE), Some(at(48)));
        assert_eq!(of(&[0, 1, 2, 3, 23]).blocks(&RULE), None, "one night's trouble");
        assert_eq!(of(&[0, 23, 46]).blocks(&RULE), None, "an hour too close");
        assert_eq!(of(&[0, 24, 30 * 24 + 1]).blocks(&RULE), None, "an hour too late");
        assert_eq!(of(&[0, 24, 30 * 24]).blocks(&RULE), Some(at(720)));
    }

    #[test]
    fn an_older_bounce_outside_the_window_does_not_hide_a_later_three() {
        assert_eq!(of(&[0, 800, 830, 860]).blocks(&RULE), Some(at(860)));
    }

    #[test]
    fn the_order_of_arrival_does_not_matter() {
        let hours = [0, 1, 23, 24, 25, 47, 49, 71, 100, 2_000, 2_300];
        let mut turned = of(&hours);
        let mut reversed: Vec<i64> = hours.to_vec();
        for _ in 0..hours.len() {
            reversed.rotate_left(3);
            let mut again = of(&reversed);
            (again.rev, turned.rev) = (0, 0);
            assert_eq!(again, turned);
        }
    }

    #[test]
    fn a_sign_of_life_wipes_the_slate_and_what_is_told_late_stays_wiped() {
        let mut bounces = of(&[0, 24]);
        assert!(bounces.clear(at(30)));
        assert!(!bounces.clear(at(29)));
        assert!(!bounces.add(at(26)), "told late");
        bounces.add(at(48));
        bounces.add(at(72));
        assert_eq!(bounces.blocks(&RULE), None);
        bounces.add(at(96));
        assert_eq!(bounces.blocks(&RULE), Some(at(96)));
    }
}
