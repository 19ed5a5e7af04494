//! Where the ids of new things come from.

use domain::timestamp::Timestamp;

use crate::ports::Records;

/// A moment and 128 bits: what the ids of the things that one request makes are built from. The same
/// origin gives the same ids, so a request that is repeated after an answer was lost makes the same
/// thing, and its conditional writes find that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// When the request first came.
    pub at: Timestamp,
    /// Bits that nobody can guess.
    pub bits: u128,
}

impl Origin {
    /// A new one.
    pub fn fresh(records: &Records) -> Self {
        Self { at: records.clock.now(), bits: records.fresh_bits() }
    }
}
