//! Contacts, the claims of their addresses, and the mail linked to them.

use domain::contact::{Contact, ContactKind, MailLink};
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{ContactId, TenantId};
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
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
    let keys = keys::contact(tenant, contact.kind, contact.id);
    let mut writes = vec![item::create("contact", keys, contact)?];
    for address in &contact.addresses {
        writes.push(claim(tenant, hasher, address, contact.id)?);
    }
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

/// The write that gives an address up, if it is still the contact's.
pub fn release(
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    contact: ContactId,
) -> Write {
    Write::Delete {
        key: claim_key(tenant, hasher, address),
        condition: Some(Condition::Equals("contact", item::text(contact))),
    }
}

/// The write that replaces a contact, if the stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: TenantId, contact: &Contact, rev_before: u64) -> Result<Write, TableFault> {
    item::replace("contact", keys::contact(tenant, contact.kind, contact.id), contact, rev_before)
}

/// The write that removes a contact, if the stored revision is still the given one. Its claims are to
/// be given up with it; the lines of its timeline stay where nothing leads to them.
pub fn delete(tenant: TenantId, contact: &Contact) -> Write {
    Write::Delete {
        key: keys::contact_lookup(tenant, contact.id),
        condition: Some(Condition::Equals("rev", item::number(contact.rev))),
    }
}

/// Key of the claim of an address.
pub fn claim_key(tenant: TenantId, hasher: &KeyedHasher, address: &EmailAddress) -> Key {
    keys::contact_address(tenant, &hasher.address(address)).key
}

/// A contact by its id.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    contact: ContactId,
) -> Result<Option<Contact>, TableFault> {
    table.get(&keys::contact_lookup(tenant, contact)).await?.item.map(item::from_item).transpose()
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
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::contacts_of(tenant, kind),
        range: SortRange::All,
        descending: false,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let contacts = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((contacts, page.next))
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

/// One page of a contact's timeline, newest first.
///
/// # Errors
/// A fault of the table.
pub async fn timeline(
    table: &dyn Table,
    tenant: TenantId,
    contact: ContactId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<MailLink>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Primary,
        partition: keys::contact_partition(tenant, contact),
        range: SortRange::StartsWith(keys::MAIL_LINK.to_owned()),
        descending: true,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let links = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((links, page.next))
}
