//! Who is on a list (J12). A record that was merged into another is on it as that other one, and once,
//! however many of its ids were put there.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::Contact;
use domain::ids::{ContactId, ListId, RequestId, TenantId};
use domain::limits::{LIST_COUNTED_MAX, LIST_MEMBERS_STEP, MERGED_MAX, PAGE_ITEMS_MAX};
use domain::list::{List, Membership};
use domain::permission::{Allowed, ReadContacts, WriteContacts};
use store::keys::LIST_SHARDS;
use store::table::{CancelReason, Table, TransactError, Write};
use store::{contacts, lists};

use crate::error::{Failure, FlowError};
use crate::manage_lists::there;
use crate::paging::{self, Listed, Wish};
use crate::ports::Records;
use crate::transaction::{Doer, Transaction};

/// What became of the records that were put on a list and taken off it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// How many came.
    pub added: u64,
    /// How many were on it already.
    pub already: u64,
    /// How many went.
    pub removed: u64,
    /// Ids that lead to no record: they were passed over.
    pub unknown: Vec<ContactId>,
}

/// Puts records on a list and takes others off it. Each record is a matter of its own: where it fails
/// in the middle, the same request again does the rest.
///
/// # Errors
/// `not_found`.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    id: ListId,
    (add, remove): (&[ContactId], &[ContactId]),
) -> Result<Changed, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    there(table, tenant, id).await?;
    let mut changed = Changed::default();
    let wanted: BTreeSet<ContactId> = add.iter().chain(remove).copied().collect();
    let found = followed(table, tenant, wanted.iter().copied()).await?;
    changed.unknown = wanted.into_iter().filter(|id| !found.contains_key(id)).collect();
    let unique = |ids: &[ContactId]| -> BTreeMap<ContactId, Contact> {
        let all = ids.iter().filter_map(|id| found.get(id));
        all.map(|contact| (contact.id, contact.clone())).collect()
    };
    let (add, remove) = (unique(add), unique(remove));
    let all: Vec<&Contact> = add.values().chain(remove.values()).collect();
    let ids = all.iter().flat_map(|contact| contact.identities());
    let on = lists::which_are_on(table, tenant, id, ids).await?;
    let is_on = |contact: &Contact| contact.identities().iter().any(|id| on.contains(id));

    let fresh: Vec<&Contact> = add.values().filter(|contact| !is_on(contact)).collect();
    changed.already = count(add.len() - fresh.len());
    for step in fresh.chunks(LIST_MEMBERS_STEP) {
        let joined = join(records, tenant, id, step).await?;
        changed.added += joined;
        changed.already += count(step.len()) - joined;
    }
    let leaving: Vec<&Contact> = remove.values().filter(|contact| is_on(contact)).collect();
    changed.removed = count(leaving.len());
    let gone = leaving.iter().flat_map(|contact| contact.identities());
    let gone: Vec<ContactId> = gone.filter(|id| on.contains(id)).collect();
    for step in gone.chunks(LIST_MEMBERS_STEP) {
        let mut transaction = Transaction::default();
        for contact in step {
            transaction.add(lists::leave(tenant, id, *contact));
        }
        transaction.commit(table).await?;
    }
    let mut trail = Transaction::default();
    let doer = Doer::new(allowed, request, records.clock.now());
    trail.note(doer, "list.members_changed", id)?;
    trail.commit(table).await?;
    Ok(changed)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Puts records on a list in one transaction, if the list is still there; those that somebody else put
/// there meanwhile are left out. How many came.
async fn join(
    records: &Records,
    tenant: TenantId,
    list: ListId,
    contacts: &[&Contact],
) -> Result<u64, FlowError> {
    let joined_at = records.clock.now();
    let mut left: Vec<ContactId> = contacts.iter().map(|contact| contact.id).collect();
    // Each try but the last leaves at least one out, or met a transaction at the same items.
    for _ in 0..=contacts.len().saturating_add(domain::limits::CONTENTION_RETRIES_MAX) {
        if left.is_empty() {
            return Ok(0);
        }
        let mut writes: Vec<Write> = Vec::new();
        for contact in &left {
            writes.push(lists::join(tenant, &Membership { list, contact: *contact, joined_at })?);
        }
        writes.push(lists::check(tenant, list));
        let reasons = match records.table.transact(writes).await {
            Ok(_) => return Ok(count(left.len())),
            Err(TransactError::Fault(fault)) => return Err(fault.into()),
            Err(TransactError::Cancelled(reasons)) => reasons,
        };
        if matches!(reasons.last(), Some(CancelReason::ConditionFailed(_))) {
            return Err(FlowError::not_found());
        }
        let free = |reason: &CancelReason| !matches!(reason, CancelReason::ConditionFailed(_));
        let kept = left.iter().zip(&reasons).filter(|(_, reason)| free(reason));
        left = kept.map(|(contact, _)| *contact).collect();
    }
    Err(Failure::Contention.into())
}

/// The records that these ids lead to, each through the merges it went through.
async fn followed(
    table: &dyn Table,
    tenant: TenantId,
    ids: impl IntoIterator<Item = ContactId>,
) -> Result<BTreeMap<ContactId, Contact>, FlowError> {
    let asked: BTreeSet<ContactId> = ids.into_iter().collect();
    let mut known = contacts::stored_all(table, tenant, asked.iter().copied()).await?;
    for _ in 0..MERGED_MAX {
        let next: BTreeSet<ContactId> = known.values().filter_map(|c| c.merged_into).collect();
        let missing: Vec<_> = next.into_iter().filter(|id| !known.contains_key(id)).collect();
        if missing.is_empty() {
            break;
        }
        known.extend(contacts::stored_all(table, tenant, missing).await?);
    }
    let end = |start: ContactId| {
        let mut contact = known.get(&start)?;
        for _ in 0..=MERGED_MAX {
            match contact.merged_into {
                Some(into) => contact = known.get(&into)?,
                None => return Some(contact.clone()),
            }
        }
        None
    };
    Ok(asked.into_iter().filter_map(|id| Some((id, end(id)?))).collect())
}

/// Somebody on a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The record.
    pub contact: Contact,
    /// How it came to be on the list.
    pub membership: Membership,
}

/// One page of a list's members, in no order that means anything. It may be shorter than wished for.
///
/// # Errors
/// `not_found`.
pub async fn members(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    list: ListId,
    wish: Wish,
) -> Result<Listed<Member>, FlowError> {
    let table = records.table.as_ref();
    there(table, allowed.tenant(), list).await?;
    page(table, allowed.tenant(), list, wish).await
}

async fn page(
    table: &dyn Table,
    tenant: TenantId,
    list: ListId,
    wish: Wish,
) -> Result<Listed<Member>, FlowError> {
    let shards = (0..LIST_SHARDS).map(|shard| (shard.to_string(), shard)).collect();
    let read = |shard, wish: Wish| async move {
        let page = lists::members(table, tenant, list, shard, wish.limit, wish.after).await?;
        Ok::<Listed<Membership>, FlowError>(page.into())
    };
    let Listed { items, next } = paging::through(shards, wish, read).await?;
    Ok(Listed { items: live(table, tenant, list, items).await?, next })
}

/// The memberships that lead to a record, each record once: under the first of its ids that is on the
/// list.
async fn live(
    table: &dyn Table,
    tenant: TenantId,
    list: ListId,
    memberships: Vec<Membership>,
) -> Result<Vec<Member>, FlowError> {
    let found = followed(table, tenant, memberships.iter().map(|m| m.contact)).await?;
    let doubtful = found.values().filter(|contact| !contact.merged.is_empty());
    let ids: BTreeSet<ContactId> = doubtful.flat_map(Contact::identities).collect();
    let on = if ids.is_empty() {
        BTreeSet::new()
    } else {
        lists::which_are_on(table, tenant, list, ids).await?
    };
    let first = |contact: &Contact| contact.identities().into_iter().find(|id| on.contains(id));
    let members = memberships.into_iter().filter_map(|membership| {
        let contact = found.get(&membership.contact)?.clone();
        let shown = contact.merged.is_empty() || first(&contact) == Some(membership.contact);
        shown.then_some(Member { contact, membership })
    });
    Ok(members.collect())
}

/// How many are on a list: counted from the memberships, and whether that was all of them.
///
/// # Errors
/// `not_found`.
pub async fn count_members(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    list: ListId,
) -> Result<(u64, bool), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    there(table, tenant, list).await?;
    let (mut counted, mut after) = (0, None);
    while counted < LIST_COUNTED_MAX {
        let wish = Wish { limit: PAGE_ITEMS_MAX, after };
        let Listed { items, next } = page(table, tenant, list, wish).await?;
        counted += count(items.len());
        after = next;
        if after.is_none() {
            return Ok((counted, true));
        }
    }
    Ok((counted, false))
}

/// One page of the lists that a record is on.
///
/// # Errors
/// `not_found`.
pub async fn lists_of(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    contact: ContactId,
    wish: Wish,
) -> Result<Listed<List>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let contact = contacts::get(table, tenant, contact).await?;
    let identities = contact.ok_or_else(FlowError::not_found)?.identities();
    let parts = identities.iter().map(|id| (id.to_string(), *id)).collect();
    let read = |id, wish: Wish| async move {
        let page = lists::of_contact(table, tenant, id, wish.limit, wish.after).await?;
        Ok::<Listed<Membership>, FlowError>(page.into())
    };
    let Listed { items, next } = paging::through(parts, wish, read).await?;
    let found = lists::get_all(table, tenant, items.iter().map(|m| m.list)).await?;
    let mut shown = Vec::new();
    for membership in items {
        let on = lists::which_are_on(table, tenant, membership.list, identities.clone()).await?;
        let first = identities.iter().find(|id| on.contains(id)) == Some(&membership.contact);
        if let Some(list) = found.get(&membership.list).filter(|_| first) {
            shown.push(list.clone());
        }
    }
    Ok(Listed { items: shown, next })
}

/// Takes a record that was removed off all its lists, under each of its ids. What this misses, for the
/// index is a little behind, leads to no record and is never shown.
pub(crate) async fn leave_all(
    table: &dyn Table,
    tenant: TenantId,
    contact: &Contact,
) -> Result<(), FlowError> {
    for id in contact.identities() {
        let mut after = None;
        loop {
            let page = lists::of_contact(table, tenant, id, PAGE_ITEMS_MAX, after).await?;
            let (memberships, next) = page;
            for step in memberships.chunks(LIST_MEMBERS_STEP) {
                let mut transaction = Transaction::default();
                for membership in step {
                    transaction.add(lists::leave(tenant, membership.list, id));
                }
                transaction.commit(table).await?;
            }
            after = next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}
