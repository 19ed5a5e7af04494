//! Lifts blocks that may be lifted: first the provider's entry, then ours.
//!
//! The order is what makes a crash harmless. Where the provider's entry is gone and ours stands, the
//! address is still not mailed, and the next try finds nothing on the provider's list and goes on.
//! The other way round we would mail an address that the provider drops, and block it anew.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::{ContactId, TenantId};
use domain::limits::{LIFTS_PER_TRANSACTION, PROVIDER_CALLS_AT_ONCE_MAX};
use domain::refusal::{RefusalCode, Refused};
use domain::suppression::Suppression;
use domain::suppression_id::SuppressionId;
use domain::unblock_rule::provider_may_list;
use futures::stream::{self, StreamExt};
use store::table::{Table, TableFault, Write};
use store::{blocks, sends, suppressions};

use crate::error::FlowError;
use crate::ports::{PortFault, Records, SuppressionList};
use crate::transaction::{Doer, Transaction};

/// A block that may be lifted.
#[derive(Clone, Debug)]
pub struct Liftable {
    /// Its id.
    pub id: SuppressionId,
    /// The block as it was read.
    pub block: Suppression,
    /// The address, where the caller knows it.
    pub address: Option<EmailAddress>,
}

/// What became of one.
#[derive(Debug)]
pub enum Lifted {
    /// It is lifted; the block as it is now.
    Done(Suppression),
    /// It may not be.
    Refused(Refused),
    /// The provider did not take the address off its list: the block stands.
    ProviderFailed(PortFault),
}

/// Who lifts, and under which further condition.
pub struct Lifting<'a> {
    /// Who.
    pub doer: Doer,
    /// What must hold besides: that the request of two people is still open.
    pub check: Option<&'a Write>,
}

/// Lifts these blocks. One that cannot be lifted hinders no other.
///
/// # Errors
/// Faults of the table.
pub async fn lift(
    records: &Records,
    list: &dyn SuppressionList,
    lifting: &Lifting<'_>,
    wanted: Vec<Liftable>,
) -> Result<BTreeMap<SuppressionId, Lifted>, FlowError> {
    let mut outcomes = BTreeMap::new();
    // 1 the provider's list, where it may have the address
    let ready = off_the_providers_list(records, list, lifting.doer.tenant, wanted, &mut outcomes);
    let mut left = ready.await?;
    // 2 our blocks, many in one transaction; each round takes at least one away
    for _ in 0..left.len() {
        if left.is_empty() {
            break;
        }
        let rest = left.split_off(left.len().min(LIFTS_PER_TRANSACTION));
        let again = lift_group(records.table.as_ref(), lifting, left, &mut outcomes).await?;
        left = rest;
        left.extend(again);
    }
    Ok(outcomes)
}

/// Takes the addresses off the provider's list, and gives those blocks that are ours alone now.
pub(crate) async fn off_the_providers_list(
    records: &Records,
    list: &dyn SuppressionList,
    tenant: TenantId,
    wanted: Vec<Liftable>,
    outcomes: &mut BTreeMap<SuppressionId, Lifted>,
) -> Result<Vec<Liftable>, FlowError> {
    let (theirs, mut ready): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|one| provider_may_list(&one.block));
    let theirs = with_addresses(records, tenant, theirs).await?;
    let remove = async |one: Liftable| {
        let Some(address) = &one.address else {
            return Err((one.id, Lifted::Refused(address_unknown())));
        };
        match list.delete(address).await {
            Ok(()) => Ok(one),
            Err(fault) => Err((one.id, Lifted::ProviderFailed(fault))),
        }
    };
    let removed: Vec<_> =
        stream::iter(theirs).map(remove).buffered(PROVIDER_CALLS_AT_ONCE_MAX).collect().await;
    for one in removed {
        match one {
            Ok(one) => ready.push(one),
            Err((id, outcome)) => {
                outcomes.insert(id, outcome);
            }
        }
    }
    Ok(ready)
}

fn address_unknown() -> Refused {
    let hint = "the provider's list has the address and no record of ours names it any more: give \
                it to a contact, then try again";
    Refused::new(RefusalCode::AddressUnknown, hint)
}

/// Finds the texts of addresses that the blocks name by their hash alone: on the contact that has
/// the address, or on the mail that came back.
async fn with_addresses(
    records: &Records,
    tenant: TenantId,
    mut wanted: Vec<Liftable>,
) -> Result<Vec<Liftable>, TableFault> {
    let table = records.table.as_ref();
    let unknown = wanted.iter().filter(|one| one.address.is_none());
    let hashes: BTreeSet<String> =
        unknown.filter_map(|one| one.block.address_hash.clone()).collect();
    if hashes.is_empty() {
        return Ok(wanted);
    }
    let holders = blocks::holders(table, tenant, &hashes).await?;
    let contacts: BTreeSet<ContactId> = holders.values().copied().collect();
    let contacts = blocks::contacts(table, tenant, &contacts).await?;
    for one in wanted.iter_mut().filter(|one| one.address.is_none()) {
        let Some(hash) = &one.block.address_hash else { continue };
        let contact = holders.get(hash).and_then(|contact| contacts.get(contact));
        let mut addresses = contact.iter().flat_map(|contact| &contact.addresses);
        one.address = addresses.find(|address| records.hasher.address(address) == *hash).cloned();
        if one.address.is_none() {
            one.address = of_the_mail(table, tenant, &one.block).await?;
        }
    }
    Ok(wanted)
}

/// The recipient of the mail that led to a block.
async fn of_the_mail(
    table: &dyn Table,
    tenant: TenantId,
    block: &Suppression,
) -> Result<Option<EmailAddress>, TableFault> {
    let (Some(place), Some(hash)) = (&block.source, &block.address_hash) else {
        return Ok(None);
    };
    Ok(sends::get_by_hash(table, tenant, place, hash).await?.map(|send| send.to))
}

/// Lifts one group in one transaction. Gives back those that are to be tried again: of a cancelled
/// transaction all but the one that stopped it, which is judged anew by what stands there now.
async fn lift_group(
    table: &dyn Table,
    lifting: &Lifting<'_>,
    group: Vec<Liftable>,
    outcomes: &mut BTreeMap<SuppressionId, Lifted>,
) -> Result<Vec<Liftable>, FlowError> {
    let doer = lifting.doer;
    let mut transaction = Transaction::default();
    let mut after = Vec::new();
    for one in &group {
        let mut block = one.block.clone();
        block.lift(doer.at, true);
        transaction.add(suppressions::replace(&block, one.block.rev)?);
        after.push(block);
    }
    for one in &group {
        transaction.note(doer, "block.lifted", &one.id)?;
    }
    if let Some(check) = lifting.check {
        transaction.add_or(check.clone(), request_closed());
    }
    let Some(stopped) = transaction.try_commit(table).await? else {
        for (one, block) in group.into_iter().zip(after) {
            outcomes.insert(one.id, Lifted::Done(block));
        }
        return Ok(Vec::new());
    };
    let mut left = group;
    if stopped.position < left.len() {
        let outrun = left.remove(stopped.position);
        outcomes.insert(outrun.id, Lifted::Refused(outrun_refusal()));
    } else {
        for one in left.drain(..) {
            outcomes.insert(one.id, Lifted::Refused(request_closed()));
        }
    }
    Ok(left)
}

fn outrun_refusal() -> Refused {
    let hint = "the block changed at this moment: read it again and repeat the call";
    Refused::new(RefusalCode::TooMuchContention, hint)
}

/// That a request is no longer open.
pub fn request_closed() -> Refused {
    let hint = "it was confirmed, withdrawn or has expired: open a new one";
    Refused::new(RefusalCode::UnblockRequestClosed, hint)
}
