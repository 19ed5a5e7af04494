//! Keys of what bounds our automatic answers.

use domain::ids::TenantId;

use super::{ItemKeys, delivery_table, only};

/// When a sender was last answered by a program of ours.
pub fn answered_sender(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(delivery_table(format!("TENANT#{tenant}#AUTO_ANSWER#{address_hash}"), "SENDER"))
}

/// The token bucket of a sender's domain; `domain_hash` is its keyed hash.
pub fn answered_domain(tenant: TenantId, domain_hash: &str) -> ItemKeys {
    only(delivery_table(format!("TENANT#{tenant}#AUTO_ANSWER#{domain_hash}"), "DOMAIN"))
}
