//! Leads, contacts and accounts: made, found, changed, removed. Claims keep an address with one record
//! of the tenant, however many callers there are.

use std::collections::BTreeSet;

use domain::contact::{Contact, ContactKind, ContactSource};
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, RequestId, TenantId, UserId};
use domain::limits::CONTACT_ADDRESSES_MAX;
use domain::permission::{Allowed, ReadContacts, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use store::table::{Table, TableFault};
use store::{contacts, item, users};

use crate::error::FlowError;
use crate::origin::Origin;
use crate::paging::{self, Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A record to make.
#[derive(Clone, Debug)]
pub struct NewContact {
    /// Lead, contact or account.
    pub kind: ContactKind,
    /// What people call it.
    pub name: String,
    /// Its addresses, the primary one first.
    pub addresses: Vec<String>,
    /// Who looks after it.
    pub owner: Option<UserId>,
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
}

/// Makes a record.
///
/// # Errors
/// What is wrong with name, addresses or owner; `address_taken`.
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
    check_kind(new.kind)?;
    let contact = Contact {
        addresses: addresses(&new.addresses)?,
        owner: new.owner,
        ..Contact::new(id, new.kind, name, ContactSource::Api, origin.at)
    };
    check_owner(table, tenant, contact.owner).await?;
    let mut transaction = Transaction::default();
    for write in contacts::create(tenant, &records.hasher, &contact)? {
        transaction.add_or(write, address_taken());
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

fn address_taken() -> Refused {
    let hint = "another record has one of these addresses: POST /v1/contacts/lookup finds it";
    Refused::field(RefusalCode::AddressTaken, "addresses", hint)
}

/// The addresses in order, without repeats.
fn addresses(texts: &[String]) -> Result<Vec<EmailAddress>, Refused> {
    if texts.len() > CONTACT_ADDRESSES_MAX {
        let hint = "keep the addresses that are in use";
        let refused = Refused::field(RefusalCode::FieldTooLong, "addresses", hint);
        return Err(refused.with_limit(u64::try_from(CONTACT_ADDRESSES_MAX).unwrap_or(u64::MAX)));
    }
    let mut all: Vec<EmailAddress> = Vec::new();
    for (position, text) in texts.iter().enumerate() {
        let address = text_rules::address(&format!("addresses[{position}]"), text)?;
        if !all.contains(&address) {
            all.push(address);
        }
    }
    Ok(all)
}

fn check_kind(kind: ContactKind) -> Result<(), Refused> {
    match kind {
        ContactKind::Lead | ContactKind::Contact | ContactKind::Account => Ok(()),
        ContactKind::Custom(_) => {
            Err(Refused::field(RefusalCode::FieldInvalid, "kind", "there is no such module"))
        }
    }
}

async fn check_owner(
    table: &dyn Table,
    tenant: TenantId,
    owner: Option<UserId>,
) -> Result<(), FlowError> {
    let Some(owner) = owner else { return Ok(()) };
    if users::get(table, tenant, owner).await?.is_some() {
        return Ok(());
    }
    Err(Refused::field(RefusalCode::FieldInvalid, "owner", "there is no such user").into())
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
    if kind.is_some_and(|kind| check_kind(kind).is_err()) {
        let hint = "there is no such module";
        return Err(Refused::field(RefusalCode::QueryMalformed, "kind", hint).into());
    }
    let kinds = kind.map_or(ContactKind::STANDARD.to_vec(), |kind| vec![kind]);
    let parts = kinds.into_iter().map(|kind| (kind.name().to_owned(), kind)).collect();
    paging::through(parts, wish, |kind, wish: Wish| async move {
        Ok(contacts::list(table, tenant, kind, wish.limit, wish.after).await?.into())
    })
    .await
}

/// A record.
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
    let after = changed(&before, change)?;
    if same(&before, &after) {
        return Ok(before);
    }
    if after.owner != before.owner {
        check_owner(table, tenant, after.owner).await?;
    }
    let now = records.clock.now();
    let after = Contact { rev: rev.saturating_add(1), updated_at: now, ..after };
    let mut transaction = Transaction::default();
    transaction.add_or(contacts::replace(tenant, &after, rev)?, revision_mismatch());
    move_claims(&mut transaction, records, tenant, &before, &after)?;
    transaction.note(Doer::new(allowed, request, now), "contact.changed", id)?;
    transaction.commit(table).await?;
    Ok(after)
}

/// The record, if its revision is `rev`.
async fn current(
    table: &dyn Table,
    tenant: TenantId,
    id: ContactId,
    rev: u64,
) -> Result<Contact, FlowError> {
    let contact = contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    if contact.rev == rev { Ok(contact) } else { Err(revision_mismatch().into()) }
}

fn changed(before: &Contact, change: ContactChange) -> Result<Contact, Refused> {
    let mut after = before.clone();
    if let Some(kind) = change.kind {
        check_kind(kind)?;
        after.kind = kind;
    }
    if let Some(name) = change.name {
        after.name = text_rules::name("name", &name)?;
    }
    if let Some(texts) = change.addresses {
        after.addresses = addresses(&texts)?;
    }
    if let Some(owner) = change.owner {
        after.owner = owner;
    }
    Ok(after)
}

/// Whether nothing changes, the spelling of addresses included, which equality does not look at.
fn same(before: &Contact, after: &Contact) -> bool {
    let spelled = |contact: &Contact| -> Vec<String> {
        contact.addresses.iter().map(|address| address.expose().to_owned()).collect()
    };
    before == after && spelled(before) == spelled(after)
}

/// Claims the addresses that came and gives up those that went.
fn move_claims(
    transaction: &mut Transaction,
    records: &Records,
    tenant: TenantId,
    before: &Contact,
    after: &Contact,
) -> Result<(), TableFault> {
    let had: BTreeSet<&EmailAddress> = before.addresses.iter().collect();
    let has: BTreeSet<&EmailAddress> = after.addresses.iter().collect();
    for address in has.difference(&had) {
        let claim = contacts::claim(tenant, &records.hasher, address, after.id)?;
        transaction.add_or(claim, address_taken());
    }
    for address in had.difference(&has) {
        transaction.add(contacts::release(tenant, &records.hasher, address, after.id));
    }
    Ok(())
}

/// Removes a record whose revision is `rev` and frees its addresses. Mail stays.
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
    for address in &contact.addresses {
        transaction.add(contacts::release(tenant, &records.hasher, address, id));
    }
    let now: Timestamp = records.clock.now();
    transaction.note(Doer::new(allowed, request, now), "contact.deleted", id)?;
    transaction.commit(table).await
}
