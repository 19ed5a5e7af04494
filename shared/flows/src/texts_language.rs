//! In which language our own texts are shown: the tenant's.

use domain::ids::TenantId;
use domain::language::Language;
use store::table::TableFault;
use store::tenants;

use crate::ports::Records;

/// The language of the tenant's settings.
///
/// # Errors
/// Faults of the table.
pub async fn of_tenant(records: &Records, tenant: TenantId) -> Result<Language, TableFault> {
    let found = tenants::get(records.table.as_ref(), tenant).await?;
    Ok(found.map_or(Language::default(), |found| Language::of_tag(&found.settings.language)))
}
