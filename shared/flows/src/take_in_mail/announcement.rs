//! What announces a raw mail, and the intake it stands for.

use std::collections::BTreeMap;

use domain::ids::{IntakeId, TenantId};
use domain::intake::{Intake, IntakeState, Outcome};
use domain::limits;
use domain::message::RawMail;
use domain::timestamp::Timestamp;
use sha2::{Digest, Sha256};

use crate::ports::Unannounced;

/// What a message of the queue announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// A raw mail is in the archive.
    Arrived(MailArrived),
    /// Somebody wants another try of a quarantined one.
    Retry(IntakeId),
    /// Nobody can tell what it announces.
    Unreadable(Unreadable),
}

/// A raw mail in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailArrived {
    /// The bucket it is in, as announced.
    pub bucket: String,
    /// The object.
    pub raw: RawMail,
    /// Envelope recipients of the receipt; empty where there was no receipt.
    pub recipients: Vec<String>,
    /// Verdicts of the receipt by name, lower-case: `spf`, `dkim`, `dmarc`, `spam`, `virus`.
    pub verdicts: BTreeMap<String, String>,
    /// When it was announced.
    pub announced_at: Timestamp,
}

/// An announcement that can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The announcement.
    pub body: String,
    /// When it came.
    pub announced_at: Timestamp,
}

impl MailArrived {
    /// The intake it stands for, before any worker has it.
    pub fn to_intake(&self) -> Intake {
        let mut intake = blank(self.id(), self.announced_at);
        intake.raw = Some(self.raw.clone());
        let recipients = self.recipients.iter().take(limits::RECIPIENTS_MAX);
        intake.recipients = recipients.map(|text| cut(text, limits::RECIPIENT_BYTES_MAX)).collect();
        intake.verdicts = self.verdicts.clone();
        intake
    }

    /// The intake of an object that is not in our bucket: it names no raw mail of ours.
    pub(super) fn to_foreign_intake(&self) -> Intake {
        let mut intake = blank(self.id(), self.announced_at);
        intake.announcement =
            Some(cut_announcement(&format!("s3://{}/{}", self.bucket, self.raw.key)));
        intake
    }

    fn id(&self) -> IntakeId {
        let version = self.raw.version.as_deref().unwrap_or_default();
        intake_id(&[&self.bucket, &self.raw.key, version])
    }
}

/// What nobody announced has no receipt: recipients and verdicts stand in the mail itself.
impl From<Unannounced> for MailArrived {
    fn from(object: Unannounced) -> Self {
        Self {
            bucket: object.bucket,
            raw: object.raw,
            recipients: Vec::new(),
            verdicts: BTreeMap::new(),
            announced_at: object.written_at,
        }
    }
}

impl Unreadable {
    pub(super) fn to_intake(&self) -> Intake {
        let mut intake = blank(intake_id(&["announcement", &self.body]), self.announced_at);
        intake.announcement = Some(cut_announcement(&self.body));
        intake
    }
}

/// The intake of the same raw mail for one more of its tenants.
pub(super) fn for_tenant(intake: &Intake, tenant: TenantId) -> Intake {
    let mut own = intake.clone();
    own.id = intake_id(&[&intake.id.to_string(), &tenant.to_string()]);
    own.only_tenant = Some(tenant);
    own.tenant = None;
    own.attempts = 0;
    // Who let it in decided for his own tenant.
    own.released = None;
    own
}

/// The outcome of a finished intake.
pub(super) fn outcome_of(intake: &Intake) -> Option<Outcome> {
    match &intake.state {
        IntakeState::Done { outcome, .. } => Some(outcome.clone()),
        IntakeState::Working { .. } | IntakeState::Queued { .. } => None,
    }
}

fn blank(id: IntakeId, announced_at: Timestamp) -> Intake {
    Intake {
        id,
        tenant: None,
        only_tenant: None,
        raw: None,
        recipients: Vec::new(),
        verdicts: BTreeMap::new(),
        state: IntakeState::Queued { queued_at: announced_at },
        attempts: 0,
        announced_at,
        announcement: None,
        report: None,
        released: None,
    }
}

/// An id that the same parts always give, whoever announces them and how often.
fn intake_id(parts: &[&str]) -> IntakeId {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let bits = hash.finalize().iter().take(16).fold(0, |bits, o| (bits << 8) | u128::from(*o));
    IntakeId::from_bits(bits)
}

fn cut_announcement(text: &str) -> String {
    cut(text, limits::ANNOUNCEMENT_BYTES_MAX)
}

fn cut(text: &str, octets_max: usize) -> String {
    crate::cut::to_octets(text, octets_max).to_owned()
}
