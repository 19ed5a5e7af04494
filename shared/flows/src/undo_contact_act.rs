//! The last conversion or merge of a record is undone (J2): what nobody has changed since is as it was
//! before, and what came since under the id of a merged record is that record's again.

use std::collections::BTreeSet;

use domain::contact::Contact;
use domain::contact_act::{self, Act, Deed};
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, RequestId, TenantId};
use domain::limits::CONTENTION_RETRIES_MAX;
use domain::permission::{Allowed, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::table::Table;
use store::{contact_acts, contact_timeline, contacts};

use crate::contact_rules::{release_claims, within_bound};
use crate::error::{Failure, FlowError};
use crate::ports::Records;
use crate::transaction::{Doer, Transaction};

/// Undoes the last conversion or merge of a record; `wanted` is the revision that it gave, where the
/// caller names one, so that a repeated request undoes nothing else.
///
/// # Errors
/// `not_found`, `nothing_to_undo`.
pub async fn undo(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    id: ContactId,
    wanted: Option<u64>,
) -> Result<Contact, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    for _ in 0..CONTENTION_RETRIES_MAX {
        let now = contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
        let last = now.undoable.last().copied();
        let Some(rev) = last.filter(|rev| wanted.is_none_or(|wanted| wanted == *rev)) else {
            let hint = "the last conversion or merge is undone first; `undoable` lists them";
            return Err(Refused::new(RefusalCode::NothingToUndo, hint).into());
        };
        let Some(act) = contact_acts::get(table, tenant, now.id, rev).await? else {
            continue;
        };
        let mut transaction = Transaction::default();
        let Some(mut back) = plan(records, tenant, &mut transaction, &now, &act).await? else {
            continue;
        };
        back.rev = now.rev.saturating_add(1);
        back.updated_at = records.clock.now();
        back.undoable.retain(|one| *one != rev);
        transaction.add(within_bound(contacts::replace(tenant, &back, now.rev)?)?);
        transaction.add(contact_acts::take_back(tenant, now.id, rev));
        let doer = Doer::new(allowed, request, back.updated_at);
        transaction.note(doer, "contact.undone", now.id)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(back);
        }
    }
    Err(Failure::Contention.into())
}

/// The record as it is then, and the writes beside it; none where something changed meanwhile.
async fn plan(
    records: &Records,
    tenant: TenantId,
    transaction: &mut Transaction,
    now: &Contact,
    act: &Act,
) -> Result<Option<Contact>, FlowError> {
    let table = records.table.as_ref();
    match &act.what {
        Deed::Converted { account, account_made } => {
            let after = contact_act::converted(&act.before, *account, act.at);
            if let Some(made) = account.filter(|_| *account_made) {
                remove_unused(records, tenant, transaction, made, now.id).await?;
            }
            Ok(Some(contact_act::undone(now, &act.before, &after, &BTreeSet::new())))
        }
        Deed::Merged { other, take } => {
            let Some(alias) = contacts::stored(table, tenant, *other).await? else {
                return Ok(None);
            };
            let gone = held_by(records, tenant, now, &alias).await?;
            let after = contact_act::merged(&act.before, &alias, take);
            let back = contact_act::undone(now, &act.before, &after, &gone);
            let mut own = Contact {
                merged_into: None,
                updated_at: records.clock.now(),
                rev: alias.rev.saturating_add(1),
                ..alias.clone()
            };
            // An address that was taken from the survivor meanwhile may be anybody's by now.
            own.addresses.retain(|address| gone.contains(address));
            transaction.add(contacts::replace(tenant, &own, alias.rev)?);
            Ok(Some(back))
        }
    }
}

/// The addresses that are claimed under an id of the merged record. They change with the survivor's
/// revision alone, so its condition covers them.
async fn held_by(
    records: &Records,
    tenant: TenantId,
    now: &Contact,
    alias: &Contact,
) -> Result<BTreeSet<EmailAddress>, FlowError> {
    let table = records.table.as_ref();
    let all = now.addresses.iter().chain(&alias.addresses);
    let holders = contacts::holders(table, tenant, &records.hasher, all).await?;
    let ids = alias.identities();
    let held = holders.into_iter().filter(|(_, holder)| ids.contains(holder));
    Ok(held.map(|(address, _)| address).collect())
}

/// Removes the account that a conversion made, if nobody has changed it, nobody else belongs to it and
/// no mail concerns it. Who joins it at this very moment refers to an account that is gone.
async fn remove_unused(
    records: &Records,
    tenant: TenantId,
    transaction: &mut Transaction,
    made: ContactId,
    person: ContactId,
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let Some(account) = contacts::stored(table, tenant, made).await? else { return Ok(()) };
    if account.rev != 1 || !has_only(table, tenant, made, person).await? {
        return Ok(());
    }
    transaction.add(contacts::delete(tenant, &account));
    release_claims(transaction, records, tenant, &account).await?;
    Ok(())
}

async fn has_only(
    table: &dyn Table,
    tenant: TenantId,
    account: ContactId,
    person: ContactId,
) -> Result<bool, FlowError> {
    let (people, _) = contacts::people(table, tenant, account, 2, None).await?;
    let (lines, _) = contact_timeline::page(table, tenant, &[account], 1, None).await?;
    Ok(lines.is_empty() && people.iter().all(|one| one.id == person))
}
