//! Two records become one (J2).
//!
//! Nothing that hangs on the other record is moved: mail, groups and addresses stay with its id, which
//! from then on leads to the survivor. So a merge is one transaction of few writes however much mail
//! there is, a mail that is filed meanwhile is found on the survivor, and undoing restores exactly.

use std::collections::BTreeSet;

use domain::contact::Contact;
use domain::contact_act::{self, Act, Deed, Part};
use domain::ids::{ContactId, RequestId, TenantId};
use domain::limits::{CONTACT_ADDRESSES_MAX, CONTENTION_RETRIES_MAX, MERGED_MAX};
use domain::permission::{Allowed, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::table::Table;
use store::{contact_acts, contacts};

use crate::contact_rules::{too_many_addresses, within_bound};
use crate::error::{Failure, FlowError};
use crate::origin::Origin;
use crate::ports::Records;
use crate::transaction::{Doer, Transaction};
use crate::undoable::{self, within_item};

/// Merges `other` into `survivor`; of the parts in `take` the other's value is taken. A repeated request
/// with the same origin finds it done.
///
/// # Errors
/// `not_found`; `same_record`; `limit_reached` or `field_too_long` where too much would come together.
pub async fn merge(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    origin: Origin,
    (survivor, other): (ContactId, ContactId),
    take: &BTreeSet<Part>,
) -> Result<Contact, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    for _ in 0..CONTENTION_RETRIES_MAX {
        let one = contacts::get(table, tenant, survivor).await?;
        let one = one.ok_or_else(FlowError::not_found)?;
        let Some(two) = contacts::get(table, tenant, other).await? else {
            let hint = "there is no such record";
            return Err(Refused::field(RefusalCode::FieldInvalid, "with", hint).into());
        };
        if one.id == two.id {
            return done_before(table, tenant, origin, one).await;
        }
        check_bounds(&one, &two)?;
        let mut after = contact_act::merged(&one, &two, take);
        if after.account.is_some_and(|account| after.identities().contains(&account)) {
            after.account = None;
        }
        let now = records.clock.now();
        let dropped = undoable::add(&mut after, &one, now);
        let rev = two.rev.saturating_add(1);
        let alias = Contact { merged_into: Some(one.id), updated_at: now, rev, ..two.clone() };
        let act = Act {
            contact: one.id,
            rev: after.rev,
            at: origin.at,
            by: allowed.user(),
            origin: undoable::mark(origin),
            what: Deed::Merged { other: two.id, take: take.clone() },
            before: one.clone(),
        };
        let mut transaction = Transaction::default();
        transaction.add(within_bound(contacts::replace(tenant, &after, one.rev)?)?);
        transaction.add(contacts::replace(tenant, &alias, two.rev)?);
        transaction.add(within_item(contact_acts::keep(tenant, &act)?)?);
        undoable::forget(&mut transaction, tenant, one.id, dropped);
        let doer = Doer::new(allowed, request, origin.at);
        transaction.note(doer, "contact.merged", one.id)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(after);
        }
        // One of the two changed meanwhile: what is chosen is chosen by name, so look again.
    }
    Err(Failure::Contention.into())
}

/// Both ids lead to one record: because this very request merged them, or because they were one.
async fn done_before(
    table: &dyn Table,
    tenant: TenantId,
    origin: Origin,
    one: Contact,
) -> Result<Contact, FlowError> {
    if undoable::done_by(table, tenant, &one, origin).await? {
        return Ok(one);
    }
    let hint = "both ids lead to one record already";
    Err(Refused::field(RefusalCode::SameRecord, "with", hint).into())
}

fn check_bounds(one: &Contact, two: &Contact) -> Result<(), Refused> {
    if one.merged.len() + 1 + two.merged.len() > MERGED_MAX {
        let hint = "too many records were merged into these two";
        let refused = Refused::field(RefusalCode::LimitReached, "with", hint);
        return Err(refused.with_limit(u64::try_from(MERGED_MAX).unwrap_or(u64::MAX)));
    }
    let both: BTreeSet<_> = one.addresses.iter().chain(&two.addresses).collect();
    if both.len() > CONTACT_ADDRESSES_MAX {
        return Err(too_many_addresses("with"));
    }
    Ok(())
}
