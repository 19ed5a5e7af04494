//! Addresses that a user writes from besides his own: what comes from them into his dropbox is his
//! (B8). Each is verified by a code that is mailed to it.

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::ids::UserId;
use crate::timestamp::Timestamp;

/// An address that a user says is his.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SenderAddress {
    /// The address.
    pub address: EmailAddress,
    /// Who says so.
    pub user: UserId,
    /// The code that is under way; none before one was asked for and after it was given back.
    pub code: Option<PendingCode>,
    /// When the code was given back.
    pub verified_at: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// A code that was mailed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCode {
    /// Hash of the code: whoever reads the table can't verify.
    pub code_hash: String,
    /// When it was mailed.
    pub sent_at: Timestamp,
    /// From when on it is refused.
    pub expires_at: Timestamp,
    /// How many wrong codes may still be tried.
    pub tries_left: u64,
}

/// Where a sender address stands (Z7: verified, click to verify, initiate verification).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderState {
    /// No good code is under way: verification is to be initiated.
    Unverified,
    /// A code is under way: it is to be given back.
    Pending,
    /// It is the user's.
    Verified,
}

impl SenderAddress {
    /// Where it stands at that moment.
    pub fn state(&self, now: Timestamp) -> SenderState {
        let under_way = |code: &PendingCode| code.expires_at > now && code.tries_left > 0;
        match (&self.verified_at, &self.code) {
            (Some(_), _) => SenderState::Verified,
            (None, Some(code)) if under_way(code) => SenderState::Pending,
            (None, _) => SenderState::Unverified,
        }
    }
}
