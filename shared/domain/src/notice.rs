//! What people should know of without having asked: a complaint, a domain that refuses us, mail that
//! waits for somebody.

use serde::{Deserialize, Serialize};

use crate::bounce_category::BounceCategory;
use crate::email_address::EmailAddress;
use crate::ids::{ContactId, IntakeId, NoticeId, TenantId, UserId};
use crate::send::SendPlace;
use crate::timestamp::Timestamp;

/// A notice to one user, or to the administrators of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id, derived from what happened: the same thing told twice makes one notice. It begins with
    /// the time of that, so notices sort by it.
    pub id: NoticeId,
    /// Whose.
    pub tenant: TenantId,
    /// The user who is told; none for all administrators.
    pub owner: Option<UserId>,
    /// What happened.
    pub matter: Matter,
    /// When it happened.
    pub created_at: Timestamp,
    /// When it was first marked as read.
    pub read_at: Option<Timestamp>,
    /// When it was put away: it is kept, so that it is not told anew, and shown no more.
    pub dismissed_at: Option<Timestamp>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "matter_kind")]
pub enum Matter {
    /// A recipient complained: no mail goes to him any more (H10).
    Complaint {
        /// The record, where there is one.
        contact: Option<ContactId>,
        /// The mail.
        source: Option<SendPlace>,
        /// The kind of complaint, where it is told.
        feedback_type: Option<String>,
    },
    /// Many recipients of a domain refused for one cause: mail to it rests (H12).
    DomainRefuses {
        /// The domain.
        domain: String,
        /// The cause.
        category: BounceCategory,
    },
    /// Somebody asks in words to be unsubscribed: a person has to confirm it (G8).
    UnsubscribeAsked {
        /// Who asks.
        address: EmailAddress,
        /// The record, where there is one.
        contact: Option<ContactId>,
        /// By which raw mail.
        intake: IntakeId,
    },
    /// The user's dropbox got mail that is not his, or not surely his: it waits in quarantine (B8).
    DropboxRefused {
        /// By which raw mail.
        intake: IntakeId,
        /// Why, by the code of the quarantine reason.
        reason: String,
    },
    /// Gmail asks whether it may forward the user's mail to us (A16). We never answer for him.
    ForwardingConfirmation {
        /// By which raw mail.
        intake: IntakeId,
        /// The code to type in there.
        code: Option<String>,
        /// The link to open.
        link: Option<String>,
    },
}

impl Notice {
    /// A notice of something that happened at `at`; `bits` are the same for the same thing.
    pub fn new(
        tenant: TenantId,
        owner: Option<UserId>,
        (at, bits): (Timestamp, u128),
        matter: Matter,
    ) -> Self {
        let id = NoticeId::from_parts(at, bits);
        Self { id, tenant, owner, matter, created_at: at, read_at: None, dismissed_at: None }
    }
}

impl Matter {
    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complaint { .. } => "complaint",
            Self::DomainRefuses { .. } => "domain_refuses",
            Self::UnsubscribeAsked { .. } => "unsubscribe_asked",
            Self::DropboxRefused { .. } => "dropbox_refused",
            Self::ForwardingConfirmation { .. } => "forwarding_confirmation",
        }
    }

    /// What happened, in one sentence without anybody's words.
    pub fn subject(&self) -> &'static str {
        match self {
            Self::Complaint { .. } => "A recipient complained about our mail.",
            Self::DomainRefuses { .. } => "Many recipients of a domain refused our mail.",
            Self::UnsubscribeAsked { .. } => "Somebody asks in words to be unsubscribed.",
            Self::DropboxRefused { .. } => "Mail to your dropbox waits in quarantine.",
            Self::ForwardingConfirmation { .. } => "Gmail asks whether it may forward your mail.",
        }
    }

    /// Why, as a code or word, where there is one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Complaint { feedback_type, .. } => feedback_type.as_deref(),
            Self::DomainRefuses { category, .. } => Some(category.key()),
            Self::DropboxRefused { reason, .. } => Some(reason),
            Self::UnsubscribeAsked { .. } | Self::ForwardingConfirmation { .. } => None,
        }
    }

    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Complaint { .. } => "no mail goes to the address any more; let this person rest",
            Self::DomainRefuses { .. } => "mail to the domain rests for now; see why it came back",
            Self::UnsubscribeAsked { .. } => "read the mail; if it asks that, confirm the notice",
            Self::DropboxRefused { .. } => {
                "verify the address you write from, or ask an administrator to release the mail"
            }
            Self::ForwardingConfirmation { .. } => {
                "if it was you who asked: type the code in there, or open the link"
            }
        }
    }
}
