//! Lines of iCalendar text (RFC 5545 section 3): values that can't begin another line, and folding.

use domain::local_time::LocalTime;
use domain::timestamp::Timestamp;

/// iCalendar text in the making.
#[derive(Default)]
pub(crate) struct CalendarText {
    text: String,
}

impl CalendarText {
    /// Adds a line: at most 75 octets each, broken between characters (section 3.1).
    pub fn line(&mut self, line: &str) {
        let mut octets = 0;
        for c in line.chars() {
            if octets + c.len_utf8() > 75 {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(c);
            octets += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }

    /// All of it.
    pub fn finish(self) -> String {
        self.text
    }
}

/// A property with a time in its zone.
pub(crate) fn time(name: &str, time: &LocalTime) -> String {
    let local = plain(&time.local);
    match time.zone.as_deref() {
        _ if time.is_day() => format!("{name};VALUE=DATE:{local}"),
        Some("UTC") => format!("{name}:{local}Z"),
        Some(zone) => format!("{name};TZID={}:{local}", quoted(zone)),
        None => format!("{name}:{local}"),
    }
}

/// `20261122T093000Z`.
pub(crate) fn stamp(at: Timestamp) -> String {
    format!("{}Z", LocalTime::of_moment(at).local)
}

/// TEXT (section 3.3.11).
pub(crate) fn escaped(text: &str) -> String {
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
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// A parameter value with a colon or the like needs quotes, and can't hold any.
pub(crate) fn quoted(text: &str) -> String {
    let text: String = plain(text).chars().filter(|c| *c != '"').collect();
    if text.contains([':', ';', ',']) { format!("\"{text}\"") } else { text }
}
