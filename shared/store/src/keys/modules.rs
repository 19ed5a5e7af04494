//! Keys of modules.

use domain::contact::ContactKind;
use domain::ids::TenantId;

use super::{ItemKeys, crm, only};

/// A module, in the tenant's own partition: all are read with one query.
pub fn module(tenant: TenantId, kind: ContactKind) -> ItemKeys {
    only(crm(modules_partition(tenant), format!("{MODULE}{kind}")))
}

/// A module as it was at a revision.
pub fn module_version(tenant: TenantId, kind: ContactKind, rev: u64) -> ItemKeys {
    let sort = format!("{}{rev:012}", module_versions(kind));
    only(crm(modules_partition(tenant), sort))
}

/// What sort keys of a module's versions start with.
pub fn module_versions(kind: ContactKind) -> String {
    format!("MODULE_VERSION#{kind}#")
}

/// Partition of a tenant's modules.
pub fn modules_partition(tenant: TenantId) -> String {
    format!("TENANT#{tenant}")
}

/// What sort keys of modules start with.
pub const MODULE: &str = "MODULE#";
