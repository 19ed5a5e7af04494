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
/// Mail exchangers of a domain that are asked for an address: one that has one is enough.
pub const EXCHANGERS_ASKED_MAX: usize = 3;
/// Records that an SPF record of ours may lead to (RFC 7208 section 4.6.4).
pub const SPF_LOOKUPS_MAX: usize = 10;
/// Questions to the DNS that fail one after another before a run asks no more: then it is the way
/// there, and each look at a domain costs up to 20 seconds: what a run does after its time stays within
/// the function's limit.
pub const DNS_FAILURES_MAX: u32 = 4;
/// When a block is looked at again of which the DNS said nothing: name servers of dead domains are
/// silent for days.
pub const REVIEW_RETRY: Duration = Duration::from_secs(86_400);
/// How long one question to the DNS may take, with its second try.
pub const DNS_TIME: Duration = Duration::from_secs(5);
/// How long one try of a question may take.
pub const DNS_TRY_TIME: Duration = Duration::from_secs(2);
/// Longest that an answer of the DNS is kept, whatever it says itself: a run takes minutes, and the
/// next one asks anew.
pub const DNS_TTL_MAX: Duration = Duration::from_secs(300);
/// Answers of the DNS that are kept: a few for each domain of a run.
pub const DNS_CACHE_MAX: u64 = 1_024;
/// Entries of one page of the provider's list (ListSuppressedDestinations takes up to 1,000): as many
/// keys as one batch read takes.
pub const PROVIDER_LIST_PAGE: i32 = 100;
/// Pages of the provider's list that one run takes in: each costs a batch read a tenant.
pub const PROVIDER_LIST_PAGES_MAX: u32 = 10;
/// How far a pass through the provider's list goes back behind the beginning of the one before: what
/// was listed meanwhile is seen twice rather than never.
pub const PROVIDER_LIST_OVERLAP: Duration = Duration::from_secs(86_400);
/// Addresses of a tenant that one run puts on the provider's list: SES takes few calls a second.
pub const PROVIDER_LISTINGS_MAX: u32 = 100;
/// Bulletins of a tenant that one run sends: each is an incident.
pub const BULLETINS_STEP: u32 = 20;
/// Most administrators that a bulletin goes to: SES takes 50 recipients a mail.
pub const BULLETIN_READERS_MAX: usize = 50;
/// Users of a page that is read for the administrators among them.
pub const USERS_PAGE: u32 = 100;
/// How long a bulletin is kept, so that it is told once: longer than what it tells of is told again.
pub const BULLETIN_LIFE: Duration = Duration::from_secs(396 * 86_400);
