//! The nouns of Mailroom: identifiers, addresses, records and limits.
//!
//! Architecture invariant: this crate does no IO, reads no clock and draws no randomness. Time and
//! ids come in as values, so every rule here can be tested with a literal.

pub mod email_address;
pub mod ids;
pub mod timestamp;
