//! Keys of bulletins.

use domain::ids::TenantId;

use super::{ItemKeys, crm};

/// A bulletin; index 1 lists those that wait.
pub fn bulletin(tenant: TenantId, subject_id: &str, waits: bool) -> ItemKeys {
    ItemKeys {
        key: crm(format!("TENANT#{tenant}#BULLETIN#{subject_id}"), "BULLETIN"),
        gsi1: waits.then(|| (waiting_bulletins_of(tenant), subject_id.to_owned())),
        gsi2: None,
    }
}

/// Index partition of a tenant's bulletins that wait.
pub fn waiting_bulletins_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#BULLETINS_WAITING")
}
