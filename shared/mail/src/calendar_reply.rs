//! Answers to invitations: iTIP `REPLY` (RFC 5546 section 3.2.3) as text of a `text/calendar`
//! part with `method=REPLY` (RFC 6047 section 2.4).

use domain::email_address::EmailAddress;
use domain::local_time::LocalTime;
use domain::meeting::{MeetingAnswer, MeetingPart};
use domain::meeting_state::Meeting;
use domain::timestamp::Timestamp;

use crate::calendar::Invitation;
use crate::calendar_text::{CalendarText, escaped, plain, stamp, time};

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

impl From<MeetingAnswer> for Answer {
    fn from(answer: MeetingAnswer) -> Self {
        match answer {
            MeetingAnswer::Accept => Self::Accepted,
            MeetingAnswer::Tentative => Self::Tentative,
            MeetingAnswer::Decline => Self::Declined,
        }
    }
}

/// What is answered: the present version of a meeting, or of the first instance one was asked to.
pub fn of_meeting(meeting: &Meeting, organizer: &EmailAddress) -> Invitation {
    let part = meeting.whole.as_ref().or(meeting.instances.first());
    let part_of = |of: fn(&MeetingPart) -> Option<LocalTime>| part.and_then(of);
    Invitation {
        method: None,
        uid: meeting.uid.clone(),
        sequence: meeting.sequence,
        summary: part.and_then(|part| part.summary.clone()),
        description: None,
        location: None,
        start: part_of(|part| part.start.clone()),
        end: part_of(|part| part.end.clone()),
        duration_seconds: None,
        recurrence_rules: Vec::new(),
        recurrence_id: part_of(|part| part.instance.clone()),
        excluded: Vec::new(),
        added: Vec::new(),
        and_future: false,
        organizer: Some(organizer.clone()),
        attendees: Vec::new(),
        status: None,
    }
}

/// Composes the answer of `attendee` at the moment `now`. It repeats the identifier, the sequence
/// and the instance of the invitation, so the organizer's calendar finds what is answered. None
/// where the invitation names no organizer to answer to.
pub fn compose(
    invitation: &Invitation,
    attendee: &EmailAddress,
    answer: Answer,
    comment: Option<&str>,
    now: Timestamp,
) -> Option<String> {
    let organizer = invitation.organizer.as_ref()?;
    let mut out = CalendarText::default();
    let mut line = |text: String| out.line(&text);
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
    if let Some(comment) = comment {
        line(format!("COMMENT:{}", escaped(comment)));
    }
    line(format!("ORGANIZER:mailto:{}", plain(organizer.expose())));
    line(format!("ATTENDEE;PARTSTAT={}:mailto:{}", answer.partstat(), plain(attendee.expose())));
    line("END:VEVENT".to_owned());
    line("END:VCALENDAR".to_owned());
    Some(out.finish())
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
        let text =
            compose(&invitation, &anna, Answer::Accepted, Some("With pleasure;\nsee you"), now)
                .unwrap();
        assert!(text.lines().all(|l| l.len() <= 75), "{text}");
        let read = calendar::read(&text, None).unwrap();
        assert_eq!(read.method.as_deref(), Some("REPLY"));
        assert_eq!((read.uid, read.sequence), (invitation.uid, 2));
        assert_eq!(read.start, invitation.start);
        assert_eq!(read.summary, invitation.summary);
        assert_eq!(read.attendees[0].participation.as_deref(), Some("ACCEPTED"));
        assert!(text.contains("DTSTAMP:20261122T093000Z\r\n"), "{text}");
        assert!(text.contains("COMMENT:With pleasure\\;\\nsee you\r\n"), "{text}");
    }

    #[test]
    fn nothing_smuggled_into_a_value_begins_a_line() {
        let mut invitation = calendar::read(REQUEST, None).unwrap();
        invitation.uid = "x\r\nATTENDEE:mailto:eve@example.com".to_owned();
        let anna = EmailAddress::parse("anna@example.com").unwrap();
        let text =
            compose(&invitation, &anna, Answer::Declined, None, Timestamp::default()).unwrap();
        assert_eq!(text.matches("\r\nATTENDEE").count(), 1);
    }

    #[test]
    fn without_an_organizer_there_is_nobody_to_answer() {
        let mut invitation = calendar::read(REQUEST, None).unwrap();
        invitation.organizer = None;
        let anna = EmailAddress::parse("anna@example.com").unwrap();
        assert_eq!(compose(&invitation, &anna, Answer::Declined, None, Timestamp::default()), None);
    }
}
