//! Times as calendars write them: local to a zone, or whole days.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// A time local to a zone. The rules of the zone decide which moment it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// `20250512T090000`, or `20250512` for a whole day.
    pub local: String,
    /// The zone's IANA name or `UTC`; a name that nobody knows, and none (floating), count as UTC.
    pub zone: Option<String>,
}

impl LocalTime {
    /// The moment in UTC, to the second.
    pub fn of_moment(at: Timestamp) -> Self {
        let text = at.to_string();
        let seconds = text.split('.').next().unwrap_or_default();
        let local = seconds.chars().filter(|c| !matches!(c, '-' | ':')).collect();
        Self { local, zone: Some("UTC".to_owned()) }
    }

    /// Whether it is a whole day.
    pub fn is_day(&self) -> bool {
        self.local.len() == 8
    }

    /// Day and time of day; midnight of a whole day. None where the text is neither.
    pub fn civil(&self) -> Option<DateTime> {
        if self.is_day() {
            return Date::strptime("%Y%m%d", &self.local).ok().map(|day| day.at(0, 0, 0, 0));
        }
        DateTime::strptime("%Y%m%dT%H%M%S", &self.local).ok()
    }

    /// The same time of day in the same zone on another day.
    pub fn on(&self, day: Date) -> Self {
        let time = self.civil().map_or(Time::midnight(), |civil| civil.time());
        let local = if self.is_day() {
            day.strftime("%Y%m%d").to_string()
        } else {
            day.to_datetime(time).strftime("%Y%m%dT%H%M%S").to_string()
        };
        Self { local, zone: self.zone.clone() }
    }

    /// The time that its clock shows so many seconds later; whole days stay whole days. None beyond the
    /// calendar.
    pub fn shifted(&self, seconds: i64) -> Option<Self> {
        let civil = self.civil()?.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()?;
        let form = if self.is_day() { "%Y%m%d" } else { "%Y%m%dT%H%M%S" };
        Some(Self { local: civil.strftime(form).to_string(), zone: self.zone.clone() })
    }

    /// The rules of its zone; those of UTC where it has none that is known.
    pub fn rules(&self) -> TimeZone {
        let named = self.zone.as_deref().filter(|_| !self.is_day());
        named.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
    }

    /// Whether its zone has a name that nobody knows.
    pub fn has_unknown_zone(&self) -> bool {
        self.zone.as_deref().is_some_and(|name| TimeZone::get(name).is_err())
    }

    /// The moment. A time that a change of the clock leaves out or repeats is the later and the
    /// earlier one (RFC 5545 section 3.3.5).
    pub fn moment(&self) -> Option<Timestamp> {
        let zoned = self.rules().to_ambiguous_zoned(self.civil()?).compatible().ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(local: &str, zone: Option<&str>) -> Option<String> {
        let time = LocalTime { local: local.to_owned(), zone: zone.map(str::to_owned) };
        time.moment().map(|moment| moment.to_string())
    }

    #[test]
    fn the_rules_of_the_zone_decide_which_moment_it_is() {
        let berlin = Some("Europe/Berlin");
        assert_eq!(moment("20260712T090000", berlin).as_deref(), Some("2026-07-12T07:00:00.000Z"));
        assert_eq!(moment("20261122T090000", berlin).as_deref(), Some("2026-11-22T08:00:00.000Z"));
        // Left out by the change to summer time, and repeated by that to winter time.
        assert_eq!(moment("20260329T023000", berlin).as_deref(), Some("2026-03-29T01:30:00.000Z"));
        assert_eq!(moment("20261025T023000", berlin).as_deref(), Some("2026-10-25T00:30:00.000Z"));
        assert_eq!(moment("20261122", berlin).as_deref(), Some("2026-11-22T00:00:00.000Z"));
        assert_eq!(moment("20261122T090000", None).as_deref(), Some("2026-11-22T09:00:00.000Z"));
    }

    #[test]
    fn what_is_no_time_has_no_moment_and_an_unknown_zone_counts_as_utc() {
        for text in ["", "2026", "20261322", "20261122T250000", "99999999", "20261122T0900"] {
            assert_eq!(moment(text, None), None, "{text}");
        }
        let unknown = moment("20261122T090000", Some("Mars/Olympus"));
        assert_eq!(unknown.as_deref(), Some("2026-11-22T09:00:00.000Z"));
    }

    #[test]
    fn a_moment_reads_back() {
        let at = Timestamp::parse("2026-11-22T09:30:00Z").unwrap();
        assert_eq!(LocalTime::of_moment(at).local, "20261122T093000");
        assert_eq!(LocalTime::of_moment(at).moment(), Some(at));
    }
}
