//! A calendar as other programs subscribe to it: iCalendar text (RFC 5545) of events, with the rules of
//! every zone it names. No address stands in it: it tells when and what, not who.

use std::collections::BTreeMap;

use domain::local_time::LocalTime;
use domain::meeting::MeetingPart;
use domain::timestamp::Timestamp;
use jiff::tz::{Dst, Offset, TimeZone};

use crate::calendar_text::{CalendarText, escaped, plain, stamp, time};

/// An event of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedEvent {
    /// Its identifier, the same in all versions.
    pub uid: String,
    /// When it was last changed, where a part does not say.
    pub changed_at: Timestamp,
    /// Whether it takes place.
    pub status: FeedStatus,
    /// The event as a whole; none where there are instances alone.
    pub whole: Option<MeetingPart>,
    /// Instances that differ from what the whole says.
    pub instances: Vec<MeetingPart>,
    /// Instances that were called off.
    pub cancelled_instances: Vec<LocalTime>,
}

/// Whether an event takes place (RFC 5545 section 3.8.1.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedStatus {
    /// It does.
    Confirmed,
    /// It does, and one may come.
    Tentative,
    /// It was called off.
    Cancelled,
}

impl FeedStatus {
    fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "CONFIRMED",
            Self::Tentative => "TENTATIVE",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// The feed of these events. `until` is the moment up to which the rules of zones are told.
pub fn compose(name: &str, events: &[FeedEvent], until: Timestamp) -> String {
    let mut out = CalendarText::default();
    out.line("BEGIN:VCALENDAR");
    out.line("VERSION:2.0");
    out.line("PRODID:-//Mailroom//EN");
    out.line("CALSCALE:GREGORIAN");
    out.line("METHOD:PUBLISH");
    out.line(&format!("X-WR-CALNAME:{}", escaped(name)));
    for (zone, first) in zones(events) {
        write_zone(&mut out, &zone, first, until);
    }
    for event in events {
        if let Some(whole) = &event.whole {
            write_event(&mut out, event, whole);
        }
        for instance in &event.instances {
            write_event(&mut out, event, instance);
        }
    }
    out.line("END:VCALENDAR");
    out.finish()
}

/// The zones that are named, each with the first moment that it is needed for.
fn zones(events: &[FeedEvent]) -> BTreeMap<String, Timestamp> {
    let mut zones: BTreeMap<String, Timestamp> = BTreeMap::new();
    for event in events {
        for part in event.whole.iter().chain(&event.instances) {
            let times = part.start.iter().chain(&part.end).chain(&part.instance);
            for time in times.filter_map(known) {
                let Some(moment) = time.moment() else { continue };
                if let Some(zone) = time.zone.filter(|zone| zone != "UTC") {
                    let first = zones.entry(zone).or_insert(moment);
                    *first = moment.min(*first);
                }
            }
        }
    }
    zones
}

/// The time with a zone that other programs know: an unknown one counts as UTC, and says so.
fn known(time: &LocalTime) -> Option<LocalTime> {
    if time.is_day() {
        return Some(LocalTime { local: time.local.clone(), zone: None });
    }
    if time.has_unknown_zone() {
        Some(LocalTime::of_moment(time.moment()?))
    } else {
        Some(time.clone())
    }
}

/// VTIMEZONE (section 3.6.5): each change of the clock as an observance of its own, so that no rule has
/// to be guessed from them.
fn write_zone(out: &mut CalendarText, name: &str, first: Timestamp, until: Timestamp) {
    /// Two a year for 50 years.
    const CHANGES_MAX: usize = 100;
    let Ok(zone) = TimeZone::get(name) else { return };
    let Ok(from) = jiff::Timestamp::from_millisecond(first.millis()) else { return };
    out.line("BEGIN:VTIMEZONE");
    out.line(&format!("TZID:{}", plain(name)));
    let before = zone.to_offset_info(from);
    let begins = zone.preceding(from).next().map(|change| change.timestamp());
    let old = begins
        .and_then(|at| zone.preceding(at).next())
        .map_or(before.offset(), |change| change.offset());
    // Without a change before it, an observance still needs a beginning: that of the Unix epoch.
    let mut last = before.offset();
    write_observance(out, begins.unwrap_or_default(), old, (last, before.dst()));
    for change in zone.following(from).take(CHANGES_MAX) {
        if change.timestamp().as_millisecond() > until.millis() {
            break;
        }
        write_observance(out, change.timestamp(), last, (change.offset(), change.dst()));
        last = change.offset();
    }
    out.line("END:VTIMEZONE");
}

fn write_observance(
    out: &mut CalendarText,
    at: jiff::Timestamp,
    from: Offset,
    (to, dst): (Offset, Dst),
) {
    let kind = if dst.is_dst() { "DAYLIGHT" } else { "STANDARD" };
    // The beginning is told in the time that was before the change.
    let local = from.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string();
    out.line(&format!("BEGIN:{kind}"));
    out.line(&format!("DTSTART:{local}"));
    out.line(&format!("TZOFFSETFROM:{}", offset(from)));
    out.line(&format!("TZOFFSETTO:{}", offset(to)));
    out.line(&format!("END:{kind}"));
}

/// `+0130`, with seconds where there are any.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let tail = if rest == 0 { String::new() } else { format!("{rest:02}") };
    format!("{sign}{hours:02}{minutes:02}{tail}")
}

fn write_event(out: &mut CalendarText, event: &FeedEvent, part: &MeetingPart) {
    let Some(start) = part.start.as_ref().and_then(known) else { return };
    out.line("BEGIN:VEVENT");
    out.line(&format!("UID:{}", plain(&event.uid)));
    out.line(&format!("DTSTAMP:{}", stamp(part.stamp.unwrap_or(event.changed_at))));
    out.line(&format!("SEQUENCE:{}", part.sequence.max(0)));
    out.line(&time("DTSTART", &start));
    match part.end.as_ref().and_then(known) {
        Some(end) if end.is_day() == start.is_day() => out.line(&time("DTEND", &end)),
        Some(_) | None => {
            if let Some(seconds) = part.duration_seconds.filter(|seconds| *seconds > 0) {
                out.line(&format!("DURATION:PT{seconds}S"));
            }
        }
    }
    if let Some(instance) = part.instance.as_ref().and_then(known) {
        out.line(&time("RECURRENCE-ID", &instance));
    } else if part.recurs() {
        for rule in part.rules.iter().filter(|_| part.rule().is_some()) {
            out.line(&format!("RRULE:{}", plain(rule)));
        }
        for added in part.added.iter().filter_map(known) {
            out.line(&time("RDATE", &added));
        }
        for gone in part.excluded.iter().chain(&event.cancelled_instances).filter_map(known) {
            out.line(&time("EXDATE", &gone));
        }
    }
    let texts = [
        ("SUMMARY", &part.summary),
        ("DESCRIPTION", &part.description),
        ("LOCATION", &part.location),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            out.line(&format!("{name}:{}", escaped(text)));
        }
    }
    out.line(&format!("STATUS:{}", event.status.word()));
    out.line("END:VEVENT");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;
    use proptest::prelude::*;

    fn moment(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn part(start: &str, zone: Option<&str>) -> MeetingPart {
        let time =
            |local: &str| LocalTime { local: local.to_owned(), zone: zone.map(str::to_owned) };
        MeetingPart {
            instance: None,
            sequence: 0,
            stamp: Some(moment("2026-11-22T09:30:00Z")),
            summary: Some("Review".to_owned()),
            description: None,
            location: None,
            start: Some(time(start)),
            end: None,
            duration_seconds: Some(3_600),
            rules: Vec::new(),
            excluded: Vec::new(),
            added: Vec::new(),
            and_future: false,
        }
    }

    fn event(whole: MeetingPart) -> FeedEvent {
        FeedEvent {
            uid: "1@example.com".to_owned(),
            changed_at: moment("2026-11-22T09:30:00Z"),
            status: FeedStatus::Confirmed,
            whole: Some(whole),
            instances: Vec::new(),
            cancelled_instances: Vec::new(),
        }
    }

    fn feed(event: FeedEvent) -> String {
        compose("Anna", &[event], moment("2028-01-01T00:00:00Z"))
    }

    #[test]
    fn a_zone_is_told_by_every_change_of_its_clock() {
        let mut weekly = part("20261019T090000", Some("Europe/Berlin"));
        weekly.rules.push("FREQ=WEEKLY".to_owned());
        let text = feed(event(weekly));
        assert!(
            text.contains("BEGIN:VTIMEZONE\r\nTZID:Europe/Berlin\r\nBEGIN:DAYLIGHT\r\n"),
            "{text}"
        );
        let winter = "BEGIN:STANDARD\r\nDTSTART:20261025T030000\r\nTZOFFSETFROM:+0200\r\n\
            TZOFFSETTO:+0100\r\nEND:STANDARD\r\n";
        assert!(text.contains(winter), "{text}");
        assert!(text.contains("DTSTART;TZID=Europe/Berlin:20261019T090000\r\n"), "{text}");
        for named in ["DTSTAMP:", "SEQUENCE:0", "RRULE:FREQ=WEEKLY", "STATUS:CONFIRMED"] {
            assert!(text.contains(named), "{named} in {text}");
        }
    }

    #[test]
    fn days_floats_and_unknown_zones_are_told_as_what_they_are() {
        let day = feed(event(part("20261224", None)));
        assert!(day.contains("DTSTART;VALUE=DATE:20261224\r\n") && !day.contains("VTIMEZONE"));
        let unknown = feed(event(part("20261224T090000", Some("Mars/Olympus"))));
        assert!(unknown.contains("DTSTART:20261224T090000Z\r\n"), "{unknown}");
        assert!(feed(event(part("20261224T090000", None))).contains("DTSTART:20261224T090000\r\n"));
    }

    #[test]
    fn nothing_in_an_event_begins_a_line_or_names_an_address() {
        let mut hostile = part("20261224T090000", Some("UTC"));
        hostile.summary = Some("x\r\nBEGIN:VEVENT\nATTENDEE:mailto:eve@example.com".to_owned());
        hostile.rules.push("FREQ=DAILY".to_owned());
        let mut event = event(hostile);
        event.uid = "u\r\nATTENDEE:mailto:eve@example.com".to_owned();
        let text = feed(event);
        assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1, "{text}");
        assert!(!text.contains("\r\nATTENDEE") && !text.contains("ORGANIZER"), "{text}");
    }

    fn any_text() -> impl Strategy<Value = String> {
        "[a-zäöü€😀 ,;:\\\\\"\n]{1,90}".prop_map(|text| text.trim().replace("\\n", "n"))
    }

    fn any_event() -> impl Strategy<Value = FeedEvent> {
        let zones = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];
        let start = (2020_i32..2030, 1_u8..=12, 1_u8..=28, 0_u8..24, 0_u8..60);
        let rule =
            prop_oneof![Just(None), Just(Some("FREQ=WEEKLY;COUNT=5")), Just(Some("FREQ=DAILY"))];
        (start, 0..zones.len(), any_text(), any_text(), rule, 0_i64..9).prop_map(
            move |((year, month, day, hour, minute), zone, summary, place, rule, sequence)| {
                let local = format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}00");
                let mut whole = part(&local, Some(zones[zone]));
                whole.summary = Some(summary).filter(|text| !text.is_empty());
                whole.location = Some(place).filter(|text| !text.is_empty());
                whole.sequence = sequence;
                if let Some(rule) = rule {
                    whole.rules.push(rule.to_owned());
                    whole.excluded.push(whole.start.clone().unwrap());
                }
                event(whole)
            },
        )
    }

    proptest! {
        #[test]
        fn a_feed_reads_back_as_the_same_events(event in any_event()) {
            let text = feed(event.clone());
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 75), "{}", text);
            let read = calendar::read(&text, None).expect("an event");
            let whole = event.whole.unwrap();
            prop_assert_eq!(&read.uid, &event.uid);
            prop_assert_eq!(read.sequence, whole.sequence);
            prop_assert_eq!(&read.summary, &whole.summary, "{}", text);
            prop_assert_eq!(&read.location, &whole.location);
            prop_assert_eq!(&read.start, &whole.start);
            prop_assert_eq!(&read.recurrence_rules, &whole.rules);
            prop_assert_eq!(&read.excluded, &whole.excluded);
            prop_assert_eq!(read.duration_seconds, whole.duration_seconds);
            prop_assert_eq!(read.status.as_deref(), Some("CONFIRMED"));
        }
    }
}
