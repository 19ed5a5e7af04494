//! Calendar mails as they are filed (J10): one fact for each user who got one, written in the filing
//! transaction. It reads nothing: what the facts of a meeting amount to is derived when somebody asks.
//!
//! Cost: no call more, and one write of about 2 KB for each user, for calendar mail alone.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{InvitationId, MessageId, TenantId, UserId};
use domain::limits::{
    ATTENDEES_MAX, MEETING_ADDED_MAX, MEETING_EXCLUDED_MAX, MEETING_INSTANCES_MAX,
    MEETING_TEXT_BYTES_MAX, MEETING_UID_BYTES_MAX, RECURRENCE_RULE_BYTES_MAX, SUBJECT_BYTES_MAX,
};
use domain::local_time::LocalTime;
use domain::meeting::{Attendance, CalendarMail, CalendarMethod, MeetingPart};
use domain::timestamp::Timestamp;
use mail::calendar::EventVersion;
use mail::parsed_mail::ParsedMail;
use store::meetings;
use store::table::{TableFault, Write};

use crate::cut;
use crate::ports::Records;

/// A mail that is being filed.
#[derive(Clone, Copy)]
pub(crate) struct Filed<'a> {
    /// Whose it is.
    pub tenant: TenantId,
    /// The message it becomes.
    pub message: MessageId,
    /// When we got it.
    pub received_at: Timestamp,
    /// The receiving server's verdicts by name.
    pub verdicts: &'a BTreeMap<String, String>,
    /// The mail.
    pub mail: &'a ParsedMail,
}

/// The invitation that all mails about one meeting to one user belong to.
pub fn invitation_id(records: &Records, tenant: TenantId, user: UserId, uid: &str) -> InvitationId {
    let named = format!("{tenant}\0{user}\0{uid}");
    let code = records.hasher.mac_of("invitation", named.as_bytes());
    let bits = code.iter().take(16).fold(0, |bits, octet| (bits << 8) | u128::from(*octet));
    InvitationId::from_bits(bits)
}

/// The writes that keep a calendar mail for the users it was delivered to, at most `room`; none for
/// mail of other sorts.
pub(crate) fn writes(
    records: &Records,
    filed: Filed<'_>,
    users: impl Iterator<Item = UserId>,
    room: usize,
) -> Result<Vec<Write>, TableFault> {
    let Some(main) = filed.mail.calendar.as_ref() else { return Ok(Vec::new()) };
    let method = main.method.as_deref().and_then(CalendarMethod::parse);
    let Some(method) = method.filter(|_| fits(&main.uid)) else { return Ok(Vec::new()) };
    let events = filed.mail.events.iter().take(MEETING_INSTANCES_MAX + 1);
    let attendees = main.attendees.iter().take(ATTENDEES_MAX).map(|attendee| Attendance {
        address: attendee.address.clone(),
        participation: attendee.participation.as_deref().map(short),
        delegated_to: attendee.delegated_to.clone(),
        delegated_from: attendee.delegated_from.clone(),
    });
    let fact = CalendarMail {
        invitation: InvitationId::from_bits(0),
        user: UserId::from_bits(0),
        message: filed.message,
        received_at: filed.received_at,
        method,
        uid: main.uid.clone(),
        sender: filed.mail.from.iter().find_map(|party| party.address.clone()),
        believed: believed(filed.verdicts),
        organizer: main.organizer.clone(),
        attendees: attendees.collect(),
        parts: events.map(part).collect(),
    };
    let users: BTreeSet<UserId> = users.collect();
    users
        .into_iter()
        .take(room)
        .map(|user| {
            let invitation = invitation_id(records, filed.tenant, user, &main.uid);
            meetings::keep(filed.tenant, &CalendarMail { invitation, user, ..fact.clone() })
        })
        .collect()
}

fn fits(uid: &str) -> bool {
    !uid.is_empty() && uid.len() <= MEETING_UID_BYTES_MAX
}

/// Whether the verdicts leave the From field believable: DMARC speaks of just that; where it says
/// nothing, SPF and DKIM together do (RFC 7489 section 3).
fn believed(verdicts: &BTreeMap<String, String>) -> bool {
    let word = |name: &str| verdicts.get(name).map(String::as_str).unwrap_or_default();
    match word("dmarc") {
        "pass" => true,
        "fail" => false,
        _ => !(word("spf") == "fail" && word("dkim") != "pass"),
    }
}

fn part(EventVersion { invitation, stamp }: &EventVersion) -> MeetingPart {
    let text = |text: &Option<String>, octets_max| {
        text.as_deref().map(|text| cut::to_octets(text, octets_max).to_owned())
    };
    let rules = invitation.recurrence_rules.iter();
    MeetingPart {
        instance: invitation.recurrence_id.as_ref().and_then(time),
        sequence: invitation.sequence,
        stamp: *stamp,
        summary: text(&invitation.summary, SUBJECT_BYTES_MAX),
        description: text(&invitation.description, MEETING_TEXT_BYTES_MAX),
        location: text(&invitation.location, SUBJECT_BYTES_MAX),
        start: invitation.start.as_ref().and_then(time),
        end: invitation.end.as_ref().and_then(time),
        duration_seconds: invitation.duration_seconds,
        rules: rules.filter(|r| r.len() <= RECURRENCE_RULE_BYTES_MAX).take(1).cloned().collect(),
        excluded: invitation.excluded.iter().take(MEETING_EXCLUDED_MAX).filter_map(time).collect(),
        added: invitation.added.iter().take(MEETING_ADDED_MAX).filter_map(time).collect(),
        and_future: invitation.and_future,
    }
}

/// A time that is one, with a zone name of bounded length.
fn time(time: &LocalTime) -> Option<LocalTime> {
    time.civil()?;
    let zone = time.zone.as_deref().map(short);
    Some(LocalTime { local: time.local.clone(), zone })
}

/// Words of a calendar, none of which is longer.
fn short(text: &str) -> String {
    const OCTETS_MAX: usize = 64;
    cut::to_octets(text, OCTETS_MAX).to_owned()
}
