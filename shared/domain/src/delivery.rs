//! Deliveries: one mail can reach many mailboxes, and who may see it is decided by delivery.

use serde::{Deserialize, Serialize};

use crate::ids::{IntakeId, MailboxId, MessageId, UserId};
use crate::timestamp::Timestamp;

/// The arrival of a message in one mailbox (B3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What arrived.
    pub message: MessageId,
    /// Where.
    pub mailbox: MailboxId,
    /// Whose mailbox it is.
    pub owner: UserId,
    /// When.
    pub received_at: Timestamp,
    /// By which raw mail.
    pub intake: IntakeId,
}
