//! Calendar mails about meetings (J10), as facts: each is kept once as it came, and what they amount to
//! is derived from all of them, so that it does not matter in which order they come.

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::ids::{InvitationId, MessageId, TenantId, UserId};
use crate::local_time::LocalTime;
use crate::timestamp::Timestamp;

/// What one calendar mail says, as one user got it (iTIP, RFC 5546).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarMail {
    /// What it belongs to: derived from the user and the meeting's identifier.
    pub invitation: InvitationId,
    /// Who got it.
    pub user: UserId,
    /// The mail.
    pub message: MessageId,
    /// When we got it.
    pub received_at: Timestamp,
    /// What it asks for or answers.
    pub method: CalendarMethod,
    /// The meeting's identifier, as written.
    pub uid: String,
    /// Who wrote the mail, by its From field.
    pub sender: Option<EmailAddress>,
    /// Whether the receiving server's verdicts leave the From field believable.
    pub believed: bool,
    /// Who holds the meeting, as the mail says it.
    pub organizer: Option<EmailAddress>,
    /// Who is invited, or answers.
    pub attendees: Vec<Attendance>,
    /// The meeting, or instances of a recurring one; both where a mail has both.
    pub parts: Vec<MeetingPart>,
}

/// What a calendar mail asks for or answers (RFC 5546 section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarMethod {
    /// Invites, or changes what one is invited to.
    Request,
    /// Calls off a meeting or an instance.
    Cancel,
    /// An attendee answers.
    Reply,
    /// An attendee would rather have another time.
    Counter,
}

impl CalendarMethod {
    /// The method of that name, where it is one that is kept.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_uppercase().as_str() {
            "REQUEST" => Some(Self::Request),
            "CANCEL" => Some(Self::Cancel),
            "REPLY" => Some(Self::Reply),
            "COUNTER" => Some(Self::Counter),
            _ => None,
        }
    }
}

/// Somebody invited, and what is known of his coming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attendance {
    /// The address.
    pub address: EmailAddress,
    /// `NEEDS-ACTION`, `ACCEPTED`, `DECLINED`, `TENTATIVE`, `DELEGATED`.
    pub participation: Option<String>,
    /// Whom he sends in his stead (RFC 5545 section 3.2.5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_to: Option<EmailAddress>,
    /// In whose stead he comes (RFC 5545 section 3.2.4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delegated_from: Option<EmailAddress>,
}

/// A meeting, or one instance of a recurring one, as one mail tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingPart {
    /// Which instance; none for the meeting as a whole.
    pub instance: Option<LocalTime>,
    /// How often it was changed.
    pub sequence: i64,
    /// When this version was made (DTSTAMP).
    pub stamp: Option<Timestamp>,
    /// What it is called.
    pub summary: Option<String>,
    /// What it is about.
    pub description: Option<String>,
    /// Where it is.
    pub location: Option<String>,
    /// When it begins.
    pub start: Option<LocalTime>,
    /// When it ends.
    pub end: Option<LocalTime>,
    /// How long it lasts, where that was said instead of the end.
    pub duration_seconds: Option<i64>,
    /// `RRULE` values as they stand.
    pub rules: Vec<String>,
    /// Instances that don't take place.
    pub excluded: Vec<LocalTime>,
    /// Instances beside those of the rule (RDATE).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<LocalTime>,
    /// Whether it is about all instances after its own too (RANGE=THISANDFUTURE).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub and_future: bool,
}

/// What a user answers to an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeetingAnswer {
    /// Comes.
    Accept,
    /// May come.
    Tentative,
    /// Does not come.
    Decline,
}

/// The version of a part, in the order that decides which one holds: SEQUENCE, then DTSTAMP (RFC 5546
/// section 2.1.5); of the same version, the one that calls it off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// How often it was changed.
    pub sequence: i64,
    /// When it was made, or else received.
    pub stamp: Timestamp,
    /// Whether it calls off.
    pub cancels: bool,
    /// The mail: two mails never are the same version.
    pub message: MessageId,
}

impl CalendarMail {
    /// The version of one of its parts.
    pub fn version(&self, part: &MeetingPart) -> Version {
        Version {
            sequence: part.sequence,
            stamp: part.stamp.unwrap_or(self.received_at),
            cancels: self.method == CalendarMethod::Cancel,
            message: self.message,
        }
    }

    /// Its part about the meeting as a whole.
    pub fn whole(&self) -> Option<&MeetingPart> {
        self.parts.iter().find(|part| part.instance.is_none())
    }

    /// Whether it is the organizer's own word: the From field names the organizer, and is believed.
    pub fn is_of_organizer(&self) -> bool {
        self.believed && self.organizer.is_some() && self.sender == self.organizer
    }
}

impl MeetingPart {
    /// What names the instance it is about, the same for every spelling of its time.
    pub fn instance_key(&self) -> Option<String> {
        self.instance.as_ref().map(instance_key)
    }
}

/// What names an instance, the same for every spelling of its time.
pub fn instance_key(instance: &LocalTime) -> String {
    instance.moment().map_or_else(|| instance.local.clone(), |moment| moment.to_string())
}

/// What a user answered to an invitation, and what became of the mail that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationAnswer {
    /// What was answered.
    pub invitation: InvitationId,
    /// By whom.
    pub user: UserId,
    /// His answer.
    pub answer: MeetingAnswer,
    /// What he says to it.
    pub comment: Option<String>,
    /// The version of the meeting he answered to.
    pub sequence: i64,
    /// When.
    pub answered_at: Timestamp,
    /// The mail that tells the organizer.
    pub reply: MessageId,
    /// Revision: grows by one with each answer.
    pub rev: u64,
}

/// A calendar that other programs read by a secret URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarFeed {
    /// Whose data it is.
    pub tenant: TenantId,
    /// Whose calendar it is.
    pub user: UserId,
    /// The keyed hash of the secret that opens it.
    pub secret_hash: String,
    /// Since when that secret does.
    pub made_at: Timestamp,
    /// Revision: grows by one with each new secret.
    pub rev: u64,
}
