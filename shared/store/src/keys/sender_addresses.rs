//! Keys of the addresses that a user writes from.

use domain::ids::{TenantId, UserId};

use super::{ItemKeys, crm, only};

/// An address that a user says is his, verified or not yet.
pub fn sender_address(tenant: TenantId, user: UserId, address_hash: &str) -> ItemKeys {
    only(crm(sender_addresses_of(tenant, user), format!("{SENDER_ADDRESS}{address_hash}")))
}

/// Partition of a user's sender addresses.
pub fn sender_addresses_of(tenant: TenantId, user: UserId) -> String {
    format!("TENANT#{tenant}#USER#{user}")
}

/// What sort keys of sender addresses start with.
pub const SENDER_ADDRESS: &str = "SENDER_ADDRESS#";

/// The claim that makes a verified address one user's of the tenant.
pub fn sender_claim(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#EMAIL#{address_hash}"), "SENDER"))
}
