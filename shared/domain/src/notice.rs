//! What people should know of without having asked: a complaint, a domain that refuses us.

use serde::{Deserialize, Serialize};

use crate::bounce_category::BounceCategory;
use crate::email_address::EmailAddress;
use crate::ids::{ContactId, NoticeId, TenantId, UserId};
use crate::send::SendPlace;
use crate::timestamp::Timestamp;

/// A notice to the people of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Its id, derived from what happened: the same event told twice makes one notice.
    pub id: NoticeId,
    /// Whose.
    pub tenant: TenantId,
    /// When it happened.
    pub at: Timestamp,
    /// The user it concerns most; none for all administrators.
    pub owner: Option<UserId>,
    /// What happened.
    pub matter: Matter,
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
    },
}
