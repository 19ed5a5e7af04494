//! The verbs of Mailroom: one file per flow, free functions over ports that read as numbered steps.
//!
//! Architecture invariant: no SDK and no event JSON here. Clock, ids and randomness come in through
//! the ports, so a test can run a whole system in one thread from a seed.

pub mod attachment_key;
pub mod cut;
pub mod error;
pub mod ports;
