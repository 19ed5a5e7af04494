//! Answers to invitations: iTIP `REPLY` (RFC 5546 section 3.2.3) as text of a `text/calendar`
//! part with `method=REPLY` (RFC 6047 section 2.4).

use domain::email_address::EmailAddress;
use domain::timestamp::Timestamp;

use crate::calendar::{Invitation, LocalTime};

/// What somebody answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Comes.
    Accepted,
    /// Does not come.
    Declined,
    /// May come.
    Tentative,
}

impl Answer {
    /// The `PARTSTAT` value (RFC 5545 section 3.2.12).
    pub fn partstat(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::Declined => "DECLINED",
            Self::Tentative => "TENTATIVE",
        }
    }
}

/// Composes the answer of `attendee` at the moment `now`. It repeats the identifier, the sequence
/// and the instance of the invitation, so the organizer's calendar finds what is answered. None
/// where the invitation names no organizer to answer to.
pub fn compose(
    invitation: &Invitation,
    attendee: &EmailAddress,
    answer: Answer,
    now: Timestamp,
) -> Option<String> {
    let organizer = invitation.organizer.as_ref()?;
    let mut out = String::new();
    let mut line = |text: String| fold_into(&mut out, &text);
    line("BEGIN:VCALENDAR".to_owned());
    line("PRODID:-//Mailroom//EN".to_owned());
    line("VERSION:2.0".to_owned());
    line("METHOD:REPLY".to_owned());
    line("BEGIN:VEVENT".to_owned());
    line(format!("UID:{}", plain(&invitation.uid)));
    line(format!("SEQUENCE:{}", invitation.sequence));
    line(format!("DTSTAMP:{}", stamp(now)));
    if let Some(start) = &invitation.start {
        line(time("DTSTART", start));
    }
    if let Some(end) = &invitation.end {
        line(time("DTEND", end));
    }
    if let Some(instance) = &invitation.recurrence_id {
        line(time("RECURRENCE-ID", instance));
    }
    if let Some(summary) = &invitation.summary {
        line(format!("SUMMARY:{}", escaped(summary)));
    }
    line(format!("ORGANIZER:mailto:{}", plain(organizer.expose())));
    line(format!("ATTENDEE;PARTSTAT={}:mailto:{}", answer.partstat(), plain(attendee.expose())));
    line("END:VEVENT".to_owned());
    line("END:VCALENDAR".to_owned());
    Some(out)
}

/// A time in its zone. The zone's rules are not repeated: IANA names are known to all calendars.
fn time(name: &str, time: &LocalTime) -> String {
    let local = plain(&time.local);
    match time.zone.as_deref() {
        _ if local.len() == 8 => format!("{name};VALUE=DATE:{local}"),
        Some("UTC") => format!("{name}:{local}Z"),
        Some(zone) => format!("{name};TZID={}:{local}", quoted(zone)),
        None => format!("{name}:{local}"),
    }
}

/// `20261122T093000Z`.
fn stamp(now: Timestamp) -> String {
    let text = now.to_string();
    let seconds = text.split('.').next().unwrap_or_default();
    let dense: String = seconds.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{dense}Z")
}

/// TEXT of RFC 5545 section 3.3.11.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A value that must not begin another line.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A parameter value with a colon or the like needs quotes, and can't hold any.
fn quoted(text: &str) -> String {
    let text: String = plain(text).chars().filter(|c| *c != '"').collect();
    if text.contains([':', ';', ',']) { format!("\"{text}\"") } else { text }
}

/// RFC 5545 section 3.1: lines of at most 75 octets, broken between characters.
fn fold_into(out: &mut String, line: &str) {
    let mut octets = 0;
    for c in line.chars() {
        if octets + c.len_utf8() > 75 {
            out.push_str("\r\n ");
            octets = 1;
        }
        out.push(c);
        octets += c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar;

    const REQUEST: &str = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
        UID:1@example.com\r\nSEQUENCE:2\r\n\
        DTSTART;TZID=\"W. Europe Standard Time\":20250512T090000\r\n\
        DTEND;TZID=\"W. Europe Standard Time\":20250512T100000\r\n\
        SUMMARY:Demo\\, part 2; with a very long title that has to be folded over lines äöü\r\n\
        ORGANIZER;CN=Org:MAILTO:org@example.com\r\nATTENDEE:mailto:anna@example.com\r\n\
        RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=4\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

    #[test]
    fn an_answer_names_what_it_answers() {
        let invitation = calendar::read(REQUEST, None).unwrap();
        let anna = EmailAddress::parse("anna@example.com").unwrap();
        let now = Timestamp::from_seconds(1_795_339_800);
        let text = compose(&invitation, &anna, Answer::Accepted, now).unwrap();
        assert!(text.lines().all(|l| l.len() <= 75), "{text}");
        let read = calendar::read(&text, None).unwrap();
        assert_eq!(read.method.as_deref(), Some("REPLY"));
        assert_eq!((read.uid, read.sequence), (invitation.uid, 2));
        assert_eq!(read.start, invitation.start);
        assert_eq!(read.summary, invitation.summary);
        assert_eq!(read.attendees[0].participation.as_deref(), Some("ACCEPTED"));
        assert!(text.contains("DTSTAMP:20261122T093000Z\r\n"), "{text}");
    }

    #[test]
    fn nothing_smuggled_into_a_value_begins_a_line() {
        let mut invitation = calendar::read(REQUEST, None).unwrap();
        invitation.uid = "x\r\nATTENDEE:mailto:eve@example.com".to_owned();
        let anna = EmailAddress::parse("anna@example.com").unwrap();
        let text = compose(&invitation, &anna, Answer::Declined, Timestamp::default()).unwrap();
        assert_eq!(text.matches("\r\nATTENDEE").count(), 1);
    }

    #[test]
    fn without_an_organizer_there_is_nobody_to_answer() {
        let mut invitation = calendar::read(REQUEST, None).unwrap();
        invitation.organizer = None;
        let anna = EmailAddress::parse("anna@example.com").unwrap();
        assert_eq!(compose(&invitation, &anna, Answer::Declined, Timestamp::default()), None);
    }
}
