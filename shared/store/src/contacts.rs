//! Contacts, the claims of their addresses, and the mail linked to them.

use domain::contact::{Contact, MailLink};
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{ContactId, TenantId};
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write};

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
