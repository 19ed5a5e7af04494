//! Recurrence rules (RFC 5545 section 3.3.10), as calendars use them for meetings: days, weeks, months
//! and years. A rule is walked day by day, so that no rule can cost more than the days that it spans.

use jiff::civil::{Date, Weekday};

use crate::limits::RECURRENCE_DAYS_MAX;
use crate::timestamp::Timestamp;

/// A rule that meetings have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: i64,
    count: Option<usize>,
    until: Option<Until>,
    by_day: Vec<(i8, Weekday)>,
    by_month_day: Vec<i8>,
    by_month: Vec<i8>,
    by_set_pos: Vec<i64>,
    week_start: Weekday,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// Until when a rule recurs, that included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// A day.
    Day(Date),
    /// A moment.
    Moment(Timestamp),
}

impl Rule {
    /// Reads `FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4`. None for what is no rule, and for rules that go by
    /// hours, by days of the year or by weeks of the year: no calendar makes such for meetings.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rule = Self {
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut has_frequency = false;
        for part in text.split(';').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=')?;
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    rule.frequency = frequency(value)?;
                    has_frequency = true;
                }
                "INTERVAL" => rule.interval = value.parse().ok().filter(|n| *n > 0)?,
                "COUNT" => rule.count = Some(value.parse().ok().filter(|n| *n > 0)?),
                "UNTIL" => rule.until = Some(until(value)?),
                "BYDAY" => rule.by_day = list(value, numbered_weekday)?,
                "BYMONTHDAY" => rule.by_month_day = list(value, |text| text.parse().ok())?,
                "BYMONTH" => rule.by_month = list(value, |text| text.parse().ok())?,
                "BYSETPOS" => rule.by_set_pos = list(value, |text| text.parse().ok())?,
                "WKST" => rule.week_start = weekday(value)?,
                _ => return None,
            }
        }
        has_frequency.then_some(rule)
    }

    /// Until when it recurs, where the rule says so.
    pub fn until(&self) -> Option<Until> {
        self.until
    }

    /// The days from `start` to `last` on which it takes place, in order; `start` is always one
    /// (section 3.8.5.3). It ends with COUNT, not with UNTIL, which is a moment of the caller's zone.
    pub fn days(&self, start: Date, last: Date) -> Vec<Date> {
        let mut days = vec![start];
        let mut set = Vec::new();
        let first = self.first_of_period(start);
        let mut day = first;
        let mut period = 0;
        for _ in 0..RECURRENCE_DAYS_MAX {
            let Ok(next) = day.tomorrow() else { break };
            if period % self.interval == 0 && self.takes(day, start) {
                set.push(day);
            }
            let next_period = self.period(first, next);
            if next_period != period {
                let chosen = self.chosen(&set);
                days.extend(chosen.into_iter().filter(|day| *day > start));
                set.clear();
                period = next_period;
                if self.count.is_some_and(|count| days.len() >= count) || next > last {
                    break;
                }
            }
            day = next;
        }
        days.truncate(self.count.unwrap_or(usize::MAX));
        days.retain(|day| *day <= last);
        days
    }

    fn first_of_period(&self, day: Date) -> Date {
        let of_week = || {
            let back = i64::from(day.weekday().since(self.week_start));
            day.checked_sub(jiff::Span::new().try_days(back).unwrap_or_default()).unwrap_or(day)
        };
        match self.frequency {
            Frequency::Daily => day,
            Frequency::Weekly => of_week(),
            Frequency::Monthly => day.first_of_month(),
            Frequency::Yearly => day.first_of_year(),
        }
    }

    /// How many periods after that of `first` the period of `day` is.
    fn period(&self, first: Date, day: Date) -> i64 {
        let days = || {
            let seconds = day.duration_since(first).as_secs();
            seconds.div_euclid(86_400)
        };
        let years = i64::from(day.year()) - i64::from(first.year());
        match self.frequency {
            Frequency::Daily => days(),
            Frequency::Weekly => days().div_euclid(7),
            Frequency::Monthly => years * 12 + i64::from(day.month()) - i64::from(first.month()),
            Frequency::Yearly => years,
        }
    }

    /// Whether a day of the right period is one of the rule's.
    fn takes(&self, day: Date, start: Date) -> bool {
        if !self.by_month.is_empty() && !self.by_month.contains(&day.month()) {
            return false;
        }
        let back = day.days_in_month() - day.day() + 1;
        if !self.by_month_day.is_empty() {
            let named = self.by_month_day.iter().any(|n| *n == day.day() || *n == -back);
            return named && (self.by_day.is_empty() || self.on_weekday(day));
        }
        if !self.by_day.is_empty() {
            return self.on_weekday(day);
        }
        match self.frequency {
            Frequency::Daily => true,
            Frequency::Weekly => day.weekday() == start.weekday(),
            Frequency::Monthly => day.day() == start.day(),
            Frequency::Yearly => {
                let month_fits = !self.by_month.is_empty() || day.month() == start.month();
                month_fits && day.day() == start.day()
            }
        }
    }

    /// Whether BYDAY names the day: `MO`, or `2MO`, the second of the month or of the year.
    fn on_weekday(&self, day: Date) -> bool {
        let of_year = self.frequency == Frequency::Yearly && self.by_month.is_empty();
        let (place, length) = if of_year {
            (day.day_of_year(), day.days_in_year())
        } else {
            (i16::from(day.day()), i16::from(day.days_in_month()))
        };
        let counted = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        let (forth, back) = ((place - 1) / 7 + 1, (length - place) / 7 + 1);
        self.by_day.iter().any(|(number, weekday)| {
            let number = i16::from(*number);
            *weekday == day.weekday()
                && (number == 0 || !counted || number == forth || number == -back)
        })
    }

    /// The days of one period that BYSETPOS leaves.
    fn chosen(&self, set: &[Date]) -> Vec<Date> {
        if self.by_set_pos.is_empty() {
            return set.to_vec();
        }
        let length = i64::try_from(set.len()).unwrap_or(i64::MAX);
        let kept = (1..).zip(set).filter(|(place, _): &(i64, &Date)| {
            self.by_set_pos.iter().any(|n| n == place || *n == place - length - 1)
        });
        kept.map(|(_, day)| *day).collect()
    }
}

fn frequency(text: &str) -> Option<Frequency> {
    match text.trim().to_ascii_uppercase().as_str() {
        "DAILY" => Some(Frequency::Daily),
        "WEEKLY" => Some(Frequency::Weekly),
        "MONTHLY" => Some(Frequency::Monthly),
        "YEARLY" => Some(Frequency::Yearly),
        _ => None,
    }
}

/// A list of values; at most as many as the days of a year (section 3.3.10).
fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    const MOST: usize = 366;
    text.split(',').take(MOST).map(|value| read(value.trim())).collect()
}

fn weekday(text: &str) -> Option<Weekday> {
    match text.trim().to_ascii_uppercase().as_str() {
        "MO" => Some(Weekday::Monday),
        "TU" => Some(Weekday::Tuesday),
        "WE" => Some(Weekday::Wednesday),
        "TH" => Some(Weekday::Thursday),
        "FR" => Some(Weekday::Friday),
        "SA" => Some(Weekday::Saturday),
        "SU" => Some(Weekday::Sunday),
        _ => None,
    }
}

fn numbered_weekday(text: &str) -> Option<(i8, Weekday)> {
    let (number, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let number = if number.is_empty() { 0 } else { number.parse().ok()? };
    Some((number, weekday(day)?))
}

/// `20261224`, `20261224T090000Z`; a moment without zone is taken for UTC.
fn until(text: &str) -> Option<Until> {
    let text = text.trim();
    if text.len() == 8 {
        return Date::strptime("%Y%m%d", text).ok().map(Until::Day);
    }
    let text = text.trim_end_matches(['Z', 'z']);
    let local = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", text).ok()?;
    let moment = local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Until::Moment(Timestamp::from_millis(moment.as_millisecond())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(rule: &str, start: &str, last: &str) -> Vec<String> {
        let day = |text: &str| text.parse().unwrap();
        let days = Rule::parse(rule).unwrap().days(day(start), day(last));
        days.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_examples_of_the_standard_come_out_as_it_says() {
        // RFC 5545 section 3.8.5.3.
        let every_other = days("FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02", "1997-10-20");
        assert_eq!(every_other, ["1997-09-02", "1997-09-16", "1997-09-30", "1997-10-14"]);
        let first_friday = days("FREQ=MONTHLY;COUNT=3;BYDAY=1FR", "1997-09-05", "2000-01-01");
        assert_eq!(first_friday, ["1997-09-05", "1997-10-03", "1997-11-07"]);
        let second_to_last = days("FREQ=MONTHLY;COUNT=3;BYDAY=-2MO", "1997-09-22", "2000-01-01");
        assert_eq!(second_to_last, ["1997-09-22", "1997-10-20", "1997-11-17"]);
        let last_day = days("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "1997-09-30", "2000-01-01");
        assert_eq!(last_day, ["1997-09-30", "1997-10-31", "1997-11-30"]);
        let last_workday = days(
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3",
            "1997-09-30",
            "2000-01-01",
        );
        assert_eq!(last_workday, ["1997-09-30", "1997-10-31", "1997-11-28"]);
        let twentieth_monday = days("FREQ=YEARLY;BYDAY=20MO;COUNT=3", "1997-05-19", "2003-01-01");
        assert_eq!(twentieth_monday, ["1997-05-19", "1998-05-18", "1999-05-17"]);
        let thursdays_in_march = days("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13", "1997-12-31");
        assert_eq!(thursdays_in_march, ["1997-03-13", "1997-03-20", "1997-03-27"]);
        let friday_13 = days("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13", "1999-01-01");
        assert_eq!(friday_13, ["1998-02-13", "1998-03-13", "1998-11-13"]);
        let week_start = "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=";
        let from_monday = days(&format!("{week_start}MO"), "1997-08-05", "2000-01-01");
        assert_eq!(from_monday, ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
        let from_sunday = days(&format!("{week_start}SU"), "1997-08-05", "2000-01-01");
        assert_eq!(from_sunday, ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
    }

    #[test]
    fn the_thirty_first_is_left_out_of_short_months() {
        let days = days("FREQ=MONTHLY", "2026-01-31", "2026-06-30");
        assert_eq!(days, ["2026-01-31", "2026-03-31", "2026-05-31"]);
        assert_eq!(self::days("FREQ=YEARLY", "2024-02-29", "2029-01-01").len(), 2);
    }

    #[test]
    fn hostile_rules_end() {
        let endless = days("FREQ=DAILY;COUNT=4000000000", "1970-01-01", "9999-01-01");
        assert!(endless.len() <= RECURRENCE_DAYS_MAX + 1);
        let never = days("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01", "9999-01-01");
        assert_eq!(never, ["2026-01-01"]);
        assert_eq!(days("FREQ=DAILY;INTERVAL=999999999", "2026-01-01", "9999-01-01").len(), 1);
        for none in [
            "",
            "FREQ=SECONDLY",
            "FREQ=WEEKLY;INTERVAL=0",
            "FREQ=DAILY;COUNT=-1",
            "FREQ",
            "FREQ=YEARLY;BYWEEKNO=20",
            "BYDAY=MO",
            "FREQ=WEEKLY;BYDAY=ä",
            "FREQ=WEEKLY;BYDAY=",
        ] {
            assert_eq!(Rule::parse(none), None, "{none}");
        }
    }

    #[test]
    fn an_end_is_a_day_or_a_moment() {
        let until = |text: &str| Rule::parse(&format!("FREQ=DAILY;UNTIL={text}")).unwrap().until();
        assert_eq!(until("20261224"), Some(Until::Day("2026-12-24".parse().unwrap())));
        let moment = Timestamp::parse("2026-12-24T09:00:00Z").unwrap();
        assert_eq!(until("20261224T090000Z"), Some(Until::Moment(moment)));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Z0-9=;,+-]{0,60}", day in 1i16..=9999) {
            if let Some(rule) = Rule::parse(&format!("FREQ=MONTHLY;{text}")) {
                let start = Date::new(day, 1, 31).unwrap();
                let days = rule.days(start, Date::MAX);
                proptest::prop_assert!(days.is_sorted() && days.len() <= RECURRENCE_DAYS_MAX + 1);
            }
        }
    }
}
