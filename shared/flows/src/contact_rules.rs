//! Rules that every writing of a contact keeps: its module takes the values, what it refers to is
//! there, its addresses are nobody else's, and it stays within its bound.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::{Contact, ContactKind};
use domain::email_address::EmailAddress;
use domain::field_definition::FieldType;
use domain::field_value::FieldValue;
use domain::given_value::GivenValue;
use domain::ids::{ContactId, TenantId, UserId};
use domain::limits::{CONTACT_ADDRESSES_MAX, RECORD_BYTES_MAX};
use domain::module::Module;
use domain::refusal::{RefusalCode, Refused};
use store::table::{Table, TableFault, Write};
use store::{contacts, item, modules, spellings, users};

use crate::error::FlowError;
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::Transaction;

/// Values by field name; none takes a value away.
pub type GivenFields = BTreeMap<String, Option<GivenValue>>;

/// The module of a kind, for records that are made or changed.
///
/// # Errors
/// `field_invalid` where there is no such module, `module_removed`.
pub(crate) async fn module_of(
    table: &dyn Table,
    tenant: TenantId,
    kind: ContactKind,
) -> Result<Module, FlowError> {
    let Some(module) = modules::get(table, tenant, kind).await? else {
        let hint = "there is no such module: GET /v1/modules lists them";
        return Err(Refused::field(RefusalCode::FieldInvalid, "kind", hint).into());
    };
    if module.removed_at.is_some() {
        let hint = "its records can be read and removed; change the module back to write them";
        return Err(Refused::field(RefusalCode::ModuleRemoved, "kind", hint).into());
    }
    Ok(module)
}

/// That there is such a user.
pub(crate) async fn check_owner(
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

/// That the records it refers to newly are there and of the right kind, in one batch read.
pub(crate) async fn check_references(
    table: &dyn Table,
    tenant: TenantId,
    module: &Module,
    before: Option<&Contact>,
    after: &Contact,
) -> Result<(), FlowError> {
    let mut wanted: Vec<(String, ContactId, ContactKind)> = Vec::new();
    if let Some(account) = after.account.filter(|_| before.and_then(|b| b.account) != after.account)
    {
        wanted.push(("account".to_owned(), account, ContactKind::Account));
    }
    for field in &module.fields {
        let value = after.fields.get(&field.name);
        let changed = before.and_then(|before| before.fields.get(&field.name)) != value;
        if let (FieldType::Reference { to }, Some(FieldValue::Reference(id)), true) =
            (&field.field_type, value, changed)
        {
            wanted.push((format!("fields.{}", field.name), *id, *to));
        }
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let found = contacts::stored_all(table, tenant, wanted.iter().map(|(_, id, _)| *id)).await?;
    for (field, id, kind) in wanted {
        let fits = found.get(&id).is_some_and(|found| found.kind == kind) && id != after.id;
        if !fits {
            let hint = format!("there is no other record of kind {kind} with this id");
            return Err(Refused::field(RefusalCode::FieldInvalid, field, hint).into());
        }
    }
    Ok(())
}

/// The write, if its item stays within the bound of records.
pub(crate) fn within_bound(write: Write) -> Result<Write, Refused> {
    if item::put_bytes(&write) <= RECORD_BYTES_MAX {
        return Ok(write);
    }
    let hint = "shorten the longest values: all values of a record together are too large";
    let refused = Refused::new(RefusalCode::RecordTooLarge, hint);
    Err(refused.with_limit(u64::try_from(RECORD_BYTES_MAX).unwrap_or(u64::MAX)))
}

/// The addresses in order, without repeats.
pub(crate) fn addresses(texts: &[String]) -> Result<Vec<EmailAddress>, Refused> {
    if texts.len() > CONTACT_ADDRESSES_MAX {
        return Err(too_many_addresses("addresses"));
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

/// That a record has more addresses than it may.
pub(crate) fn too_many_addresses(field: &str) -> Refused {
    let refused = Refused::field(RefusalCode::FieldTooLong, field, "keep the addresses in use");
    refused.with_limit(u64::try_from(CONTACT_ADDRESSES_MAX).unwrap_or(u64::MAX))
}

/// That an address is another record's.
pub(crate) fn address_taken() -> Refused {
    let hint = "another record has one of these addresses: POST /v1/contacts/lookup finds it";
    Refused::field(RefusalCode::AddressTaken, "addresses", hint)
}

/// Claims the addresses that came and gives up those that went.
pub(crate) async fn move_claims(
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
    let lost: Vec<&EmailAddress> = had.difference(&has).copied().collect();
    release(transaction, records, tenant, before, &lost);
    let (hasher, (old, new)) = (&records.hasher, (&before.addresses, &after.addresses));
    let mut spelled = spellings::note(tenant, hasher, after.id, old, new);
    let (table, ids) = (records.table.as_ref(), before.identities());
    spelled.extend(spellings::forget(table, tenant, hasher, &ids, old, new).await?);
    spelled.into_iter().for_each(|write| transaction.add(write));
    Ok(())
}

/// Gives up all addresses of a record that goes. Those of a record that was merged into it are still
/// claimed under that one's id.
pub(crate) async fn release_claims(
    transaction: &mut Transaction,
    records: &Records,
    tenant: TenantId,
    contact: &Contact,
) -> Result<(), TableFault> {
    let all: Vec<&EmailAddress> = contact.addresses.iter().collect();
    release(transaction, records, tenant, contact, &all);
    let (table, hasher, ids) = (records.table.as_ref(), &records.hasher, contact.identities());
    let gone = spellings::forget(table, tenant, hasher, &ids, &contact.addresses, []).await?;
    gone.into_iter().for_each(|write| transaction.add(write));
    Ok(())
}

fn release(
    transaction: &mut Transaction,
    records: &Records,
    tenant: TenantId,
    contact: &Contact,
    addresses: &[&EmailAddress],
) {
    let identities = contact.identities();
    for address in addresses {
        transaction.add(contacts::release(tenant, &records.hasher, address, &identities));
    }
}
