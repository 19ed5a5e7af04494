//! The contacts with a blocked address (S4.4, H5): by the index of blocks, never by a scan of contacts.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use domain::bounce::Permanence;
use domain::contact::Contact;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, TenantId};
use domain::permission::{Allowed, ReadBlocks, ReadContacts};
use domain::suppression::{Suppression, SuppressionScope};
use domain::suppression_id::SuppressionId;
use domain::timestamp::Timestamp;
use store::{blocks, contacts};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::show_blocks::{self, BlockFilter};

/// A contact with what stops mail to its addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactBlocks {
    /// The contact.
    pub contact: Contact,
    /// The blocks that hold, by address; an address that nothing stops is not in it.
    pub blocks: BTreeMap<EmailAddress, Vec<Suppression>>,
}

/// What stops mail to the addresses of one contact: one batch read beside the contact's own.
///
/// # Errors
/// `not_found`, faults of the table.
pub async fn of_contact(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    _sees_blocks: &Allowed<ReadBlocks>,
    id: ContactId,
) -> Result<ContactBlocks, FlowError> {
    let tenant = allowed.tenant();
    let found = contacts::get(records.table.as_ref(), tenant, id).await?;
    let contact = found.ok_or_else(FlowError::not_found)?;
    let blocks = show_blocks::of_contacts(records, tenant, std::slice::from_ref(&contact)).await?;
    Ok(ContactBlocks { contact, blocks })
}

/// One page of the contacts with an address that is blocked so: each contact once, where the first of
/// its blocks stands in the list of blocks. A page may be shorter than wished for.
///
/// Costs a query or two, and three batch reads for each hundred addresses.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    _sees_blocks: &Allowed<ReadBlocks>,
    filter: BlockFilter,
    wish: Wish,
) -> Result<Listed<ContactBlocks>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let now = records.clock.now();
    // 1 the blocks, and whose the addresses are now
    let page = show_blocks::page(table, tenant, filter, wish).await?;
    let shown: Vec<Suppression> =
        page.items.into_iter().filter(|block| matches(block, filter, now)).collect();
    let hashes: BTreeSet<String> =
        shown.iter().filter_map(|block| block.address_hash.clone()).collect();
    if hashes.is_empty() {
        return Ok(Listed { items: Vec::new(), next: page.next });
    }
    let holders = blocks::holders(table, tenant, &hashes).await?;
    // 2 the contacts, and all that stops mail to them
    let ids: BTreeSet<ContactId> = holders.values().copied().collect();
    let found = blocks::contacts(table, tenant, &ids).await?;
    let all: Vec<Contact> = found.values().cloned().collect();
    let held = show_blocks::of_contacts(records, tenant, &all).await?;
    // 3 each contact at the first of its blocks
    let mut items = Vec::new();
    for block in shown {
        let holder = block.address_hash.as_ref().and_then(|hash| holders.get(hash));
        let Some(contact) = holder.and_then(|id| found.get(id)) else { continue };
        let blocks = of_addresses(&held, contact);
        let own = blocks.values().flatten().filter(|block| matches(block, filter, now));
        let first = own.min_by_key(|block| place(tenant, filter, block));
        if first.is_some_and(|first| SuppressionId::of(first) == SuppressionId::of(&block)) {
            items.push(ContactBlocks { contact: contact.clone(), blocks });
        }
    }
    Ok(Listed { items, next: page.next })
}

fn of_addresses(
    held: &BTreeMap<EmailAddress, Vec<Suppression>>,
    contact: &Contact,
) -> BTreeMap<EmailAddress, Vec<Suppression>> {
    let own = contact.addresses.iter().filter_map(|address| held.get_key_value(address));
    own.map(|(address, blocks)| (address.clone(), blocks.clone())).collect()
}

/// Whether a block stops all mail of the tenant to an address, now, and is one of those wished for.
fn matches(block: &Suppression, filter: BlockFilter, now: Timestamp) -> bool {
    let whole_address = match block.scope {
        SuppressionScope::Global | SuppressionScope::Tenant | SuppressionScope::Bounces => true,
        SuppressionScope::List(_) | SuppressionScope::Campaign(_) | SuppressionScope::Domain => {
            false
        }
    };
    let class = block.category.map_or(block.cause.name(), |category| category.key());
    whole_address
        && block.holds(now)
        && filter.permanence.is_none_or(|wanted| wanted == block.permanence)
        && filter.class.is_none_or(|wanted| wanted.name() == class)
}

/// Where a block stands in the list that the filter reads.
fn place(tenant: TenantId, filter: BlockFilter, block: &Suppression) -> impl Ord + use<> {
    let key = blocks::key(tenant, &SuppressionId::of(block));
    let end = (key.pk, key.sk);
    if filter.class.is_some() {
        // By the time of the review.
        (false, Some((block.review_at, end)), None)
    } else {
        // The permanent ones first, the newest of each first.
        let temporary = block.permanence == Permanence::Temporary;
        (temporary, None, Some(Reverse((block.blocked_at, end))))
    }
}
