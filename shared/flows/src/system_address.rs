//! The address that a tenant's system mail comes from.

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::route::RouteMatch;
use store::routes;
use store::table::TableFault;

use crate::ports::Records;

/// The postmaster of the domain of the tenant's oldest route, which is its own and receives mail (RFC
/// 2142); none where it has no route.
///
/// # Errors
/// Faults of the table.
pub async fn of_tenant(
    records: &Records,
    tenant: TenantId,
) -> Result<Option<EmailAddress>, TableFault> {
    let (oldest, _) = routes::list(records.table.as_ref(), tenant, 1, None).await?;
    let domain = oldest.into_iter().next().map(|route| match route.matches {
        RouteMatch::Address(address) => address.domain().to_owned(),
        RouteMatch::Domain(domain) => domain,
    });
    Ok(domain.and_then(|domain| EmailAddress::parse(&format!("postmaster@{domain}")).ok()))
}
