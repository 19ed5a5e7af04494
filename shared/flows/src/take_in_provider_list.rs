//! Takes in what the provider's suppression list has and we do not know: addresses that an operator put
//! there, and events that were lost.
//!
//! The list is the account's, so an entry speaks to every tenant that has a record of the address; one
//! without learns of it by the event of its first mail. The first pass goes through the whole list, the
//! later ones through what came since; each run takes a bounded number of pages and a mark tells where
//! the next goes on.

use std::collections::BTreeMap;

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, TenantId};
use domain::limits::{PROVIDER_LIST_OVERLAP, PROVIDER_LIST_PAGES_MAX, REVIEW_TENANTS_STEP};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use store::provider_list::{self, ListPass};
use store::suppressions::{self, Blocked};
use store::table::{self, WriteError};
use store::{contacts, item, tenants};
use tracing::warn;

use crate::error::FlowError;
use crate::ports::{Listed, ListedFor, Records, SuppressionList};

/// Goes on with the pass. Answers how many blocks are new.
///
/// # Errors
/// Faults of the table, and the provider's: the next run goes on from the last page.
pub async fn take_in_provider_list(
    records: &Records,
    list: &dyn SuppressionList,
) -> Result<u64, FlowError> {
    let table = records.table.as_ref();
    let mut pass = provider_list::pass(table).await?;
    let mut blocked = 0;
    for _ in 0..PROVIDER_LIST_PAGES_MAX {
        let began_at = pass.began_at.unwrap_or_else(|| records.clock.now());
        let page = match list.listed(pass.since, pass.mark.as_deref()).await {
            Ok(page) => page,
            // Marks are good for a while: the pass begins anew.
            Err(fault) if pass.mark.is_some() => {
                warn!(error = %fault, "the pass through the provider's list begins anew");
                let (began_at, mark) = (None, None);
                move_on(records, &mut pass, |pass| ListPass { began_at, mark, ..pass }).await?;
                return Ok(blocked);
            }
            Err(fault) => return Err(fault.into()),
        };
        blocked += take_in(records, &page.entries).await?;
        let ended = page.next.is_none();
        let next = |pass: ListPass| match page.next {
            Some(mark) => ListPass { began_at: Some(began_at), mark: Some(mark), ..pass },
            None => {
                let since = Some(began_at.minus(PROVIDER_LIST_OVERLAP));
                ListPass { since, began_at: None, mark: None, ..pass }
            }
        };
        if !move_on(records, &mut pass, next).await? || ended {
            break;
        }
    }
    Ok(blocked)
}

/// Moves the pass on; false where another run is at the same pass, and goes on with it.
async fn move_on(
    records: &Records,
    pass: &mut ListPass,
    change: impl FnOnce(ListPass) -> ListPass,
) -> Result<bool, FlowError> {
    let rev = pass.rev.saturating_add(1);
    let next = ListPass { rev, ..change(pass.clone()) };
    match records.table.write(provider_list::move_on(pass, &next)?).await {
        Ok(_) => {
            *pass = next;
            Ok(true)
        }
        Err(WriteError::ConditionFailed(_)) => Ok(false),
        Err(WriteError::Fault(fault)) => Err(fault.into()),
    }
}

async fn take_in(records: &Records, entries: &[Listed]) -> Result<u64, FlowError> {
    let mut blocked = 0;
    let mut after = None;
    while !entries.is_empty() {
        let step = tenants::page_after(records.table.as_ref(), after, REVIEW_TENANTS_STEP).await?;
        for tenant in &step {
            blocked += take_in_for(records, *tenant, entries).await?;
        }
        let full = u32::try_from(step.len()).unwrap_or(u32::MAX) >= REVIEW_TENANTS_STEP;
        after = step.last().copied();
        if !full {
            break;
        }
    }
    Ok(blocked)
}

/// What of it a tenant has records of and no block.
async fn take_in_for(
    records: &Records,
    tenant: TenantId,
    entries: &[Listed],
) -> Result<u64, FlowError> {
    let (table, hasher) = (records.table.as_ref(), &records.hasher);
    let addresses = entries.iter().map(|entry| &entry.address);
    let holders: BTreeMap<EmailAddress, ContactId> =
        contacts::holders(table, tenant, hasher, addresses).await?;
    let wanted: Vec<Suppression> = entries
        .iter()
        .filter_map(|entry| Some(block(records, tenant, entry, *holders.get(&entry.address)?)))
        .collect();
    let key = |entry: &Listed| {
        suppressions::address_key(tenant, hasher, scope(entry.listed_for), &entry.address)
    };
    let ours = entries.iter().filter(|entry| holders.contains_key(&entry.address));
    let keys: Vec<table::Key> = ours.map(key).collect();
    let known = table::get_all(table, &keys.iter().cloned().collect()).await?.items;
    let mut blocked = 0;
    for (wanted, key) in wanted.iter().zip(&keys) {
        let stored: Option<Suppression> =
            known.get(key).cloned().map(item::from_item).transpose()?;
        // What we know by ourselves tells more than the list does.
        let stands =
            |block: &Suppression| block.permanence == Permanence::Permanent && !block.is_lifted();
        if stored.as_ref().is_some_and(stands) {
            continue;
        }
        let done = suppressions::block(table, wanted, stored).await?;
        blocked += u64::from(matches!(done, Blocked::New(_)));
    }
    Ok(blocked)
}

fn scope(listed_for: ListedFor) -> SuppressionScope {
    match listed_for {
        ListedFor::Complaint => SuppressionScope::Global,
        ListedFor::Bounce => SuppressionScope::Bounces,
    }
}

fn block(records: &Records, tenant: TenantId, entry: &Listed, contact: ContactId) -> Suppression {
    // SES lists an address for a bounce only where that was a hard one.
    let (cause, category, reason) = match entry.listed_for {
        ListedFor::Complaint => (SuppressionCause::Complaint, None, None),
        ListedFor::Bounce => (
            SuppressionCause::ProviderList,
            Some(BounceCategory::BadMailbox),
            Some(BounceReason::Suppressed),
        ),
    };
    Suppression {
        scope: scope(entry.listed_for),
        tenant,
        address_hash: Some(records.hasher.address(&entry.address)),
        domain: entry.address.domain().to_owned(),
        contact: Some(contact),
        cause,
        permanence: Permanence::Permanent,
        category,
        reason,
        status: None,
        source: None,
        blocked_at: entry.at,
        blocked_until: None,
        review_at: Suppression::review_of(entry.at),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    }
}
