//! Entries of the index that mail and people are found by, and the manifests that tell what a subject
//! is found by. Nothing here is a source: all of it can be made again from the records.

use std::collections::BTreeSet;

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::limits;
use domain::search_term::SearchScope;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};
use serde_dynamo::AttributeValue;

use crate::item;
use crate::keys;
use crate::table::{
    Change, Index, Item, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// Where an entry lies.
#[derive(Clone, Copy, Debug)]
pub struct EntryPlace<'a> {
    /// Who finds it.
    pub scope: SearchScope,
    /// Keyed hash of what it is found by.
    pub term_hash: &'a str,
    /// Its place in the list: the subject's time, if it has one, and its id behind the last `#`.
    pub order: &'a str,
}

/// Somebody a mail names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correspondent {
    /// The display name.
    pub name: Option<String>,
    /// The address.
    pub address: EmailAddress,
}

/// An entry as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the list.
    pub order: String,
    /// Marks of everything the subject is found by, sorted, all of one length.
    pub marks: Vec<u8>,
    /// Whom the mail names, where the list is one of all mail.
    pub correspondents: Vec<Correspondent>,
}

#[derive(Serialize, Deserialize)]
struct Named {
    #[serde(default)]
    correspondents: Vec<Correspondent>,
}

/// The write that makes an entry. The same entry may be written any number of times.
///
/// # Errors
/// See [`item::to_item`].
pub fn put(
    tenant: TenantId,
    place: EntryPlace<'_>,
    marks: &[u8],
    correspondents: &[Correspondent],
) -> Result<Write, TableFault> {
    let keys = keys::index_entry(tenant, place.scope, place.term_hash, place.order);
    let named = Named { correspondents: correspondents.to_vec() };
    let mut item = item::to_item("index_entry", &keys, &named)?;
    if correspondents.is_empty() {
        item.remove("correspondents");
    }
    item.insert("marks".to_owned(), AttributeValue::B(marks.to_vec()));
    Ok(Write::Put { key: keys.key, item, condition: None })
}

/// The write that takes an entry away, if it is there.
pub fn delete(tenant: TenantId, place: EntryPlace<'_>) -> Write {
    let keys = keys::index_entry(tenant, place.scope, place.term_hash, place.order);
    Write::Delete { key: keys.key, condition: None }
}

/// Which entries of a list.
#[derive(Clone, Debug)]
pub struct ListPart {
    /// The least and the greatest place in the list, both included.
    pub span: Option<(String, String)>,
    /// The place after which it goes on; none at the beginning.
    pub after: Option<String>,
    /// Most entries.
    pub limit: u32,
}

/// Entries of a list, the last place first, and whether there may be more: one query.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    scope: SearchScope,
    term_hash: &str,
    part: &ListPart,
) -> Result<(Vec<Entry>, bool), TableFault> {
    let partition = keys::index_list(tenant, scope, term_hash);
    let mark = |order: &String| {
        PageMark::from([("pk".to_owned(), partition.clone()), ("sk".to_owned(), order.clone())])
    };
    let query = Query {
        table: TableName::Delivery,
        index: Index::Primary,
        after: part.after.as_ref().map(mark),
        range: match &part.span {
            Some((least, greatest)) => SortRange::Between(least.clone(), greatest.clone()),
            None => SortRange::All,
        },
        partition,
        descending: true,
        limit: part.limit,
    };
    let page = table.query(&query).await?;
    let entries = page.items.into_iter().map(entry).collect::<Result<_, _>>()?;
    Ok((entries, page.next.is_some()))
}

fn entry(mut item: Item) -> Result<Entry, TableFault> {
    let order = match item.get("sk") {
        Some(AttributeValue::S(order)) => order.clone(),
        Some(_) | None => String::new(),
    };
    let marks = match item.remove("marks") {
        Some(AttributeValue::B(marks)) => marks,
        Some(_) | None => Vec::new(),
    };
    let Named { correspondents } = item::from_item(item)?;
    Ok(Entry { order, marks, correspondents })
}

/// What a subject is, or was, found by in one scope. It only grows while the subject is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    /// The scope, as keys spell it.
    #[serde(rename = "sk")]
    pub scope: String,
    /// Keyed hashes of the terms.
    pub terms: BTreeSet<String>,
    /// The subject's place in the lists.
    pub order: String,
}

/// The write that notes that a subject is found by these terms, before its entries are written.
pub fn note(
    tenant: TenantId,
    subject: &str,
    scope: SearchScope,
    order: &str,
    terms: BTreeSet<String>,
) -> Write {
    Write::Update {
        key: keys::index_manifest(tenant, subject, &scope.to_string()).key,
        changes: vec![
            Change::Include("terms", terms),
            Change::Set("order", item::text(order)),
            Change::Set("item_kind", item::text("index_manifest")),
            Change::Remove("expires_at"),
        ],
        condition: None,
    }
}

/// The write that lets a manifest of a subject that is gone end some time after `now`. Until then
/// workers that come late find what they have to take away.
pub fn end(tenant: TenantId, subject: &str, scope: &str, now: Timestamp) -> Write {
    let at = now.plus(limits::INDEX_MANIFEST_LIFE).seconds();
    Write::Update {
        key: keys::index_manifest(tenant, subject, scope).key,
        changes: vec![Change::Set("expires_at", AttributeValue::N(at.to_string()))],
        condition: Some(crate::table::Condition::Exists),
    }
}

/// What a subject is or was found by: one query, for few have more scopes than a page.
///
/// # Errors
/// A fault of the table.
pub async fn manifests(
    table: &dyn Table,
    tenant: TenantId,
    subject: &str,
) -> Result<Vec<Manifest>, TableFault> {
    let mut query = Query {
        table: TableName::Delivery,
        index: Index::Primary,
        partition: keys::index_manifests(tenant, subject),
        range: SortRange::All,
        descending: false,
        limit: limits::PAGE_ITEMS_MAX,
        after: None,
    };
    let mut all = Vec::new();
    loop {
        let page = table.query(&query).await?;
        for item in page.items {
            all.push(item::from_item(item)?);
        }
        query.after = page.next;
        if query.after.is_none() {
            return Ok(all);
        }
    }
}
