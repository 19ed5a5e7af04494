//! Bounds of what we remember of whom we mailed, and of who refused it.

use std::time::Duration;

/// How long after we mailed an address a mail that comes back and names nothing of ours is believed of
/// it: servers give up within five days (RFC 5321 section 4.5.4.1), some tell it weeks later.
pub const MAILED_LATELY: Duration = Duration::from_secs(30 * 86_400);
/// How long the refusals of a domain's recipients are kept: late events of their day still find them.
pub const DOMAIN_REFUSALS_LIFE: Duration = Duration::from_secs(30 * 86_400);
