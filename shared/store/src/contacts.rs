//! Contacts, the claims of their addresses, and the mail linked to them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::contact::{Contact, ContactKind, MailLink};
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{ContactId, MessageId, TenantId};
use domain::limits::MERGED_MAX;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys::{self, ItemKeys};
use crate::spellings;
use crate::table::{
    self, Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// That an address belongs to a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactClaim {
    /// The contact.
    pub contact: ContactId,
}

/// The writes that make a contact and claim its addresses: all or none, or two contacts could have
/// one address.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(
    tenant: TenantId,
    hasher: &KeyedHasher,
    contact: &Contact,
) -> Result<Vec<Write>, TableFault> {
    let mut writes = vec![item::create("contact", keys_of(tenant, contact), contact)?];
    for address in &contact.addresses {
        writes.push(claim(tenant, hasher, address, contact.id)?);
    }
    writes.extend(spellings::note(tenant, hasher, contact.id, [], &contact.addresses));
    Ok(writes)
}

/// The write that claims an address nobody has.
///
/// # Errors
/// See [`item::to_item`].
pub fn claim(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    contact: ContactId,
) -> Result<Write, TableFault> {
    let keys = keys::contact_address(tenant, &hasher.address(address));
    item::create("contact_claim", keys, &ContactClaim { contact })
}

/// The write that gives an address up, if one of these ids of a record still has it.
pub fn release(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    identities: &[ContactId],
) -> Write {
    let condition = Some(held_by(identities));
    Write::Delete { key: claim_key(tenant, hasher, address), condition }
}

/// That one of these ids of a record has an address, for transactions.
pub fn check_claim(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    identities: &[ContactId],
) -> Write {
    Write::Check { key: claim_key(tenant, hasher, address), condition: held_by(identities) }
}

fn held_by(identities: &[ContactId]) -> Condition {
    let each = identities.iter().map(|id| Condition::Equals("contact", item::text(id)));
    Condition::Any(each.collect())
}

fn keys_of(tenant: TenantId, contact: &Contact) -> ItemKeys {
    match contact.merged_into {
        None => keys::contact(tenant, contact.kind, contact.id, contact.account),
        Some(_) => keys::merged_contact(tenant, contact.id),
    }
}

/// The write that replaces a contact, if the stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: TenantId, contact: &Contact, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("contact", keys_of(tenant, contact), contact, rev_before)
}

/// The write that removes a contact, if the stored revision is still the given one. Its claims are to
/// be given up with it.
pub fn delete(tenant: TenantId, contact: &Contact) -> Write {
    Write::Delete {
        key: keys::contact_lookup(tenant, contact.id),
        condition: Some(Condition::Equals("rev", item::number(contact.rev))),
    }
}

/// Primary key of a contact, for batch reads.
pub fn key(tenant: TenantId, contact: ContactId) -> Key {
    keys::contact_lookup(tenant, contact)
}

/// Key of the claim of an address.
pub fn claim_key(tenant: TenantId, hasher: &KeyedHasher, address: &EmailAddress) -> Key {
    keys::contact_address(tenant, &hasher.address(address)).key
}

/// A contact by its id, or by that of a record that was merged into it.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    contact: ContactId,
) -> Result<Option<Contact>, TableFault> {
    let mut id = contact;
    // Each merge makes the way one longer at most.
    for _ in 0..=MERGED_MAX {
        let found = stored(table, tenant, id).await?;
        match found.as_ref().and_then(|found| found.merged_into) {
            Some(into) => id = into,
            None => return Ok(found),
        }
    }
    Ok(None)
}

/// The record with exactly this id, also where it was merged into another.
///
/// # Errors
/// A fault of the table.
pub async fn stored(
    table: &dyn Table,
    tenant: TenantId,
    contact: ContactId,
) -> Result<Option<Contact>, TableFault> {
    table.get(&keys::contact_lookup(tenant, contact)).await?.item.map(item::from_item).transpose()
}

/// The records with exactly these ids that are there, also those that were merged into others.
///
/// # Errors
/// A fault of the table.
pub async fn stored_all(
    table: &dyn Table,
    tenant: TenantId,
    ids: impl IntoIterator<Item = ContactId>,
) -> Result<BTreeMap<ContactId, Contact>, TableFault> {
    let keys: BTreeSet<Key> = ids.into_iter().map(|id| keys::contact_lookup(tenant, id)).collect();
    let got = table::get_all(table, &keys).await?;
    let contacts = got.items.into_values().map(item::from_item::<Contact>);
    contacts.map(|contact| contact.map(|contact| (contact.id, contact))).collect()
}

/// Whose these addresses are; those that nobody has are missing.
///
/// # Errors
/// A fault of the table.
pub async fn holders(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    addresses: impl IntoIterator<Item = &EmailAddress>,
) -> Result<BTreeMap<EmailAddress, ContactId>, TableFault> {
    let by_key: BTreeMap<Key, &EmailAddress> = addresses
        .into_iter()
        .map(|address| (claim_key(tenant, hasher, address), address))
        .collect();
    let got = table::get_all(table, &by_key.keys().cloned().collect()).await?;
    let mut holders = BTreeMap::new();
    for (key, item) in got.items {
        let claim: ContactClaim = item::from_item(item)?;
        if let Some(address) = by_key.get(&key) {
            holders.insert(EmailAddress::clone(address), claim.contact);
        }
    }
    Ok(holders)
}

/// Whose an address is.
///
/// # Errors
/// A fault of the table.
pub async fn holder(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
) -> Result<Option<ContactId>, TableFault> {
    let got = table.get(&claim_key(tenant, hasher, address)).await?;
    let claim: Option<ContactClaim> = got.item.map(item::from_item).transpose()?;
    Ok(claim.map(|claim| claim.contact))
}

/// One page of a tenant's contacts of one kind, oldest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    kind: ContactKind,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Contact>, Option<PageMark>), TableFault> {
    through(table, Index::Gsi1, keys::contacts_of(tenant, kind), limit, after).await
}

/// One page of the records that belong to an account, oldest first.
///
/// # Errors
/// A fault of the table.
pub async fn people(
    table: &dyn Table,
    tenant: TenantId,
    account: ContactId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Contact>, Option<PageMark>), TableFault> {
    through(table, Index::Gsi2, keys::people_of(tenant, account), limit, after).await
}

async fn through(
    table: &dyn Table,
    index: Index,
    partition: String,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Contact>, Option<PageMark>), TableFault> {
    let range = SortRange::All;
    let table_name = TableName::Crm;
    let query =
        Query { table: table_name, index, partition, range, descending: false, limit, after };
    let page = table.query(&query).await?;
    let contacts = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((contacts, page.next))
}

/// Where the list of a kind goes on behind a contact.
pub fn list_mark(tenant: TenantId, kind: ContactKind, contact: ContactId) -> PageMark {
    let key = keys::contact_lookup(tenant, contact);
    let (partition, sort) = Index::Gsi1.attributes();
    PageMark::from([
        ("pk".to_owned(), key.pk),
        ("sk".to_owned(), key.sk),
        (partition.to_owned(), keys::contacts_of(tenant, kind)),
        (sort.to_owned(), contact.to_string()),
    ])
}

/// The write that puts a mail on a contact's timeline. The same mail writes the same item.
///
/// # Errors
/// See [`item::to_item`].
pub fn link_mail(tenant: TenantId, link: &MailLink) -> Result<Write, TableFault> {
    let keys = keys::mail_link(tenant, link.contact, link.at, link.message);
    let item = item::to_item("mail_link", &keys, link)?;
    Ok(Write::Put { key: keys.key, item, condition: None })
}

/// The write that takes a mail off a contact's timeline; what is not there is gone already.
pub fn unlink_mail(
    tenant: TenantId,
    contact: ContactId,
    at: Timestamp,
    message: MessageId,
) -> Write {
    Write::Delete { key: keys::mail_link(tenant, contact, at, message).key, condition: None }
}

/// The first contacts of a kind made from one moment to before another, oldest first, and whether there
/// are more: ids sort by time.
///
/// # Errors
/// A fault of the table.
pub async fn made_between(
    table: &dyn Table,
    tenant: TenantId,
    kind: ContactKind,
    from: Timestamp,
    until: Timestamp,
    limit: u32,
) -> Result<(Vec<Contact>, bool), TableFault> {
    let last = until.minus(Duration::from_millis(1));
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::contacts_of(tenant, kind),
        range: SortRange::Between(
            ContactId::from_parts(from, 0).to_string(),
            ContactId::from_parts(last, u128::MAX).to_string(),
        ),
        descending: false,
        limit,
        after: None,
    };
    let page = table.query(&query).await?;
    let contacts = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((contacts, page.next.is_some()))
}
