//! What adds up: the temporary bounces of an address, the refusals of a domain.

use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::domain_refusals::DomainRefusals;
use domain::ids::TenantId;
use domain::limits::DOMAIN_REFUSALS_LIFE;
use domain::temporary_bounces::TemporaryBounces;

use crate::item::{self, number};
use crate::keys;
use crate::table::{Condition, Key, TableFault, Write};

/// Primary key of the temporary bounces of an address, by its keyed hash.
pub fn address_key(tenant: TenantId, address_hash: &str) -> Key {
    keys::temporary_bounces(tenant, address_hash).key
}

/// The write that keeps the temporary bounces of an address, if the stored revision is still
/// `rev_before`; 0 where there was none.
///
/// # Errors
/// See [`item::to_item`].
pub fn put_address(
    tenant: TenantId,
    address_hash: &str,
    bounces: &TemporaryBounces,
    rev_before: u64,
) -> Result<Write, TableFault> {
    let keys = keys::temporary_bounces(tenant, address_hash);
    let item = item::to_item("temporary_bounces", &keys, bounces)?;
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged(rev_before)) })
}

/// Primary key of the refusals of a domain for a category on a day.
pub fn domain_key(tenant: TenantId, domain: &str, category: BounceCategory, day: Day) -> Key {
    keys::domain_refusals(tenant, domain, category.key(), day).key
}

/// The write that keeps the refusals of a domain on a day, if the stored revision is still
/// `rev_before`; 0 where there was none.
///
/// # Errors
/// See [`item::to_item`].
pub fn put_domain(
    tenant: TenantId,
    (domain, category, day): (&str, BounceCategory, Day),
    refusals: &DomainRefusals,
    rev_before: u64,
) -> Result<Write, TableFault> {
    let keys = keys::domain_refusals(tenant, domain, category.key(), day);
    let mut item = item::to_item("domain_refusals", &keys, refusals)?;
    item::expire(&mut item, day.end().plus(DOMAIN_REFUSALS_LIFE));
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged(rev_before)) })
}

fn unchanged(rev_before: u64) -> Condition {
    match rev_before {
        0 => Condition::Absent,
        rev => Condition::Equals("rev", number(rev)),
    }
}
