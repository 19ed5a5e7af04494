//! When a meeting takes place: its rule, the instances that differ, and those that don't take place,
//! within a bounded span.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::Date;

use crate::limits::OCCURRENCES_MAX;
use crate::local_time::LocalTime;
use crate::meeting::{CalendarMail, MeetingPart, instance_key};
use crate::meeting_ranges::{Range, holding};
use crate::meeting_state::{Meeting, Occurrence};
use crate::recurrence::{Rule, Until};
use crate::timestamp::Timestamp;

/// How long something lasts whose end nobody told: a whole day, or no time at all (RFC 5545 section
/// 3.6.1).
const WHOLE_DAY: Duration = Duration::from_secs(86_400);

impl MeetingPart {
    /// How long it lasts.
    pub fn length(&self) -> Duration {
        let between = || {
            let (start, end) = (self.start.as_ref()?.moment()?, self.end.as_ref()?.moment()?);
            u64::try_from(end.millis().saturating_sub(start.millis())).ok()
        };
        let told = || u64::try_from(self.duration_seconds?.saturating_mul(1_000)).ok();
        let whole_day = self.start.as_ref().is_some_and(LocalTime::is_day);
        let otherwise = if whole_day { WHOLE_DAY } else { Duration::ZERO };
        between().or_else(told).map_or(otherwise, Duration::from_millis)
    }

    /// The rule it recurs by; none where it takes place once, or where its rule can't be followed.
    pub fn rule(&self) -> Option<Rule> {
        self.rules.iter().find_map(|text| Rule::parse(text))
    }

    /// Whether it takes place more than once.
    pub fn recurs(&self) -> bool {
        self.rule().is_some() || !self.added.is_empty()
    }

    /// When it regularly begins, up to `last`: by its rule, and beside it. In no order, each once.
    fn beginnings(&self, start: &LocalTime, last: Timestamp) -> Vec<LocalTime> {
        let mut seen = BTreeSet::new();
        let by_rule = self.days(start, last).into_iter().map(|day| start.on(day));
        let all = by_rule.chain(self.added.iter().cloned());
        all.filter(|begins| seen.insert(instance_key(begins))).collect()
    }

    /// The days on which it begins, up to `last`.
    fn days(&self, start: &LocalTime, last: Timestamp) -> Vec<Date> {
        let Some(first) = start.civil().map(|civil| civil.date()) else { return Vec::new() };
        let Some(rule) = self.rule() else { return vec![first] };
        let last = LocalTime::of_moment(last.plus(WHOLE_DAY));
        let last = last.civil().map_or(first, |civil| civil.date());
        let mut days = rule.days(first, last);
        match rule.until() {
            None => {}
            Some(Until::Day(until)) => days.retain(|day| *day <= until),
            Some(Until::Moment(until)) => {
                days.retain(|day| start.on(*day).moment().is_some_and(|at| at <= until));
            }
        }
        days
    }
}

impl Meeting {
    /// When it takes place between two moments, in order, at most [`OCCURRENCES_MAX`] times. Called off
    /// as a whole it still tells when it would have been.
    pub fn occurrences(&self, from: Timestamp, to: Timestamp) -> Vec<Occurrence> {
        let mut all: Vec<Occurrence> = self
            .instances
            .iter()
            .filter_map(|part| occurrence(part, part.instance.clone()))
            .collect();
        if let Some(whole) = &self.whole {
            all.extend(self.regular(whole, to));
        }
        all.retain(|one| one.start_at < to && one.end_at >= from);
        all.sort_by_key(|one| one.start_at);
        all.truncate(OCCURRENCES_MAX);
        all
    }

    /// The instances of which nothing is said by themselves: as the whole has them, or the change that
    /// reaches over them.
    fn regular(&self, whole: &MeetingPart, to: Timestamp) -> Vec<Occurrence> {
        let Some(start) = &whole.start else { return Vec::new() };
        let differing = self.instances.iter().filter_map(MeetingPart::instance_key);
        let gone = self.cancelled_instances.iter().chain(&whole.excluded).map(instance_key);
        let apart: BTreeSet<String> = differing.chain(gone).collect();
        let recurs = whole.recurs();
        // What is moved may have been beyond the end of the span before.
        let back = self.ranges.iter().filter_map(Range::moved_back_by).max().unwrap_or_default();
        let beginnings = whole.beginnings(start, to.plus(back)).into_iter();
        let regular = beginnings.filter(|begins| !apart.contains(&instance_key(begins)));
        let shown = regular.filter_map(|begins| {
            let at = begins.moment()?;
            match holding(&self.ranges, at) {
                Some(range) if range.called_off => None,
                Some(range) => {
                    let part = range.moved(whole, &begins)?;
                    Some((part.length(), MeetingPart { instance: None, ..part }, begins))
                }
                None => {
                    let start = Some(begins.clone());
                    let part = MeetingPart { start, ..MeetingPart::clone(whole) };
                    Some((whole.length(), part, begins))
                }
            }
        });
        let occurrence = |(length, part, regular): (Duration, MeetingPart, LocalTime)| {
            let start = part.start.as_ref()?;
            let start_at = start.moment()?;
            Some(Occurrence {
                start_at,
                end_at: start_at.plus(length),
                whole_day: start.is_day(),
                instance: recurs.then_some(regular),
                part,
            })
        };
        shown.filter_map(occurrence).collect()
    }

    /// The instances that differ between two moments, and those that were called off, changes that reach
    /// over many worked out for each: for calendars that know no such changes.
    pub fn differing(&self, from: Timestamp, to: Timestamp) -> (Vec<MeetingPart>, Vec<LocalTime>) {
        let (mut instances, mut gone) = (self.instances.clone(), self.cancelled_instances.clone());
        let (Some(whole), false) = (&self.whole, self.ranges.is_empty()) else {
            return (instances, gone);
        };
        let Some(start) = &whole.start else { return (instances, gone) };
        let own: BTreeSet<String> =
            instances.iter().filter_map(MeetingPart::instance_key).collect();
        let said = gone.iter().chain(&whole.excluded).map(instance_key).chain(own);
        let said: BTreeSet<String> = said.collect();
        let regular = whole.beginnings(start, to).into_iter();
        let regular = regular.filter(|begins| !said.contains(&instance_key(begins)));
        let within = |at: &Timestamp| *at >= from && *at < to;
        for begins in regular.filter(|begins| begins.moment().as_ref().is_some_and(within)) {
            let held = begins.moment().and_then(|at| holding(&self.ranges, at));
            match held {
                _ if instances.len() + gone.len() >= OCCURRENCES_MAX => break,
                Some(range) if range.called_off => gone.push(begins),
                Some(range) => instances.extend(range.moved(whole, &begins)),
                None => {}
            }
        }
        (instances, gone)
    }

    /// Its beginning as a whole: of the first instance where it recurs.
    pub fn first(&self) -> Option<Occurrence> {
        let part = self.whole.as_ref().or(self.instances.first())?;
        occurrence(part, part.instance.clone())
    }
}

fn occurrence(part: &MeetingPart, instance: Option<LocalTime>) -> Option<Occurrence> {
    let start = part.start.as_ref()?;
    let start_at = start.moment()?;
    Some(Occurrence {
        start_at,
        end_at: start_at.plus(part.length()),
        whole_day: start.is_day(),
        instance,
        part: part.clone(),
    })
}

/// Where a calendar mail stands among a user's meetings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// It begins once, and is short.
    Once(Timestamp),
    /// It recurs, or lasts long: it may be under way until then.
    Again {
        /// When it is surely over.
        until: Timestamp,
    },
}

impl CalendarMail {
    /// When what it tells of begins; `short` is how long a meeting may last to be looked for by its
    /// beginning alone. None where it tells no time.
    pub fn begins(&self, short: Duration) -> Option<Begins> {
        let part = self.whole().or(self.parts.first())?;
        let start = part.start.as_ref()?;
        let at = start.moment()?;
        let length = part.length();
        let beside = part.added.iter().filter_map(LocalTime::moment).max();
        let Some(rule) = part.rule() else {
            let until = beside.map_or(at, |beside| beside.max(at)).plus(length);
            let again = length > short || beside.is_some() || part.and_future;
            return Some(if again { Begins::Again { until } } else { Begins::Once(at) });
        };
        // The last instance, where the rule has one within the days that are walked.
        let last = match rule.until() {
            Some(Until::Moment(until)) => until,
            Some(Until::Day(day)) => start.on(day).moment()?,
            None => {
                let first = start.civil()?.date();
                let day = rule.days(first, Date::MAX).last().copied().unwrap_or(first);
                start.on(day).moment()?
            }
        };
        // A day more, for zones; and instances may be moved beyond the last regular one.
        let moved = self.parts.iter().filter_map(|part| part.start.as_ref()?.moment()).max();
        let moved = moved.max(beside);
        let until = moved.map_or(last, |moved| moved.max(last));
        Some(Begins::Again { until: until.plus(length).plus(WHOLE_DAY) })
    }
}
