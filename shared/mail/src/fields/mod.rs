//! The values of header fields: addresses, dates, identifiers.

pub mod addresses;
pub mod date;
pub mod ids;
