//! The values of a removed field are taken out of all records of its module, some at a time, and then
//! its definition (J1).

use domain::contact::{Contact, ContactKind};
use domain::ids::{ContactId, RequestId};
use domain::limits::{CONTENTION_RETRIES_MAX, PURGE_STEP};
use domain::module::Module;
use domain::permission::{Allowed, WriteSettings};
use domain::refusal::{RefusalCode, Refused};
use store::contacts;
use store::table::{Table, WriteError};

use crate::error::{Failure, FlowError};
use crate::manage_modules::{current, store};
use crate::ports::Records;

/// How far a purge has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Purged {
    /// Records that had a value until this step.
    pub records: u64,
    /// The last record that was looked at: the next step goes on behind it; none when all is done.
    pub after: Option<ContactId>,
}

/// One step of a purge. The last one takes the definition away.
///
/// # Errors
/// `not_found`, `revision_mismatch`; `field_invalid` for a field that is not removed.
pub async fn purge_field(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    (kind, rev): (ContactKind, u64),
    field: &str,
    after: Option<ContactId>,
) -> Result<Purged, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let module = current(table, tenant, kind, rev).await?;
    let removed = module.fields.iter().find(|f| f.name == field && f.removed_at.is_some());
    if removed.is_none() {
        let hint = "only a removed field is purged: leave it out of `fields` first";
        return Err(Refused::field(RefusalCode::FieldInvalid, "field", hint).into());
    }
    let mark = after.map(|after| contacts::list_mark(tenant, kind, after));
    let (page, next) = contacts::list(table, tenant, kind, PURGE_STEP, mark).await?;
    let last = page.last().map(|contact| contact.id);
    let mut purged = 0;
    for contact in page {
        if contact.fields.contains_key(field) {
            take_out(records, allowed, contact, field).await?;
            purged += 1;
        }
    }
    if next.is_none() {
        let mut fields = module.fields.clone();
        fields.retain(|one| one.name != field);
        let without = Module { fields, ..module };
        store(records, allowed, request, "module.field_purged", rev, without).await?;
        return Ok(Purged { records: purged, after: None });
    }
    Ok(Purged { records: purged, after: last })
}

/// Takes the value out of one record, however often others change it meanwhile.
async fn take_out(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    mut contact: Contact,
    field: &str,
) -> Result<(), FlowError> {
    let table: &dyn Table = records.table.as_ref();
    let tenant = allowed.tenant();
    for _ in 0..CONTENTION_RETRIES_MAX {
        let rev = contact.rev;
        contact.fields.remove(field);
        contact.rev = rev.saturating_add(1);
        contact.updated_at = records.clock.now();
        match table.write(contacts::replace(tenant, &contact, rev)?).await {
            Ok(_) => return Ok(()),
            Err(WriteError::Fault(fault)) => return Err(fault.into()),
            Err(WriteError::ConditionFailed(_)) => {}
        }
        match contacts::stored(table, tenant, contact.id).await? {
            Some(now) if now.fields.contains_key(field) => contact = now,
            Some(_) | None => return Ok(()),
        }
    }
    Err(Failure::Contention.into())
}
