//! Leads, contacts, accounts and records of other modules: made, found, changed. Claims keep an address
//! with one record of the tenant, however many callers there are.

use domain::contact::{Contact, ContactKind, ContactSource};
use domain::ids::{ContactId, RequestId, TenantId, UserId};
use domain::module::Module;
use domain::permission::{Allowed, ReadContacts, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::table::Table;
use store::{contacts, item, modules};

use crate::contact_rules::{
    self, GivenFields, address_taken, check_owner, check_references, move_claims, within_bound,
};
use crate::error::FlowError;
use crate::origin::Origin;
use crate::paging::{self, Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A record to make.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// Its module.
    pub kind: ContactKind,
    /// What people call it.
    pub name: String,
    /// Its addresses, the primary one first.
    pub addresses: Vec<String>,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// The account it belongs to.
    pub account: Option<ContactId>,
    /// Values of its module's fields.
    pub fields: GivenFields,
}

/// What to change of a record.
#[derive(Clone, Debug, Default)]
pub struct ContactChange {
    /// Another kind.
    pub kind: Option<ContactKind>,
    /// Another name.
    pub name: Option<String>,
    /// Other addresses, all of them.
    pub addresses: Option<Vec<String>>,
    /// Another owner, or none.
    pub owner: Option<Option<UserId>>,
    /// Another account, or none.
    pub account: Option<Option<ContactId>>,
    /// Other values of fields; the others stay.
    pub fields: GivenFields,
}

/// Makes a record.
///
/// # Errors
/// What is wrong with a member or a field; `address_taken`, `module_removed`, `record_too_large`.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    origin: Origin,
    new: NewContact,
) -> Result<Contact, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let id = ContactId::from_parts(origin.at, origin.bits);
    let name = text_rules::name("name", &new.name)?;
    let module = contact_rules::module_of(table, tenant, new.kind).await?;
    let contact = Contact {
        addresses: contact_rules::addresses(&new.addresses)?,
        owner: new.owner,
        account: new.account,
        fields: module.first_values(&new.fields)?,
        ..Contact::new(id, new.kind, name, ContactSource::Api, origin.at)
    };
    check_owner(table, tenant, contact.owner).await?;
    check_references(table, tenant, &module, None, &contact).await?;
    let mut transaction = Transaction::default();
    for write in contacts::create(tenant, &records.hasher, &contact)? {
        transaction.add_or(within_bound(write)?, address_taken());
    }
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "contact.created", contact.id)?;
    match transaction.try_commit(table).await? {
        None => Ok(contact),
        // The first write stops it only where an earlier try of this very request made the record.
        Some(stopped) if stopped.position == 0 => match stopped.item {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
        Some(stopped) => Err(stopped.refused.into()),
    }
}

/// One page of records, oldest first, kind by kind where none is named.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    kind: Option<ContactKind>,
    wish: Wish,
) -> Result<Listed<Contact>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let kinds = kinds(table, tenant, kind).await?;
    let parts = kinds.into_iter().map(|kind| (kind.name().to_owned(), kind)).collect();
    paging::through(parts, wish, |kind, wish: Wish| async move {
        Ok(contacts::list(table, tenant, kind, wish.limit, wish.after).await?.into())
    })
    .await
}

/// The kinds that a list goes through: the one that is asked for, or all.
async fn kinds(
    table: &dyn Table,
    tenant: TenantId,
    kind: Option<ContactKind>,
) -> Result<Vec<ContactKind>, FlowError> {
    match kind {
        Some(kind) if modules::get(table, tenant, kind).await?.is_some() => Ok(vec![kind]),
        Some(_) => {
            let hint = "there is no such module: GET /v1/modules lists them";
            Err(Refused::field(RefusalCode::QueryMalformed, "kind", hint).into())
        }
        None => {
            let all = modules::all(table, tenant).await?;
            Ok(all.into_iter().map(|module| module.kind).collect())
        }
    }
}

/// One page of the records that belong to an account, oldest first.
///
/// # Errors
/// `not_found`.
pub async fn people(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    account: ContactId,
    wish: Wish,
) -> Result<Listed<Contact>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let account = show(records, allowed, account).await?;
    let ids = account.identities().into_iter().map(|id| (id.to_string(), id)).collect();
    paging::through(ids, wish, |id, wish: Wish| async move {
        let page = contacts::people(table, tenant, id, wish.limit, wish.after).await?;
        Ok::<_, FlowError>(page.into())
    })
    .await
}

/// A record, also by the id of one that was merged into it.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    contact: ContactId,
) -> Result<Contact, FlowError> {
    let found = contacts::get(records.table.as_ref(), allowed.tenant(), contact).await?;
    found.ok_or_else(FlowError::not_found)
}

/// The record that an address belongs to.
///
/// # Errors
/// `address_invalid`, `not_found`.
pub async fn look_up(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    email: &str,
) -> Result<Contact, FlowError> {
    let address = text_rules::address("email", email)?;
    let table = records.table.as_ref();
    let holder = contacts::holder(table, allowed.tenant(), &records.hasher, &address).await?;
    show(records, allowed, holder.ok_or_else(FlowError::not_found)?).await
}

/// Changes a record whose revision is `rev`.
///
/// # Errors
/// `not_found`, `revision_mismatch`, what is wrong with the change, `address_taken`.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    id: ContactId,
    rev: u64,
    change: ContactChange,
) -> Result<Contact, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let before = current(table, tenant, id, rev).await?;
    let kind = change.kind.unwrap_or(before.kind);
    let module = contact_rules::module_of(table, tenant, kind).await?;
    let after = changed(&before, &module, change)?;
    if same(&before, &after) {
        return Ok(before);
    }
    if after.owner != before.owner {
        check_owner(table, tenant, after.owner).await?;
    }
    check_references(table, tenant, &module, Some(&before), &after).await?;
    let now = records.clock.now();
    let after = Contact { rev: rev.saturating_add(1), updated_at: now, ..after };
    let mut transaction = Transaction::default();
    let write = within_bound(contacts::replace(tenant, &after, rev)?)?;
    transaction.add_or(write, revision_mismatch());
    move_claims(&mut transaction, records, tenant, &before, &after).await?;
    transaction.note(Doer::new(allowed, request, now), "contact.changed", after.id)?;
    transaction.commit(table).await?;
    Ok(after)
}

/// The record, if its revision is `rev`.
pub(crate) async fn current(
    table: &dyn Table,
    tenant: TenantId,
    id: ContactId,
    rev: u64,
) -> Result<Contact, FlowError> {
    let contact = contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    if contact.rev == rev { Ok(contact) } else { Err(revision_mismatch().into()) }
}

fn changed(before: &Contact, module: &Module, change: ContactChange) -> Result<Contact, Refused> {
    let mut after = before.clone();
    after.kind = module.kind;
    if let Some(name) = change.name {
        after.name = text_rules::name("name", &name)?;
    }
    if let Some(texts) = change.addresses {
        after.addresses = contact_rules::addresses(&texts)?;
    }
    if let Some(owner) = change.owner {
        after.owner = owner;
    }
    if let Some(account) = change.account {
        after.account = account;
    }
    after.fields = module.change_values(&before.fields, &change.fields)?;
    Ok(after)
}

/// Whether nothing changes, the spelling of addresses included, which equality does not look at.
fn same(before: &Contact, after: &Contact) -> bool {
    let spelled = |contact: &Contact| -> Vec<String> {
        contact.addresses.iter().map(|address| address.expose().to_owned()).collect()
    };
    before == after && spelled(before) == spelled(after)
}
