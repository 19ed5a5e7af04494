//! Keys of what keeps the provider's suppression list and ours in step.

use domain::ids::TenantId;

use super::{ItemKeys, crm, only};

/// An address that the provider's list has still to be told.
pub fn provider_listing(tenant: TenantId, scope: &str, address_hash: &str) -> ItemKeys {
    only(crm(provider_listings_of(tenant), format!("{scope}#{address_hash}")))
}

/// Partition of what the provider has still to be told for a tenant.
pub fn provider_listings_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#PROVIDER_LISTINGS")
}

/// How far the pass through the provider's list has come.
pub fn provider_list_pass() -> ItemKeys {
    only(crm("STACK".to_owned(), "PROVIDER_LIST_PASS"))
}
