//! What attendees answered: to the meeting, to single instances, by sending somebody else, or with another
//! time. A function of the set of mails, not of their order.

use std::collections::BTreeMap;

use crate::email_address::EmailAddress;
use crate::ids::MessageId;
use crate::limits::{ATTENDEES_MAX, INSTANCE_ANSWERS_MAX};
use crate::local_time::LocalTime;
use crate::meeting::{Attendance, CalendarMail, CalendarMethod, MeetingPart, Version};

/// Another time that an attendee would rather have (RFC 5546 section 3.2.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Who.
    pub attendee: EmailAddress,
    /// When it should begin.
    pub start: Option<LocalTime>,
    /// When it should end.
    pub end: Option<LocalTime>,
    /// The mail that says so.
    pub message: MessageId,
}

/// What an attendee answered to one instance of a recurring meeting (RFC 5546 section 3.2.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceAnswer {
    /// Which instance.
    pub instance: LocalTime,
    /// Who.
    pub attendee: EmailAddress,
    /// What: `ACCEPTED`, `DECLINED`, `TENTATIVE`, `DELEGATED`.
    pub participation: Option<String>,
    /// The mail that says so.
    pub message: MessageId,
}

/// All answers that count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Who is invited or was sent, with what each answered to the whole.
    pub attendees: Vec<Attendance>,
    /// Other times that attendees would rather have.
    pub counters: Vec<Counter>,
    /// Answers to single instances, in the order of the instances.
    pub of_instances: Vec<InstanceAnswer>,
    /// Mails that claim to be an attendee's answer and are not.
    pub not_theirs: Vec<MessageId>,
}

/// An answer of an attendee's own.
type Given<'m> = (Version, &'m CalendarMail, &'m MeetingPart);

/// Who comes and which other times were asked for: the invitation's word, and what attendees answered
/// themselves to the version that `sequence_of` tells of each part. An older answer is about another time
/// (RFC 5546 section 3.2.3).
pub fn answers(
    mails: &[CalendarMail],
    origin: &CalendarMail,
    message: MessageId,
    sequence_of: impl Fn(Option<&str>) -> i64,
) -> Answers {
    let invited = mails.iter().find(|mail| mail.message == message);
    let mut all = Answers {
        attendees: invited.map(|mail| mail.attendees.clone()).unwrap_or_default(),
        ..Answers::default()
    };
    let mut theirs: Vec<Given<'_>> = Vec::new();
    for mail in mails {
        if !matches!(mail.method, CalendarMethod::Reply | CalendarMethod::Counter) {
            continue;
        }
        let same_meeting = mail.organizer.is_none() || mail.organizer == origin.organizer;
        let own = |attendee: &Attendance| Some(&attendee.address) == mail.sender.as_ref();
        if !(mail.believed && same_meeting && mail.attendees.iter().any(own)) {
            all.not_theirs.push(mail.message);
            continue;
        }
        let present =
            |part: &&MeetingPart| part.sequence >= sequence_of(part.instance_key().as_deref());
        theirs.extend(mail.parts.iter().filter(present).map(|p| (mail.version(p), mail, p)));
    }
    theirs.sort_by_key(|(version, _, _)| *version);
    let mut counters: BTreeMap<&EmailAddress, Counter> = BTreeMap::new();
    let mut single: BTreeMap<(String, &EmailAddress), InstanceAnswer> = BTreeMap::new();
    for (_, mail, part) in theirs {
        let Some(address) = &mail.sender else { continue };
        if mail.method == CalendarMethod::Counter {
            let (start, end) = (part.start.clone(), part.end.clone());
            let attendee = address.clone();
            counters.insert(address, Counter { attendee, start, end, message: mail.message });
            continue;
        }
        let Some(answered) = mail.attendees.iter().find(|one| one.address == *address) else {
            continue;
        };
        match (part.instance_key(), &part.instance) {
            (Some(key), Some(instance)) => {
                let answer = InstanceAnswer {
                    instance: instance.clone(),
                    attendee: address.clone(),
                    participation: answered.participation.clone(),
                    message: mail.message,
                };
                single.insert((key, address), answer);
            }
            _ => take(&mut all.attendees, answered),
        }
    }
    delegate(&mut all.attendees);
    all.counters = counters.into_values().collect();
    all.of_instances = single.into_values().take(INSTANCE_ANSWERS_MAX).collect();
    all
}

/// An attendee's own answer to the whole.
fn take(attendees: &mut Vec<Attendance>, answered: &Attendance) {
    let room = attendees.len() < ATTENDEES_MAX;
    match attendees.iter_mut().find(|attendee| attendee.address == answered.address) {
        Some(there) => {
            there.participation.clone_from(&answered.participation);
            there.delegated_to.clone_from(&answered.delegated_to);
        }
        None if room => {
            // That he was sent is the word of who sent him.
            attendees.push(Attendance { delegated_from: None, ..answered.clone() });
        }
        None => {}
    }
}

/// Who was sent in somebody's stead is asked too (RFC 5546 section 3.2.2.3), until he answers himself.
fn delegate(attendees: &mut Vec<Attendance>) {
    let sent: Vec<(EmailAddress, EmailAddress)> = attendees
        .iter()
        .filter(|attendee| attendee.participation.as_deref() == Some("DELEGATED"))
        .filter_map(|attendee| Some((attendee.address.clone(), attendee.delegated_to.clone()?)))
        .filter(|(from, to)| from != to)
        .collect();
    for (from, to) in sent {
        let room = attendees.len() < ATTENDEES_MAX;
        match attendees.iter_mut().find(|attendee| attendee.address == to) {
            Some(there) => there.delegated_from = Some(from),
            None if room => attendees.push(Attendance {
                address: to,
                participation: Some("NEEDS-ACTION".to_owned()),
                delegated_to: None,
                delegated_from: Some(from),
            }),
            None => {}
        }
    }
}
