//! What the schedule sends.

use serde::Deserialize;

/// That it is time. What else the event says is of no use here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Tick {}
