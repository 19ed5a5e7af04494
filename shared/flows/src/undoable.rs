//! How many conversions and merges of a record can be undone, and the room they take.

use domain::contact::Contact;
use domain::ids::{ContactId, TenantId};
use domain::limits::{ITEM_BYTES_MAX, UNDOABLE_MAX};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use store::contact_acts;
use store::item;
use store::table::{Table, TableFault, Write};

use crate::origin::Origin;
use crate::transaction::Transaction;

/// Makes `after` the next revision of `before`, one that can be undone; gives back the revision that no
/// longer can be.
pub(crate) fn add(after: &mut Contact, before: &Contact, now: Timestamp) -> Option<u64> {
    after.rev = before.rev.saturating_add(1);
    after.updated_at = now;
    after.undoable.push(after.rev);
    let too_many = after.undoable.len() > UNDOABLE_MAX;
    too_many.then(|| after.undoable.remove(0))
}

/// Whether this very request, sent before, was the last thing done to a record.
pub(crate) async fn done_by(
    table: &dyn Table,
    tenant: TenantId,
    contact: &Contact,
    origin: Origin,
) -> Result<bool, TableFault> {
    let Some(rev) = contact.undoable.last() else { return Ok(false) };
    let act = contact_acts::get(table, tenant, contact.id, *rev).await?;
    Ok(act.is_some_and(|act| act.origin == mark(origin)))
}

/// What tells a request from every other.
pub(crate) fn mark(origin: Origin) -> String {
    format!("{:032x}", origin.bits)
}

/// Forgets what no longer can be undone.
pub(crate) fn forget(
    transaction: &mut Transaction,
    tenant: TenantId,
    contact: ContactId,
    rev: Option<u64>,
) {
    if let Some(rev) = rev {
        transaction.add(contact_acts::forget(tenant, contact, rev));
    }
}

/// The write, if its item stays within the bound of items.
pub(crate) fn within_item(write: Write) -> Result<Write, Refused> {
    if item::put_bytes(&write) <= ITEM_BYTES_MAX {
        return Ok(write);
    }
    let hint = "shorten the record's longest values first";
    Err(Refused::new(RefusalCode::RecordTooLarge, hint))
}
