//! Invitations (iTIP, RFC 5546, over iMIP, RFC 6047): what a calendar part asks or answers.

use calcard::common::PartialDateTime;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarProperty, ICalendarValue,
};
use domain::email_address::EmailAddress;
use serde::Serialize;

/// A meeting as one mail tells of it. A later mail with the same `uid` and a higher `sequence`
/// replaces it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// `REQUEST`, `CANCEL`, `REPLY`, `COUNTER`, `PUBLISH` ..., upper case.
    pub method: Option<String>,
    /// The meeting's identifier, the same in all mails about it.
    pub uid: String,
    /// How often it was changed.
    pub sequence: i64,
    /// What it is called.
    pub summary: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// When it begins.
    pub start: Option<LocalTime>,
    /// When it ends, or else how long it lasts is in `duration_seconds`.
    pub end: Option<LocalTime>,
    /// How long it lasts, where that was said instead of the end.
    pub duration_seconds: Option<i64>,
    /// `RRULE` values as they stand.
    pub recurrence_rules: Vec<String>,
    /// Which instance of a recurring meeting is meant.
    pub recurrence_id: Option<LocalTime>,
    /// Instances that don't take place.
    pub excluded: Vec<LocalTime>,
    /// Who invites.
    pub organizer: Option<EmailAddress>,
    /// Who is invited, or answers.
    pub attendees: Vec<Attendee>,
    /// `CONFIRMED`, `TENTATIVE`, `CANCELLED`.
    pub status: Option<String>,
}

/// A time as it stands in a calendar: local to a zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LocalTime {
    /// `20250512T090000`, or `20250512` for a whole day.
    pub local: String,
    /// The zone's IANA name, `UTC`, or the name as written where nobody knows it. None: floating.
    pub zone: Option<String>,
}

/// Somebody invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attendee {
    /// The address.
    pub address: EmailAddress,
    /// `NEEDS-ACTION`, `ACCEPTED`, `DECLINED`, `TENTATIVE`, `DELEGATED`.
    pub participation: Option<String>,
}

/// Longest calendar text that is read, in octets.
pub const CALENDAR_OCTETS_MAX: usize = 2 * 1024 * 1024;

/// Reads a calendar part; `method` is the `Content-Type`'s parameter, used where the calendar has
/// none. None where no event with an identifier is in it.
pub fn read(text: &str, method: Option<&str>) -> Option<Invitation> {
    if text.len() > CALENDAR_OCTETS_MAX {
        return None;
    }
    let calendar = ICalendar::parse(text).ok()?;
    let method = calendar
        .components
        .iter()
        .find(|c| c.component_type == ICalendarComponentType::VCalendar)
        .and_then(|c| c.property(&ICalendarProperty::Method))
        .and_then(first_text)
        .or_else(|| method.map(str::to_owned))
        .map(|m| m.to_ascii_uppercase());
    let event = main_event(&calendar)?;
    let zones = Zones { resolver: calendar.build_tz_resolver() };
    let uid = event.uid()?.to_owned();
    let text_of = |name| event.property(name).and_then(first_text).filter(|t| !t.is_empty());
    let time_of = |name| event.property(name).and_then(|e| zones.time(e));
    let sequence = event.property(&ICalendarProperty::Sequence);
    let sequence = sequence.and_then(|e| e.values.first()).and_then(ICalendarValue::as_integer);
    let organizer = event.property(&ICalendarProperty::Organizer).and_then(address);
    let rules = event.properties(&ICalendarProperty::Rrule);
    let excluded = event.properties(&ICalendarProperty::Exdate);
    Some(Invitation {
        method,
        uid,
        sequence: sequence.unwrap_or(0),
        summary: text_of(&ICalendarProperty::Summary),
        description: text_of(&ICalendarProperty::Description),
        location: text_of(&ICalendarProperty::Location),
        start: time_of(&ICalendarProperty::Dtstart),
        end: time_of(&ICalendarProperty::Dtend).or_else(|| time_of(&ICalendarProperty::Due)),
        duration_seconds: duration(event),
        recurrence_rules: rules.flat_map(|e| &e.values).filter_map(rule_text).collect(),
        recurrence_id: time_of(&ICalendarProperty::RecurrenceId),
        excluded: excluded.flat_map(|e| zones.times(e)).collect(),
        organizer,
        attendees: event.properties(&ICalendarProperty::Attendee).filter_map(attendee).collect(),
        status: text_of(&ICalendarProperty::Status),
    })
}

/// The event the mail is about: the one that is no exception to a recurring one, where it is there.
fn main_event(calendar: &ICalendar) -> Option<&ICalendarComponent> {
    let events = || calendar.components.iter().filter(|c| c.component_type.is_event_or_todo());
    events().find(|c| !c.is_recurrence_override()).or_else(|| events().next())
}

struct Zones<'c> {
    resolver: TzResolver<&'c str>,
}

impl Zones<'_> {
    fn time(&self, entry: &ICalendarEntry) -> Option<LocalTime> {
        self.times(entry).next()
    }

    fn times<'e>(&'e self, entry: &'e ICalendarEntry) -> impl Iterator<Item = LocalTime> + 'e {
        let named = entry
            .parameter(&ICalendarParameterName::Tzid)
            .and_then(|p| p.as_text())
            .map(str::to_owned);
        entry.values.iter().filter_map(ICalendarValue::as_partial_date_time).filter_map(move |t| {
            let utc = t.tz_hour.is_some();
            let zone =
                if utc { Some("UTC".to_owned()) } else { named.clone().map(|n| self.name(n)) };
            Some(LocalTime { local: local_text(t)?, zone })
        })
    }

    /// The IANA name of a zone as the sender calls it: Outlook's `W. Europe Standard Time`,
    /// `(UTC+01:00) Amsterdam, ...`, `/freeassociation.sourceforge.net/Europe/Berlin`.
    fn name(&self, written: String) -> String {
        let found = self.resolver.resolve(&written).or_else(|| written.parse().ok());
        found.and_then(|tz| tz.name()).map_or(written, |name| name.into_owned())
    }
}

fn local_text(time: &PartialDateTime) -> Option<String> {
    let (year, month, day) = (time.year?, time.month?, time.day?);
    let date = format!("{year:04}{month:02}{day:02}");
    Some(match time.hour {
        None => date,
        Some(hour) => format!(
            "{date}T{hour:02}{:02}{:02}",
            time.minute.unwrap_or(0),
            time.second.unwrap_or(0)
        ),
    })
}

fn duration(event: &ICalendarComponent) -> Option<i64> {
    let entry = event.property(&ICalendarProperty::Duration)?;
    entry
        .values
        .iter()
        .find_map(|v| if let ICalendarValue::Duration(d) = v { Some(d.as_seconds()) } else { None })
}

fn rule_text(value: &ICalendarValue) -> Option<String> {
    if let ICalendarValue::RecurrenceRule(rule) = value { Some(rule.to_string()) } else { None }
}

fn first_text(entry: &ICalendarEntry) -> Option<String> {
    let value = entry.values.first()?;
    value.as_text().map(|t| t.trim().to_owned())
}

fn address(entry: &ICalendarEntry) -> Option<EmailAddress> {
    let text = entry.calendar_address()?;
    let lower = text.to_ascii_lowercase();
    let bare = if lower.starts_with("mailto:") { text.get(7..)? } else { text };
    EmailAddress::parse(bare).ok().or_else(|| {
        // Exchange writes X.500 names there and the address beside it.
        let email = entry.parameter(&ICalendarParameterName::Email)?;
        EmailAddress::parse(email.as_text()?).ok()
    })
}

fn attendee(entry: &ICalendarEntry) -> Option<Attendee> {
    let participation = entry
        .parameter(&ICalendarParameterName::Partstat)
        .and_then(|p| p.as_text())
        .map(|p| p.to_ascii_uppercase());
    Some(Attendee { address: address(entry)?, participation })
}
