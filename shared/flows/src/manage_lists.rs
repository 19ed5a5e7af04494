//! Lists: made, found, renamed, removed (J12).

use domain::ids::{ListId, RequestId, TenantId};
use domain::limits::LISTS_MAX;
use domain::list::List;
use domain::permission::{Allowed, ReadContacts, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::counts::{self, Counted};
use store::table::Table;
use store::{item, lists};

use crate::error::FlowError;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// Makes a list.
///
/// # Errors
/// What is wrong with the name; `limit_reached`.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    origin: Origin,
    name: &str,
) -> Result<List, FlowError> {
    let id = ListId::from_parts(origin.at, origin.bits);
    let name = text_rules::name("name", name)?;
    let list = List { id, name, created_at: origin.at, rev: 1 };
    let tenant = allowed.tenant();
    let full = Refused::new(RefusalCode::LimitReached, "remove a list that is not in use");
    let mut transaction = Transaction::default();
    transaction.add(lists::create(tenant, &list)?);
    let counted = counts::one_more_within(tenant, Counted::Lists, LISTS_MAX);
    transaction.add_or(counted, full.with_limit(LISTS_MAX));
    transaction.note(Doer::new(allowed, request, origin.at), "list.created", id)?;
    match transaction.try_commit(records.table.as_ref()).await? {
        None => Ok(list),
        // An earlier try of this very request made it.
        Some(stopped) => match stopped.item.filter(|_| stopped.position == 0) {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
    }
}

/// One page of lists, oldest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    wish: Wish,
) -> Result<Listed<List>, FlowError> {
    let table = records.table.as_ref();
    Ok(lists::list(table, allowed.tenant(), wish.limit, wish.after).await?.into())
}

/// A list.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    id: ListId,
) -> Result<List, FlowError> {
    there(records.table.as_ref(), allowed.tenant(), id).await
}

pub(crate) async fn there(
    table: &dyn Table,
    tenant: TenantId,
    id: ListId,
) -> Result<List, FlowError> {
    lists::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)
}

async fn current(
    table: &dyn Table,
    tenant: TenantId,
    id: ListId,
    rev: u64,
) -> Result<List, FlowError> {
    let list = there(table, tenant, id).await?;
    if list.rev == rev { Ok(list) } else { Err(revision_mismatch().into()) }
}

/// Renames a list whose revision is `rev`.
///
/// # Errors
/// `not_found`, `revision_mismatch`, what is wrong with the name.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    (id, rev): (ListId, u64),
    name: Option<String>,
) -> Result<List, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let before = current(table, tenant, id, rev).await?;
    let Some(name) = name else { return Ok(before) };
    let name = text_rules::name("name", &name)?;
    if name == before.name {
        return Ok(before);
    }
    let after = List { name, rev: rev.saturating_add(1), ..before };
    let mut transaction = Transaction::default();
    transaction.add_or(lists::replace(tenant, &after, rev)?, revision_mismatch());
    transaction.note(Doer::new(allowed, request, records.clock.now()), "list.changed", id)?;
    transaction.commit(table).await?;
    Ok(after)
}

/// Removes a list whose revision is `rev`. Nothing leads to its memberships then.
///
/// # Errors
/// `not_found`, `revision_mismatch`.
pub async fn delete(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    (id, rev): (ListId, u64),
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let list = current(table, tenant, id, rev).await?;
    let mut transaction = Transaction::default();
    transaction.add_or(lists::delete(tenant, &list), revision_mismatch());
    transaction.add(counts::one_less_keeping(tenant, Counted::Lists, 0));
    transaction.note(Doer::new(allowed, request, records.clock.now()), "list.deleted", id)?;
    transaction.commit(table).await
}
