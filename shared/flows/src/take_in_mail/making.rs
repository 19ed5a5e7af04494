//! What is looked at before mail makes a record (B9): read only where one is to be made, so mail of
//! known people does not pay for it.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::limits;
use domain::message::Party;
use domain::organization_domain::organization_domain;
use domain::route::DomainClaim;
use store::organizations::{self, OrganizationClaim};
use store::suppressions::{self, Asked};
use store::table::{self, TableFault};
use store::{item, keys};

use super::filing_rules::{FilingRules, Makes};
use crate::ports::Records;

/// What is known of those who may get a record.
#[derive(Clone, Debug, Default)]
pub(super) struct Making {
    /// Those who get none: of a domain of our own, or suppressed.
    barred: BTreeSet<EmailAddress>,
    /// The accounts of their domains.
    pub organizations: BTreeMap<String, OrganizationClaim>,
    /// Whether the transaction has room for few records only.
    is_short_of_room: bool,
}

impl Making {
    /// The same, where the transaction has no room for everybody.
    pub(super) fn short_of_room(self) -> Self {
        Self { is_short_of_room: true, ..self }
    }

    /// How many records are made at most.
    pub(super) fn most(&self) -> usize {
        if self.is_short_of_room { limits::RECORDS_MADE_AT_LEAST } else { limits::RECORDS_MADE_MAX }
    }

    /// How many records the mail is linked to at most.
    pub(super) fn most_links(&self) -> usize {
        if self.is_short_of_room { limits::LINKS_AT_LEAST } else { limits::CONTACT_LINKS_MAX }
    }

    /// Whether nothing is known against a record of this address.
    pub(super) fn allows(&self, address: &EmailAddress) -> bool {
        !self.barred.contains(address)
    }
}

/// Reads it, all at once.
pub(super) async fn read(
    records: &Records,
    tenant: TenantId,
    candidates: &[&Party],
    rules: &FilingRules,
) -> Result<Making, TableFault> {
    let mut making = Making::default();
    if candidates.is_empty() {
        return Ok(making);
    }
    let addresses: Vec<&EmailAddress> = candidates.iter().map(|party| &party.address).collect();
    let domains: BTreeSet<&str> = addresses.iter().map(|address| address.domain()).collect();
    let organizations: BTreeSet<&str> =
        addresses.iter().filter_map(|address| organization_domain(address)).collect();
    let own_key = |domain: &str| keys::domain_claim(domain).key;
    let organization_key = |domain: &str| organizations::key(tenant, domain);
    let mut wanted: BTreeSet<_> = domains.iter().map(|domain| own_key(domain)).collect();
    wanted.extend(organizations.iter().map(|domain| organization_key(domain)));
    // Whoever the way in makes a record of gets it, suppressed or not: it is no mail to him.
    let asked: Vec<Asked> = addresses
        .iter()
        .filter(|_| rules.makes == Makes::AsSettings)
        .map(|address| Asked::one_off(EmailAddress::clone(address)))
        .collect();
    let table = records.table.as_ref();
    let now = records.clock.now();
    let (got, blocked) = futures::try_join!(
        table::get_all(table, &wanted),
        suppressions::blocking(table, tenant, &records.hasher, &asked, now),
    )?;
    making.barred.extend(blocked.into_keys());
    for address in addresses {
        let found = got.items.get(&own_key(address.domain())).cloned();
        let claim: Option<DomainClaim> = found.map(item::from_item).transpose()?;
        if claim.is_some_and(|claim| claim.tenant == tenant) {
            making.barred.insert(address.clone());
        }
    }
    for domain in organizations {
        if let Some(found) = got.items.get(&organization_key(domain)).cloned() {
            making.organizations.insert(domain.to_owned(), item::from_item(found)?);
        }
    }
    Ok(making)
}
