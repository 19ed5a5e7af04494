//! Tests of this function's edge.

mod events;
mod messages;
