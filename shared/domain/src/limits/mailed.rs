//! Bounds of what we remember of whom we mailed.

use std::time::Duration;

/// How long after we mailed an address a mail that comes back and names nothing of ours is believed of
/// it: servers give up within five days (RFC 5321 section 4.5.4.1), some tell it weeks later.
pub const MAILED_LATELY: Duration = Duration::from_secs(30 * 86_400);
