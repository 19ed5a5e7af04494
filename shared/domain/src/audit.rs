//! The audit trail: who did what to which thing, append only.

use serde::{Deserialize, Serialize};

use crate::ids::{RequestId, UserId};
use crate::timestamp::Timestamp;

/// One entry of the trail. It names things by id, never by address or text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who; none for the stack's own set-up.
    pub user: Option<UserId>,
    /// What was done, as `noun.verb`: `user.created`.
    pub action: String,
    /// The id of the thing.
    pub subject: String,
    /// The request that did it.
    pub request: Option<RequestId>,
}
