//! How far the hand-over of a mail to the provider has come. A provider has no idempotency key, so the
//! hand-over is begun by one worker once; where that worker's answer was lost nobody knows whether the
//! mail went out until an event tells.

use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, ThreadId};
use crate::send::Stopped;
use crate::timestamp::Timestamp;

/// The hand-over of one mail to all its recipients. Its facts are set once, but `begun_at`, which goes
/// again where the provider surely took nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    /// The mail.
    pub message: MessageId,
    /// Its conversation: answers to the provider's id of the mail belong there.
    pub thread: ThreadId,
    /// When it was written.
    pub queued_at: Timestamp,
    /// When a worker last began to hand it over.
    pub begun_at: Option<Timestamp>,
    /// The provider's id of the mail, once it took it.
    pub provider_id: Option<String>,
    /// That the provider refused it for good, or that nobody was left to send it to.
    pub refused: Option<Stopped>,
}

/// Where a hand-over stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOverState {
    /// Nobody has begun.
    Queued,
    /// A worker has begun, and its answer is not here: it may have gone out.
    Begun(Timestamp),
    /// The provider has it, under this id.
    Accepted(String),
    /// It never goes out.
    Refused(Stopped),
}

impl HandOver {
    /// One that nobody has begun.
    pub fn queued(message: MessageId, thread: ThreadId, at: Timestamp) -> Self {
        Self { message, thread, queued_at: at, begun_at: None, provider_id: None, refused: None }
    }

    /// Where it stands.
    pub fn state(&self) -> HandOverState {
        match (&self.provider_id, &self.refused, self.begun_at) {
            (Some(id), _, _) => HandOverState::Accepted(id.clone()),
            (None, Some(refused), _) => HandOverState::Refused(refused.clone()),
            (None, None, Some(at)) => HandOverState::Begun(at),
            (None, None, None) => HandOverState::Queued,
        }
    }
}
