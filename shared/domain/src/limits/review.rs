//! Bounds of alerts about rates and of the review of blocks.

use std::time::Duration;

/// Blocks that a review lifts for a tenant in a day and that held until then: each is an address that
/// is mailed on trial, and a few that come back must not make a rate.
pub const REVIEW_PROBES_MAX: u64 = 40;
/// Most blocks that each list of a review's report names: with domains of full length the item stays
/// under 32 KB.
pub const REVIEW_LINES_MAX: usize = 40;
/// Blocks of one step of a review: each is two writes of a transaction at most.
pub const REVIEW_STEP: u32 = 25;
/// Tenants that a pass reads at once.
pub const REVIEW_TENANTS_STEP: u32 = 25;
/// How long a run goes on before it leaves the rest to the next: the function's time limit is 300 s,
/// and one step of a tenant takes seconds.
pub const REVIEW_TIME: Duration = Duration::from_secs(200);
/// Most campaigns of a tenant whose rates are watched at once: those with most mail of a week.
pub const WATCHED_CAMPAIGNS_MAX: usize = 200;
/// Open alerts that one look at the rates reads, to end those of campaigns that send no more.
pub const OPEN_ALERTS_READ_MAX: u32 = 200;
