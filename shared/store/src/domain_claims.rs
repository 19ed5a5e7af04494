//! Which tenant the mail of a domain comes in for: one in the whole stack.

use domain::ids::TenantId;
use domain::route::DomainClaim;

use crate::item;
use crate::keys;
use crate::table::{Table, TableFault, Write};

/// The write that claims a domain nobody has claimed. `claim.domain` is in normal form.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(claim: &DomainClaim) -> Result<Write, TableFault> {
    item::create("domain_claim", keys::domain_claim(&claim.domain), claim)
}

/// Who has a domain, given in normal form.
///
/// # Errors
/// A fault of the table.
pub async fn holder(table: &dyn Table, domain: &str) -> Result<Option<TenantId>, TableFault> {
    let got = table.get(&keys::domain_claim(domain).key).await?;
    let claim: Option<DomainClaim> = got.item.map(item::from_item).transpose()?;
    Ok(claim.map(|claim| claim.tenant))
}
