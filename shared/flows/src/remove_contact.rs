//! A record is removed: at once for everybody who asks, and with it every id that led to it.
//!
//! One transaction takes away the record, the records that were merged into it, its addresses and what
//! could be undone. Nothing leads to its consents and the lines of its timeline then; the newest are
//! taken away too, a bounded number. Mail itself stays.

use domain::contact::Contact;
use domain::ids::{ContactId, RequestId, TenantId};
use domain::limits::{SWEPT_LINES_MAX, SWEPT_LINES_STEP};
use domain::permission::{Allowed, WriteContacts};
use store::table::{Table, TransactError, Write};
use store::{consents, contact_acts, contact_timeline, contacts};

use crate::contact_rules::release_claims;
use crate::error::FlowError;
use crate::list_members;
use crate::manage_contacts::current;
use crate::ports::Records;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// Removes a record whose revision is `rev` and frees its addresses.
///
/// # Errors
/// `not_found`, `revision_mismatch`.
pub async fn delete(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    id: ContactId,
    rev: u64,
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let contact = current(table, tenant, id, rev).await?;
    let mut transaction = Transaction::default();
    transaction.add_or(contacts::delete(tenant, &contact), revision_mismatch());
    release_claims(&mut transaction, records, tenant, &contact).await?;
    let merged = contacts::stored_all(table, tenant, contact.merged.iter().copied()).await?;
    for other in merged.values() {
        transaction.add(contacts::delete(tenant, other));
    }
    for done_to in std::iter::once(&contact).chain(merged.values()) {
        for rev in &done_to.undoable {
            transaction.add(contact_acts::forget(tenant, done_to.id, *rev));
        }
    }
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "contact.deleted", contact.id)?;
    transaction.commit(table).await?;
    list_members::leave_all(table, tenant, &contact).await?;
    sweep_consents(table, tenant, &contact).await?;
    sweep_timeline(table, tenant, &contact).await
}

/// Takes away the consents of a record that is gone: they speak of a person whom nothing names any
/// more. What blocks his addresses stays, for it hangs on those.
async fn sweep_consents(
    table: &dyn Table,
    tenant: TenantId,
    contact: &Contact,
) -> Result<(), FlowError> {
    let identities = contact.identities();
    for _ in 0..SWEPT_LINES_MAX.div_ceil(SWEPT_LINES_STEP) {
        let (given, next) =
            consents::page(table, tenant, &identities, SWEPT_LINES_STEP, None).await?;
        if given.is_empty() {
            break;
        }
        let writes = given.iter().map(|consent| consents::delete(tenant, consent)).collect();
        if !taken_away(table, writes).await? || next.is_none() {
            break;
        }
    }
    Ok(())
}

/// Takes away lines that nothing leads to any more, as many as one request may.
async fn sweep_timeline(
    table: &dyn Table,
    tenant: TenantId,
    contact: &Contact,
) -> Result<(), FlowError> {
    for id in contact.identities() {
        for _ in 0..SWEPT_LINES_MAX.div_ceil(SWEPT_LINES_STEP) {
            let (lines, next) =
                contact_timeline::page(table, tenant, &[id], SWEPT_LINES_STEP, None).await?;
            if lines.is_empty() {
                break;
            }
            let writes = lines.iter().map(|line| contact_timeline::unlink(tenant, line)).collect();
            if !taken_away(table, writes).await? || next.is_none() {
                break;
            }
        }
    }
    Ok(())
}

/// Whether these writes went through. Where somebody writes to one of the items at this moment, they
/// are left where nothing leads to them.
async fn taken_away(table: &dyn Table, writes: Vec<Write>) -> Result<bool, FlowError> {
    match table.transact(writes).await {
        Ok(_) => Ok(true),
        Err(TransactError::Cancelled(_)) => Ok(false),
        Err(TransactError::Fault(fault)) => Err(fault.into()),
    }
}
