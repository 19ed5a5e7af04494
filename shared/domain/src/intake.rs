//! The intake: what became of every raw mail. No mail vanishes: each has a record here, with an
//! outcome or a lease that runs out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bounce::{BounceReason, Permanence};
use crate::bounce_category::BounceCategory;
use crate::email_address::EmailAddress;
use crate::ids::{IntakeId, MessageId, TenantId, ThreadId, UserId};
use crate::message::RawMail;
use crate::timestamp::Timestamp;

/// The record of one raw mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    /// Its id, derived from bucket, key, version and, for a mail to several tenants, tenant.
    pub id: IntakeId,
    /// Whose mail it is; none until it is routed. What can't be routed is the operator's.
    pub tenant: Option<TenantId>,
    /// For a mail to several tenants: the one tenant this intake is about.
    pub only_tenant: Option<TenantId>,
    /// Where the raw mail is; none where the announcement named no object of ours.
    pub raw: Option<RawMail>,
    /// Envelope recipients of the receipt, as texts; empty where the announcement had none.
    pub recipients: Vec<String>,
    /// Where it stands. Flattened, so that conditions of writes can name its fields.
    #[serde(flatten)]
    pub state: IntakeState,
    /// Verdicts of the receipt by name: `spf`, `dkim`, `dmarc`, `spam`, `virus` (B11).
    pub verdicts: BTreeMap<String, String>,
    /// How often a worker began and did not fail cleanly.
    pub attempts: u64,
    /// When it was first announced.
    pub announced_at: Timestamp,
    /// The announcement itself, where it could not be read (at most 8 KB of it).
    pub announcement: Option<String>,
    /// Who let it in although the gate of its route was closed: every later try knows it.
    #[serde(default)]
    pub released: Option<Decision>,
    /// What the mail told about mail we sent, where it told anything.
    #[serde(default)]
    pub report: Option<MailReport>,
}

/// What a raw mail told about mail we sent: it came back, was complained about, was answered by a
/// program, or its recipient unsubscribes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailReport {
    /// What kind of mail it is.
    pub sort: ReportSort,
    /// Recipients whose record it changed or had changed before.
    pub applied: u64,
    /// Recipients it names whom we did not write to in that mail.
    pub strangers: u64,
    /// Why nothing was changed, where nothing was.
    pub passed_over: Option<PassedOver>,
    /// What was not in order with it, by the decoder's codes.
    pub flaws: Vec<String>,
    /// Whom it names, and what it says of them: the first few.
    #[serde(default)]
    pub recipients: Vec<ReportedRecipient>,
}

/// What a report says of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedRecipient {
    /// Who.
    pub address: EmailAddress,
    /// The category that people see; none of complaints and success.
    pub category: Option<BounceCategory>,
    /// Why, in the field's words, where any are told.
    pub reason: Option<BounceReason>,
    /// Whether another time may help; none of complaints and success.
    pub permanence: Option<Permanence>,
    /// Enhanced status code as text (`5.1.1`).
    pub status: Option<String>,
}

/// What kind of report a mail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSort {
    /// A mail came back or is delayed.
    Bounce,
    /// A complaint (ARF).
    Complaint,
    /// A program answered.
    AutoReply,
    /// A mail arrived.
    Delivered,
    /// The recipient unsubscribes by the token in the mail.
    Unsubscribe,
    /// The author asks in words to be unsubscribed: a person has to confirm it.
    UnsubscribeAsked,
}

/// Why a report changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PassedOver {
    /// It carries neither a true token nor the id of a mail of ours: anybody could have written it.
    NotOurs,
    /// It is about a mail of ours, and names nobody whom that mail went to.
    Strangers,
    /// It names no recipient.
    NoRecipient,
}

impl ReportSort {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::Complaint => "complaint",
            Self::AutoReply => "auto_reply",
            Self::Delivered => "delivered",
            Self::Unsubscribe => "unsubscribe",
            Self::UnsubscribeAsked => "unsubscribe_asked",
        }
    }
}

impl PassedOver {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotOurs => "not_ours",
            Self::Strangers => "strangers",
            Self::NoRecipient => "no_recipient",
        }
    }

    /// What a person can make of it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NotOurs => {
                "it proves nothing: anybody could have written it; block the address yourself if you \
                 believe it"
            }
            Self::Strangers => {
                "it is about a mail of ours, and names nobody whom that went to: it may have been \
                 forwarded there"
            }
            Self::NoRecipient => "read the mail: it names nobody who could not be reached",
        }
    }
}

/// What a person decided about a quarantined mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}

/// Where an intake stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum IntakeState {
    /// A worker holds it until the lease runs out.
    Working {
        /// The worker's token: only its holder may finish.
        lease: String,
        /// When another worker may begin.
        lease_until: Timestamp,
    },
    /// Somebody asked for another try.
    Queued {
        /// When.
        queued_at: Timestamp,
    },
    /// Finished.
    Done {
        /// When.
        finished_at: Timestamp,
        /// What became of it.
        outcome: Outcome,
    },
}

/// What became of a raw mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum Outcome {
    /// It is a message now.
    Filed {
        /// Which.
        message: MessageId,
        /// In which conversation.
        thread: ThreadId,
    },
    /// The message was there already; a delivery was added where it lacked.
    Duplicate {
        /// Which.
        message: MessageId,
    },
    /// It needs a person.
    Quarantined {
        /// Why.
        reason: QuarantineReason,
        /// What was found, in words for that person; never text of the mail.
        detail: String,
    },
    /// A person decided that it is not wanted. The raw mail stays until the archive's rules end it.
    Discarded {
        /// Why it was in quarantine.
        reason: QuarantineReason,
        /// Who decided.
        by: UserId,
    },
}

impl Outcome {
    /// The outcome's name in lists, logs and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Filed { .. } => "filed",
            Self::Duplicate { .. } => "duplicate",
            Self::Quarantined { .. } => "quarantined",
            Self::Discarded { .. } => "discarded",
        }
    }
}

macro_rules! quarantine_reasons {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $gate:literal, $hint:literal;)*) => {
        /// Why a raw mail needs a person.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum QuarantineReason {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl QuarantineReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Whether a person may let the mail in in spite of it.
            pub fn is_gate(self) -> bool {
                match self { $(Self::$name => $gate,)* }
            }

            /// What a person can do about it.
            pub fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }
        }
    };
}

quarantine_reasons! {
    /// The object has no octets.
    Empty = "empty", false, "The object is empty: ask the sender to send it again.";
    /// The octets are no mail.
    NotMail = "not_mail", false, "The object is not a mail: look at the raw file, then discard it.";
    /// The object was gone when we came for it.
    ObjectGone = "object_gone", false, "The object was deleted before it was read: restore its version and retry.";
    /// It is larger than we take.
    TooLarge = "too_large", false, "The mail is larger than 40 MB: the raw file is kept; ask for a link instead.";
    /// The announcement names a bucket that is not ours.
    WrongBucket = "wrong_bucket", false, "The announcement names another bucket: check who may write to the queue.";
    /// The announcement can't be read.
    MalformedEvent = "malformed_event", false, "The announcement can't be read: check what writes to the queue.";
    /// No recipient leads to a tenant.
    NoRoute = "no_route", false, "No route for the recipients: add one under /v1/routes, then retry.";
    /// The route leads to a tenant that does not exist.
    UnknownTenant = "unknown_tenant", false, "The route's tenant does not exist: mend the route, then retry.";
    /// An object in one tenant's drop folder names recipients of another tenant.
    ForgedRoute = "forged_route", false, "The mail claims another tenant's recipients: check who wrote it to the drop folder.";
    /// It made our code fail again and again.
    Poison = "poison", false, "The mail made the program fail: keep the raw file and report it, then retry after an update.";
    /// The secret address it was sent to is dead.
    AddressRetired = "address_retired", true, "The secret address was changed: give the present one to who sent this, or release the mail.";
    /// The route does not take mail of its author.
    SenderNotAllowed = "sender_not_allowed", true, "The address does not take mail of this sender: change its allowed senders and retry, or release the mail.";
    /// A dropbox got mail of somebody else than its user.
    SenderNotVerified = "sender_not_verified", true, "The sender is no verified address of the user: verify it under /v1/sender_addresses and retry, or release the mail.";
    /// The route needs a better word of the receiving server about the sender.
    NotAuthenticated = "not_authenticated", true, "The sender could not be authenticated: ask him to mend SPF, DKIM and DMARC, or release the mail.";
    /// The receiving server found a virus.
    VirusFound = "virus_found", true, "The mail carries a virus: discard it. A released one is filed and its files are not served.";
    /// The receiving server judged it spam.
    SpamFound = "spam_found", true, "The mail was judged spam: release it if it is not.";
}
