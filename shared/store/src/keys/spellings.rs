//! Keys of addresses that differ in their spelling alone.

use domain::ids::TenantId;

use super::{ItemKeys, crm, only};

/// Who has an address that Gmail takes for the same as others: by the hash of its form without dots.
pub fn spelling(tenant: TenantId, form_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#EMAIL#{form_hash}"), "SPELLING"))
}
