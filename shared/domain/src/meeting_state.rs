//! What the calendar mails about one meeting amount to for one user: the version that holds, instances
//! that differ, who comes, and what was not believed. A function of the set of mails, not of their order.

use std::collections::BTreeMap;

use crate::email_address::EmailAddress;
use crate::ids::MessageId;
use crate::local_time::LocalTime;
use crate::meeting::{Attendance, CalendarMail, CalendarMethod, MeetingPart, Version};
use crate::meeting_answers::{Counter, InstanceAnswer, answers};
use crate::meeting_ranges::{Range, outdated};
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
    /// Changes from one instance on.
    pub ranges: Vec<Range>,
    /// Whether all of it was called off.
    pub cancelled: bool,
    /// The highest SEQUENCE that holds.
    pub sequence: i64,
    /// Who is invited, with what each answered.
    pub attendees: Vec<Attendance>,
    /// Other times that attendees would rather have.
    pub counters: Vec<Counter>,
    /// What attendees answered to single instances.
    pub instance_answers: Vec<InstanceAnswer>,
    /// The mail that tells of the present version.
    pub message: MessageId,
    /// Whether even that mail may not be the organizer's.
    pub doubtful: bool,
    /// Mails that changed nothing because they are not the organizer's, or not the attendee's.
    pub disbelieved: Vec<MessageId>,
}

/// What the mails amount to; none where no invitation is among them.
pub fn meeting(mails: &[CalendarMail]) -> Option<Meeting> {
    let origin = origin(mails)?;
    let (word, disbelieved) = of_organizer(mails, origin);
    let mut parts: BTreeMap<PartKey, Vec<Told<'_>>> = BTreeMap::new();
    for mail in &word {
        for part in &mail.parts {
            let key = (part.instance_key(), part.and_future && part.instance.is_some());
            parts.entry(key).or_default().push((mail.version(part), mail, part));
        }
    }
    let whole = parts.remove(&(None, false)).map(|versions| latest(&versions));
    let told = whole.as_ref().and_then(|latest| latest.told);
    let ranges = ranges(&parts, told.map(|(version, _, _)| version));
    let mut instances = Vec::new();
    let mut cancelled_instances = Vec::new();
    let mut newest = None;
    for ((_, and_future), versions) in &parts {
        let found = latest(versions);
        if let Some((version, mail, _)) = found.told {
            newest = newest.max(Some((version, mail.message)));
        }
        let Some((version, _, part)) = found.holds().filter(|_| !and_future) else { continue };
        let instance = part.instance.as_ref().and_then(LocalTime::moment);
        if instance.is_some_and(|instance| outdated(&ranges, version, instance)) {
            continue;
        }
        match (&part.instance, found.called_off) {
            (Some(instance), true) => cancelled_instances.push(instance.clone()),
            (_, false) => instances.push(MeetingPart::clone(part)),
            (None, true) => {}
        }
    }
    let (version, message) = told.map(|(version, mail, _)| (version, mail.message)).or(newest)?;
    let only_instances_cancelled =
        told.is_none() && instances.is_empty() && !cancelled_instances.is_empty();
    let sequences: BTreeMap<&str, i64> = instances
        .iter()
        .filter_map(|part| parts.keys().find(|key| key.0 == part.instance_key()).map(|k| (k, part)))
        .filter_map(|((key, _), part)| Some((key.as_deref()?, part.sequence)))
        .collect();
    let of_part = |key: Option<&str>| {
        key.and_then(|key| sequences.get(key)).copied().unwrap_or(version.sequence)
    };
    let answers = answers(mails, origin, message, of_part);
    Some(Meeting {
        uid: origin.uid.clone(),
        organizer: origin.organizer.clone(),
        whole: told.map(|(_, _, part)| MeetingPart::clone(part)),
        instances,
        cancelled_instances,
        ranges,
        cancelled: whole.is_some_and(|latest| latest.called_off) || only_instances_cancelled,
        sequence: version.sequence,
        attendees: answers.attendees,
        counters: answers.counters,
        instance_answers: answers.of_instances,
        message,
        doubtful: !origin.is_of_organizer(),
        disbelieved: disbelieved.into_iter().chain(answers.not_theirs).collect(),
    })
}

/// Which part: the instance, none for the whole; and whether all that follow it too.
type PartKey = (Option<String>, bool);

/// What one mail tells of a part.
type Told<'m> = (Version, &'m CalendarMail, &'m MeetingPart);

/// The changes from one instance on that hold: those that are not older than the whole as it stands.
fn ranges(parts: &BTreeMap<PartKey, Vec<Told<'_>>>, whole: Option<Version>) -> Vec<Range> {
    let of_range = parts.iter().filter(|((_, and_future), _)| *and_future);
    let range = of_range.filter_map(|(_, versions)| {
        let found = latest(versions);
        let (version, _, part) = found.holds()?;
        let part = MeetingPart::clone(part);
        Some(Range { part, version, called_off: found.called_off })
    });
    range.filter(|range| whole.is_none_or(|w| range.version.sequence >= w.sequence)).collect()
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
    told: Option<Told<'m>>,
    /// What calls it off, the newest.
    off: Option<Told<'m>>,
    /// Whether that is newer.
    called_off: bool,
}

impl<'m> Latest<'m> {
    /// The one that holds, whether it invites or calls off.
    fn holds(&self) -> Option<Told<'m>> {
        if self.called_off { self.off } else { self.told }
    }
}

fn latest<'m>(versions: &[Told<'m>]) -> Latest<'m> {
    let newest = |cancels: bool| {
        let of_kind = versions.iter().filter(|(version, _, _)| version.cancels == cancels);
        of_kind.max_by_key(|(version, _, _)| *version).copied()
    };
    let (told, off) = (newest(false), newest(true));
    let version = |found: &Option<Told<'_>>| found.as_ref().map(|(version, _, _)| *version);
    let called_off = version(&off) > version(&told);
    Latest { told, off, called_off }
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
