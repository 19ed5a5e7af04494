//! What the functions share at their edge: the cold start, the ways from events to flows, and from
//! errors to answers.

pub mod backend;
pub mod batch;
pub mod http;
pub mod settings;
pub mod start;
