//! Deliveries: one mail can reach many mailboxes, and who may see it is decided by delivery.

use std::fmt;
use std::str::FromStr;

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
    /// By which raw mail that came in; none for a mail that we sent.
    pub intake: Option<IntakeId>,
}

/// What a message itself tells of one of its deliveries: enough to decide who sees the message and to
/// show where it arrived, without a read of the deliveries. Its text is
/// `<mailbox>#<owner>#<milliseconds since 1970>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arrival {
    /// Where.
    pub mailbox: MailboxId,
    /// Whose mailbox it is.
    pub owner: UserId,
    /// When.
    pub received_at: Timestamp,
}

impl From<&Delivery> for Arrival {
    fn from(delivery: &Delivery) -> Self {
        let Delivery { mailbox, owner, received_at, .. } = *delivery;
        Self { mailbox, owner, received_at }
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}#{}", self.mailbox, self.owner, self.received_at.millis())
    }
}

/// The text is no [`Arrival`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mailbox, an owner and a time with # between them")]
pub struct NotAnArrival;

impl FromStr for Arrival {
    type Err = NotAnArrival;

    fn from_str(text: &str) -> Result<Self, NotAnArrival> {
        let mut parts = text.split('#');
        let mut part = || parts.next().ok_or(NotAnArrival);
        Ok(Self {
            mailbox: part()?.parse().map_err(|_| NotAnArrival)?,
            owner: part()?.parse().map_err(|_| NotAnArrival)?,
            received_at: Timestamp::from_millis(part()?.parse().map_err(|_| NotAnArrival)?),
        })
    }
}

impl<'de> Deserialize<'de> for Arrival {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
