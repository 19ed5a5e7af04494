//! The audit trail: entries are only ever added, in the transaction that does what they tell.

use domain::audit::AuditEntry;
use domain::ids::{RequestId, TenantId};

use crate::item;
use crate::keys;
use crate::table::{TableFault, Write};

/// The write that adds an entry. `request` tells entries of one moment apart; the functions may only
/// put items into this table, so there is no condition, which would be a read.
///
/// # Errors
/// See [`item::to_item`].
pub fn add(tenant: TenantId, request: RequestId, entry: &AuditEntry) -> Result<Write, TableFault> {
    let keys = keys::audit_entry(tenant, entry.at, request, &entry.action, &entry.subject);
    let item = item::to_item("audit_entry", &keys, entry)?;
    Ok(Write::Put { key: keys.key, item, condition: None })
}
