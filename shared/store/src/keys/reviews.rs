//! Keys of the review of blocks.

use domain::day::Day;
use domain::ids::TenantId;

use super::{ItemKeys, crm, only};

/// What the reviews of a day came to.
pub fn review(tenant: TenantId, day: Day) -> ItemKeys {
    only(crm(reviews_of(tenant), day.to_string()))
}

/// Partition of a tenant's reviews.
pub fn reviews_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#REVIEWS")
}

/// How far the pass through all tenants has come.
pub fn review_pass() -> ItemKeys {
    only(crm("STACK".to_owned(), "REVIEW_PASS"))
}
