//! What the functions share at their edge: the ways from events to flows and from errors to answers.

pub mod http;
