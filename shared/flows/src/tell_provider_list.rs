//! Puts on the provider's suppression list what we learned by mail: the provider lists by itself only
//! what it saw itself. Until then our own blocks stop the mail.
//!
//! What is to be told was noted with the block. A note goes when the provider has been told, so who
//! dies between tells it twice, which changes nothing.

use domain::ids::TenantId;
use domain::limits::PROVIDER_LISTINGS_MAX;
use domain::suppression::SuppressionScope;
use store::provider_list::{self, Listing};
use store::suppressions;
use store::table::WriteError;

use crate::error::FlowError;
use crate::ports::{ListedFor, Records, SuppressionList};

/// Tells the provider what is noted for a tenant, some of it where there is much. Answers how many
/// addresses were told.
///
/// # Errors
/// Faults of the table, and the provider's: what is left is told by the next run.
pub async fn tell_provider_list(
    records: &Records,
    list: &dyn SuppressionList,
    tenant: TenantId,
) -> Result<u64, FlowError> {
    let table = records.table.as_ref();
    let mut told = 0;
    for listing in provider_list::waiting(table, tenant, PROVIDER_LISTINGS_MAX).await? {
        if holds(records, tenant, &listing).await? {
            let complained = listing.scope == SuppressionScope::Global;
            let listed_for = if complained { ListedFor::Complaint } else { ListedFor::Bounce };
            list.put(&listing.address, listed_for).await?;
            // Who lifted it at this moment took it off the list before we put it there.
            if !holds(records, tenant, &listing).await? {
                list.delete(&listing.address).await?;
            }
            told += 1;
        }
        match table.write(provider_list::forget(tenant, &records.hasher, &listing)).await {
            Ok(_) | Err(WriteError::ConditionFailed(_)) => {}
            Err(WriteError::Fault(fault)) => return Err(fault.into()),
        }
    }
    Ok(told)
}

/// Whether the block stands that the note came with.
async fn holds(records: &Records, tenant: TenantId, listing: &Listing) -> Result<bool, FlowError> {
    let (table, hasher) = (records.table.as_ref(), &records.hasher);
    let block = suppressions::get(table, tenant, hasher, listing.scope, &listing.address).await?;
    let now = records.clock.now();
    Ok(block.is_some_and(|block| block.holds(now)))
}
