//! A request to lift permanent blocks: one administrator opens it, another confirms it (H6).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{UnblockRequestId, UserId};
use crate::suppression_id::SuppressionId;
use crate::timestamp::Timestamp;

/// A request to lift permanent blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnblockRequest {
    /// Its id.
    pub id: UnblockRequestId,
    /// The blocks, at most [`crate::limits::UNBLOCK_REQUEST_BLOCKS_MAX`].
    pub blocks: BTreeSet<SuppressionId>,
    /// Why they may be lifted, in the words of who opened it.
    pub reason: String,
    /// Who opened it.
    pub opened_by: UserId,
    /// When.
    pub opened_at: Timestamp,
    /// Until when it can be confirmed.
    pub open_until: Timestamp,
    /// What became of it; none while it is open.
    pub decision: Option<Decision>,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Confirmed or withdrawn.
    pub outcome: DecisionOutcome,
    /// Who decided.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// Why, in his words.
    pub reason: String,
    /// Which of the blocks were lifted.
    pub lifted: BTreeSet<SuppressionId>,
}

/// How a request was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionOutcome {
    /// A second administrator confirmed it.
    Confirmed,
    /// It was taken back.
    Withdrawn,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnblockRequestState {
    /// It waits for a second administrator.
    Open,
    /// It was confirmed.
    Confirmed,
    /// It was taken back.
    Withdrawn,
    /// Nobody confirmed it in time.
    Expired,
}

impl UnblockRequestState {
    /// Every state.
    pub const ALL: &'static [Self] = &[Self::Open, Self::Confirmed, Self::Withdrawn, Self::Expired];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }
}

impl UnblockRequest {
    /// Where it stands.
    pub fn state(&self, now: Timestamp) -> UnblockRequestState {
        match &self.decision {
            Some(decision) => match decision.outcome {
                DecisionOutcome::Confirmed => UnblockRequestState::Confirmed,
                DecisionOutcome::Withdrawn => UnblockRequestState::Withdrawn,
            },
            None if now < self.open_until => UnblockRequestState::Open,
            None => UnblockRequestState::Expired,
        }
    }
}
