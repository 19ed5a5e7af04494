//! What the calendar mails about one meeting amount to for one user: the version that holds, instances
//! that differ, who comes, and what was not believed. A function of the set of mails, not of their order.

use std::collections::BTreeMap;

use crate::email_address::EmailAddress;
use crate::ids::MessageId;
use crate::limits::ATTENDEES_MAX;
use crate::local_time::LocalTime;
use crate::meeting::{Attendance, CalendarMail, CalendarMethod, MeetingPart, Version};
use crate::timestamp::Timestamp;

/// A meeting as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    /// Its identifier.
    pub uid: String,
    /// Who holds it.
    pub organizer: Option<EmailAddress>,
    /// The meeting as a whole; none where the user was asked to instances alone.
    pub whole: Option<MeetingPart>,
    /// Instances that differ from what the whole says.
    pub instances: Vec<MeetingPart>,
    /// Instances that were called off.
    pub cancelled_instances: Vec<LocalTime>,
    /// Whether all of it was called off.
    pub cancelled: bool,
    /// The highest SEQUENCE that holds.
    pub sequence: i64,
    /// Who is invited, with what each answered.
    pub attendees: Vec<Attendance>,
    /// Other times that attendees would rather have.
    pub counters: Vec<Counter>,
    /// The mail that tells of the present version.
    pub message: MessageId,
    /// Whether even that mail may not be the organizer's.
    pub doubtful: bool,
    /// Mails that changed nothing because they are not the organizer's, or not the attendee's.
    pub disbelieved: Vec<MessageId>,
}

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

/// What the mails amount to; none where no invitation is among them.
pub fn meeting(mails: &[CalendarMail]) -> Option<Meeting> {
    let origin = origin(mails)?;
    let (word, disbelieved) = of_organizer(mails, origin);
    let mut parts: BTreeMap<Option<String>, Vec<(Version, &CalendarMail, &MeetingPart)>> =
        BTreeMap::new();
    for mail in &word {
        for part in &mail.parts {
            let versions = parts.entry(part.instance_key()).or_default();
            versions.push((mail.version(part), mail, part));
        }
    }
    let whole = parts.remove(&None).map(|versions| latest(&versions));
    let mut instances = Vec::new();
    let mut cancelled_instances = Vec::new();
    let mut newest = None;
    for versions in parts.values() {
        let Latest { told, called_off } = latest(versions);
        if let (true, Some(instance)) =
            (called_off, versions.iter().find_map(|v| v.2.instance.as_ref()))
        {
            cancelled_instances.push(instance.clone());
        }
        if let Some((version, mail, part)) = told {
            newest = newest.max(Some((version, mail.message)));
            if !called_off {
                instances.push(MeetingPart::clone(part));
            }
        }
    }
    let told = whole.as_ref().and_then(|latest| latest.told);
    let (version, message) = told.map(|(version, mail, _)| (version, mail.message)).or(newest)?;
    let only_instances_cancelled =
        told.is_none() && instances.is_empty() && !cancelled_instances.is_empty();
    let (attendees, counters, not_theirs) = answers(mails, origin, message, version.sequence);
    Some(Meeting {
        uid: origin.uid.clone(),
        organizer: origin.organizer.clone(),
        whole: told.map(|(_, _, part)| MeetingPart::clone(part)),
        instances,
        cancelled_instances,
        cancelled: whole.is_some_and(|latest| latest.called_off) || only_instances_cancelled,
        sequence: version.sequence,
        attendees,
        counters,
        message,
        doubtful: !origin.is_of_organizer(),
        disbelieved: disbelieved.into_iter().chain(not_theirs).collect(),
    })
}

/// The invitation that decides whose word counts: the first that came of an organizer himself, or else
/// the first that came. Somebody who learns the identifier later can't go before it.
fn origin(mails: &[CalendarMail]) -> Option<&CalendarMail> {
    let requests = mails.iter().filter(|mail| mail.method == CalendarMethod::Request);
    requests.min_by_key(|mail| (!mail.is_of_organizer(), mail.received_at, mail.message))
}

/// The invitations and cancellations that count, and the mails that claim to be such and don't: those
/// of another organizer, of another sender, or whose sender the receiving server does not believe.
fn of_organizer<'m>(
    mails: &'m [CalendarMail],
    origin: &CalendarMail,
) -> (Vec<&'m CalendarMail>, Vec<MessageId>) {
    let counts = |mail: &CalendarMail| {
        let same_organizer = mail.organizer == origin.organizer;
        // A booking service writes in the organizer's name: it goes on as it began.
        let same_sender = mail.believed && mail.sender.is_some() && mail.sender == origin.sender;
        mail.message == origin.message
            || (same_organizer && (mail.is_of_organizer() || same_sender))
    };
    let claims = mails
        .iter()
        .filter(|mail| matches!(mail.method, CalendarMethod::Request | CalendarMethod::Cancel));
    let (word, not): (Vec<_>, Vec<_>) = claims.partition(|mail| counts(mail));
    (word, not.into_iter().map(|mail| mail.message).collect())
}

/// The version that holds of one part.
struct Latest<'m> {
    /// The newest invitation.
    told: Option<(Version, &'m CalendarMail, &'m MeetingPart)>,
    /// Whether something newer called it off.
    called_off: bool,
}

fn latest<'m>(versions: &[(Version, &'m CalendarMail, &'m MeetingPart)]) -> Latest<'m> {
    let newest = |cancels: bool| {
        let of_kind = versions.iter().filter(|(version, _, _)| version.cancels == cancels);
        of_kind.max_by_key(|(version, _, _)| *version).copied()
    };
    let (told, off) = (newest(false), newest(true));
    let version = |found: &Option<(Version, _, _)>| found.as_ref().map(|(version, _, _)| *version);
    Latest { told, called_off: version(&off) > version(&told) }
}

/// Who comes and which other times were asked for: the invitation's word, and what attendees answered
/// to the present version themselves. An older answer is about another time (RFC 5546 section 3.2.3).
fn answers(
    mails: &[CalendarMail],
    origin: &CalendarMail,
    message: MessageId,
    sequence: i64,
) -> (Vec<Attendance>, Vec<Counter>, Vec<MessageId>) {
    let invited = mails.iter().find(|mail| mail.message == message);
    let mut attendees: Vec<Attendance> = invited.map(|m| m.attendees.clone()).unwrap_or_default();
    let mut theirs: Vec<(Version, &CalendarMail, &MeetingPart)> = Vec::new();
    let mut not_theirs = Vec::new();
    for mail in mails {
        if !matches!(mail.method, CalendarMethod::Reply | CalendarMethod::Counter) {
            continue;
        }
        let same_meeting = mail.organizer.is_none() || mail.organizer == origin.organizer;
        let own = |attendee: &Attendance| Some(&attendee.address) == mail.sender.as_ref();
        if !(mail.believed && same_meeting && mail.attendees.iter().any(own)) {
            not_theirs.push(mail.message);
        } else if let Some(part) = mail.whole().filter(|part| part.sequence >= sequence) {
            theirs.push((mail.version(part), mail, part));
        }
    }
    theirs.sort_by_key(|(version, _, _)| *version);
    let mut counters: BTreeMap<&EmailAddress, Counter> = BTreeMap::new();
    for (_, mail, part) in theirs {
        let Some(address) = &mail.sender else { continue };
        if mail.method == CalendarMethod::Counter {
            let (start, end) = (part.start.clone(), part.end.clone());
            let attendee = address.clone();
            counters.insert(address, Counter { attendee, start, end, message: mail.message });
            continue;
        }
        let answered = mail.attendees.iter().find(|attendee| attendee.address == *address);
        let participation = answered.and_then(|attendee| attendee.participation.clone());
        let room = attendees.len() < ATTENDEES_MAX;
        match attendees.iter_mut().find(|attendee| attendee.address == *address) {
            Some(there) => there.participation = participation,
            None if room => {
                attendees.push(Attendance { address: address.clone(), participation });
            }
            None => {}
        }
    }
    (attendees, counters.into_values().collect(), not_theirs)
}

/// When a meeting takes place within a span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// When it begins.
    pub start_at: Timestamp,
    /// When it ends.
    pub end_at: Timestamp,
    /// Whether it is whole days.
    pub whole_day: bool,
    /// Which instance of a recurring meeting it is.
    pub instance: Option<LocalTime>,
    /// What the instance is called, where, and so on.
    pub part: MeetingPart,
}
