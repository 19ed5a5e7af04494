//! Which addresses and domains are not mailed: lists, and what holds of one address.

use std::collections::{BTreeMap, BTreeSet};

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::contact::Contact;
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::TenantId;
use domain::permission::{Allowed, ReadBlocks};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::suppression_id::SuppressionId;
use domain::timestamp::Timestamp;
use store::table::{Table, TableFault};
use store::{blocks, suppressions};

use crate::error::FlowError;
use crate::paging::{self, Listed, Wish};
use crate::ports::Records;
use crate::{text_rules, unblock_targets};

/// Which blocks a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BlockFilter {
    /// Only this type; both where it is none.
    pub permanence: Option<Permanence>,
    /// Only blocks for this.
    pub class: Option<BlockClass>,
    /// Only this scope, by its name.
    pub scope: Option<&'static str>,
}

/// What a block is for: a bounce category, or another cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockClass {
    /// Bounces of this category.
    Category(BounceCategory),
    /// What is no bounce.
    Cause(SuppressionCause),
}

impl BlockClass {
    /// Its name in indexes and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Category(category) => category.key(),
            Self::Cause(cause) => cause.name(),
        }
    }

    /// The class of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        let category = name.parse().ok().map(Self::Category);
        let mut causes = SuppressionCause::ALL.iter().copied();
        category.or_else(|| causes.find(|cause| cause.name() == name).map(Self::Cause))
    }
}

/// One page of the blocks that hold, the newest first; of one category or cause those first whose
/// review is due first. A page may be shorter than wished for: what has ended by itself is left out.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadBlocks>,
    filter: BlockFilter,
    wish: Wish,
) -> Result<Listed<Suppression>, FlowError> {
    let now = records.clock.now();
    let listed = page(records.table.as_ref(), allowed.tenant(), filter, wish).await?;
    let shown = |block: &Suppression| {
        block.holds(now)
            && filter.permanence.is_none_or(|wanted| wanted == block.permanence)
            && filter.scope.is_none_or(|wanted| wanted == block.scope.name())
    };
    Ok(Listed { items: listed.items.into_iter().filter(shown).collect(), next: listed.next })
}

/// One page of an index, what no longer holds included.
pub(crate) async fn page(
    table: &dyn Table,
    tenant: TenantId,
    filter: BlockFilter,
    wish: Wish,
) -> Result<Listed<Suppression>, TableFault> {
    if let Some(class) = filter.class {
        let Wish { limit, after } = wish;
        let of_it = suppressions::of_category(table, tenant, class.name(), None, limit, after);
        return Ok(of_it.await?.into());
    }
    let types = filter
        .permanence
        .map_or(vec![Permanence::Permanent, Permanence::Temporary], |permanence| vec![permanence]);
    let parts = types.into_iter().map(|permanence| (type_name(permanence).to_owned(), permanence));
    paging::through(parts.collect(), wish, |permanence, wish: Wish| async move {
        let page = suppressions::of_type(table, tenant, permanence, wish.limit, wish.after);
        Ok(page.await?.into())
    })
    .await
}

/// The name of a type in the API.
pub fn type_name(permanence: Permanence) -> &'static str {
    match permanence {
        Permanence::Temporary => "temporary",
        Permanence::Permanent => "permanent",
    }
}

/// The blocks that hold of one address, the widest first, its domain's included.
///
/// # Errors
/// `address_invalid`, faults of the table.
pub async fn look_up(
    records: &Records,
    allowed: &Allowed<ReadBlocks>,
    email: &str,
) -> Result<Vec<Suppression>, FlowError> {
    let address = text_rules::address("email", email)?;
    let tenant = allowed.tenant();
    let mut ids = unblock_targets::ids_of(&records.hasher, &address);
    let subject = address.domain().to_owned();
    ids.push(SuppressionId { scope: SuppressionScope::Domain, subject });
    let wanted = ids.iter().cloned().collect();
    let mut found = blocks::of_ids(records.table.as_ref(), tenant, &wanted).await?;
    let now = records.clock.now();
    let in_order = ids.iter().filter_map(|id| found.remove(id));
    Ok(in_order.filter(|block| block.holds(now)).collect())
}

/// What stops mail to each of these addresses now, the leading block first; an address that nothing
/// stops is not in it. One batch read for each 33 addresses.
///
/// # Errors
/// Faults of the table.
pub async fn of_addresses(
    table: &dyn Table,
    hasher: &KeyedHasher,
    tenant: TenantId,
    addresses: &BTreeSet<&EmailAddress>,
    now: Timestamp,
) -> Result<BTreeMap<EmailAddress, Vec<Suppression>>, TableFault> {
    let ids: BTreeMap<&EmailAddress, Vec<SuppressionId>> = addresses
        .iter()
        .map(|address| (*address, unblock_targets::ids_of(hasher, address)))
        .collect();
    let all: BTreeSet<SuppressionId> = ids.values().flatten().cloned().collect();
    if all.is_empty() {
        return Ok(BTreeMap::new());
    }
    let found = blocks::of_ids(table, tenant, &all).await?;
    let mut holding = BTreeMap::new();
    for (address, ids) in ids {
        let of_it = ids.iter().filter_map(|id| found.get(id)).filter(|block| block.holds(now));
        let of_it: Vec<Suppression> = of_it.cloned().collect();
        if !of_it.is_empty() {
            holding.insert(address.clone(), of_it);
        }
    }
    Ok(holding)
}

/// What stops mail to the addresses of these contacts: see [`of_addresses`].
///
/// # Errors
/// Faults of the table.
pub async fn of_contacts(
    records: &Records,
    tenant: TenantId,
    contacts: &[Contact],
) -> Result<BTreeMap<EmailAddress, Vec<Suppression>>, FlowError> {
    let addresses = contacts.iter().flat_map(|contact| &contact.addresses).collect();
    let now = records.clock.now();
    let table = records.table.as_ref();
    Ok(of_addresses(table, &records.hasher, tenant, &addresses, now).await?)
}
