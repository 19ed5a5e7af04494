//! Invitations (iTIP, RFC 5546, over iMIP, RFC 6047): what a calendar part asks or answers.

use calcard::common::PartialDateTime;
use calcard::icalendar::timezone::TzResolver;
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarParameterName,
    ICalendarPeriod, ICalendarProperty, ICalendarValue,
};
use domain::email_address::EmailAddress;
use domain::local_time::LocalTime;
use domain::timestamp::Timestamp;
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
    /// Instances beside those of the rule (RDATE); of periods their beginnings.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<LocalTime>,
    /// Whether the instance and all that follow are meant (RANGE=THISANDFUTURE).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub and_future: bool,
    /// Who invites.
    pub organizer: Option<EmailAddress>,
    /// Who is invited, or answers.
    pub attendees: Vec<Attendee>,
    /// `CONFIRMED`, `TENTATIVE`, `CANCELLED`.
    pub status: Option<String>,
}

/// What a calendar part tells of one event: the meeting as a whole, or an instance of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventVersion {
    /// What it says.
    pub invitation: Invitation,
    /// When this version was made (DTSTAMP).
    pub stamp: Option<Timestamp>,
}

/// Somebody invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attendee {
    /// The address.
    pub address: EmailAddress,
    /// `NEEDS-ACTION`, `ACCEPTED`, `DECLINED`, `TENTATIVE`, `DELEGATED`.
    pub participation: Option<String>,
    /// Whom he sends in his stead; the first where several are named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_to: Option<EmailAddress>,
    /// In whose stead he comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delegated_from: Option<EmailAddress>,
}

/// Longest calendar text that is read, in octets.
pub const CALENDAR_OCTETS_MAX: usize = 2 * 1024 * 1024;

/// Most events of one calendar part that are read.
pub const EVENTS_MAX: usize = 64;

/// Reads the main event of a calendar part; `method` is the `Content-Type`'s parameter, used where the
/// calendar has none. None where no event with an identifier is in it.
pub fn read(text: &str, method: Option<&str>) -> Option<Invitation> {
    read_all(text, method).into_iter().next().map(|version| version.invitation)
}

/// Reads the main event of a calendar part and, after it, the others with the same identifier: the
/// instances of a recurring meeting that differ from it.
pub fn read_all(text: &str, method: Option<&str>) -> Vec<EventVersion> {
    if text.len() > CALENDAR_OCTETS_MAX {
        return Vec::new();
    }
    let Ok(calendar) = ICalendar::parse(text) else { return Vec::new() };
    let method = calendar
        .components
        .iter()
        .find(|c| c.component_type == ICalendarComponentType::VCalendar)
        .and_then(|c| c.property(&ICalendarProperty::Method))
        .and_then(first_text)
        .or_else(|| method.map(str::to_owned))
        .map(|m| m.to_ascii_uppercase());
    let zones = Zones { resolver: calendar.build_tz_resolver() };
    let Some(main) = main_event(&calendar) else { return Vec::new() };
    let events = || calendar.components.iter().filter(|c| c.component_type.is_event_or_todo());
    let others = events().filter(|c| !std::ptr::eq(*c, main) && c.uid() == main.uid());
    std::iter::once(main)
        .chain(others.filter(|c| c.is_recurrence_override()))
        .take(EVENTS_MAX)
        .filter_map(|event| version(event, method.clone(), &zones))
        .collect()
}

fn version(
    event: &ICalendarComponent,
    method: Option<String>,
    zones: &Zones<'_>,
) -> Option<EventVersion> {
    let uid = event.uid()?.to_owned();
    let text_of = |name| event.property(name).and_then(first_text).filter(|t| !t.is_empty());
    let time_of = |name| event.property(name).and_then(|e| zones.time(e));
    let sequence = event.property(&ICalendarProperty::Sequence);
    let sequence = sequence.and_then(|e| e.values.first()).and_then(ICalendarValue::as_integer);
    let organizer = event.property(&ICalendarProperty::Organizer).and_then(address);
    let rules = event.properties(&ICalendarProperty::Rrule);
    let excluded = event.properties(&ICalendarProperty::Exdate);
    let added = event.properties(&ICalendarProperty::Rdate);
    let instance = event.property(&ICalendarProperty::RecurrenceId);
    let range = instance.and_then(|e| e.parameter(&ICalendarParameterName::Range));
    let invitation = Invitation {
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
        added: added.flat_map(|e| zones.times(e)).collect(),
        and_future: range.is_some(),
        organizer,
        attendees: event.properties(&ICalendarProperty::Attendee).filter_map(attendee).collect(),
        status: text_of(&ICalendarProperty::Status),
    };
    let stamp = time_of(&ICalendarProperty::Dtstamp).and_then(|stamp| stamp.moment());
    Some(EventVersion { invitation, stamp })
}

/// The event the mail is about: the one that is no exception to a recurring one, where it is there.
fn main_event(calendar: &ICalendar) -> Option<&ICalendarComponent> {
    let events = || {
        let named = calendar.components.iter().filter(|c| c.component_type.is_event_or_todo());
        named.filter(|c| c.uid().is_some())
    };
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
        entry.values.iter().filter_map(beginning).filter_map(move |t| {
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

/// A time, or when a period begins.
fn beginning(value: &ICalendarValue) -> Option<&PartialDateTime> {
    let ICalendarValue::Period(period) = value else { return value.as_partial_date_time() };
    let (ICalendarPeriod::Range { start, .. } | ICalendarPeriod::Duration { start, .. }) = period;
    Some(start)
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
    EmailAddress::parse(bare(text)?).ok().or_else(|| {
        // Exchange writes X.500 names there and the address beside it.
        let email = entry.parameter(&ICalendarParameterName::Email)?;
        EmailAddress::parse(email.as_text()?).ok()
    })
}

/// An address without the scheme of its URI.
fn bare(text: &str) -> Option<&str> {
    let is_uri = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
    if is_uri { text.get(7..) } else { Some(text) }
}

fn attendee(entry: &ICalendarEntry) -> Option<Attendee> {
    let participation = entry
        .parameter(&ICalendarParameterName::Partstat)
        .and_then(|p| p.as_text())
        .map(|p| p.to_ascii_uppercase());
    let of = |name: ICalendarParameterName| {
        let text = entry.parameters(&name).find_map(|value| value.as_text())?;
        EmailAddress::parse(bare(text)?).ok()
    };
    Some(Attendee {
        address: address(entry)?,
        participation,
        delegated_to: of(ICalendarParameterName::DelegatedTo),
        delegated_from: of(ICalendarParameterName::DelegatedFrom),
    })
}
