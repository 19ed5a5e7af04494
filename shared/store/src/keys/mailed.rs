//! Keys of when addresses were last mailed.

use domain::ids::TenantId;

use super::{ItemKeys, delivery_table, only};

/// When an address was last mailed; `address_hash` is its keyed hash.
pub fn mailed_address(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(delivery_table(format!("TENANT#{tenant}#MAILED#{address_hash}"), "MAILED"))
}
