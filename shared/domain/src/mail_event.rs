//! What became of a mail we sent, as one event told it: an event of SES, or a mail that came back.
//! Both give the same facts.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::bounce::{BounceReason, EnhancedStatus, Permanence};
use crate::bounce_category::BounceCategory;
use crate::email_address::EmailAddress;
use crate::ids::TenantId;
use crate::send::SendPlace;
use crate::timestamp::Timestamp;

/// One fact about one recipient of a mail we sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailEvent {
    /// Whose mail it was.
    pub tenant: TenantId,
    /// The record of the recipient; none where only the address is known.
    pub place: Option<SendPlace>,
    /// The recipient.
    pub recipient: EmailAddress,
    /// When it happened.
    pub at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// Who told us.
    pub teller: Teller,
    /// The provider's id of the mail, where it told it.
    pub provider_id: Option<String>,
}

/// Who told us of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Teller {
    /// SES, by event publishing or an identity notification. It keeps its own suppression list.
    Provider,
    /// A mail that came back, or a complaint by mail (ARF).
    Mail,
}

/// What happened to a mail for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The provider took it over (`Send`).
    Sent,
    /// The recipient's server took it over.
    Delivered,
    /// It is not through yet; the provider goes on trying.
    Delayed(Delay),
    /// It came back.
    Bounced(Bounce),
    /// The recipient complained about it.
    Complained(ComplaintFact),
    /// The provider took it and then did not send it (a virus).
    Rejected(String),
    /// The provider could not make the mail of its template.
    RenderingFailed(String),
    /// Its picture was loaded.
    Opened(Who),
    /// A link of it was followed.
    Clicked(Who),
    /// The mailbox answered by itself: out of office and the like. No reply and no bounce (B10).
    AutoReplied,
    /// The recipient unsubscribed at the provider (`Subscription`), or by mail.
    Unsubscribed,
}

/// A delivery that takes its time (H11).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Delay {
    /// When it was first told.
    pub at: Timestamp,
    /// Until when the provider tries, where it says so.
    pub until: Option<Timestamp>,
    /// What kind of trouble it is.
    pub category: Option<BounceCategory>,
}

/// A mail that came back, for one recipient.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Bounce {
    /// When.
    pub at: Timestamp,
    /// Temporary or permanent: the type that people see.
    pub permanence: Permanence,
    /// The category that people see.
    pub category: BounceCategory,
    /// Why, in the field's words.
    pub reason: BounceReason,
    /// Whether the address is dead.
    pub hard: bool,
    /// Enhanced status code as text (`5.1.1`).
    pub status: Option<String>,
    /// SMTP reply code.
    pub reply: Option<u16>,
    /// What the server said.
    pub diagnostic: ServerWords,
}

impl Bounce {
    /// The enhanced status code.
    pub fn enhanced_status(&self) -> Option<EnhancedStatus> {
        self.status.as_deref().and_then(|status| status.parse().ok())
    }
}

/// A complaint of a recipient.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ComplaintFact {
    /// When.
    pub at: Timestamp,
    /// `abuse`, `fraud`, `not-spam` ... (RFC 5965 section 3.5), where it is told.
    pub feedback_type: Option<String>,
}

impl ComplaintFact {
    /// Whether the recipient says that the mail was no spam: the contrary of a complaint.
    pub fn is_praise(&self) -> bool {
        self.feedback_type.as_deref() == Some("not-spam")
    }
}

/// Who opened a mail or followed a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// As far as one can tell, a person.
    Person,
    /// A proxy of a mail provider or a scanner.
    Machine,
}

/// The words of a server that refused. They name people, so only their length is printed.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerWords(String);

impl ServerWords {
    /// The words, at most [`crate::limits::DIAGNOSTIC_BYTES_MAX`] octets of them.
    pub fn new(text: &str) -> Self {
        let end = text.floor_char_boundary(crate::limits::DIAGNOSTIC_BYTES_MAX);
        Self(text.get(..end).unwrap_or_default().to_owned())
    }

    /// The text. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ServerWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerWords({} octets)", self.0.len())
    }
}
