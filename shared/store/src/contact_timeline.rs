//! What hangs on a contact in order: its own lines, and those of the records that were merged into it.
//!
//! A merge moves no line: each stays with the id it was written under, and a page takes the newest of
//! all ids together. One page costs one query for each id, beside each other.

use std::collections::BTreeMap;

use domain::contact::MailLink;
use domain::ids::{ContactId, TenantId};
use futures::future::try_join_all;

use crate::item;
use crate::keys;
use crate::table::{
    Index, Item, Page, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// One page of the mail linked to any of a record's ids, newest first; a mail that is linked to
/// several of them is one line with all its roles.
///
/// # Errors
/// A fault of the table.
pub async fn page(
    table: &dyn Table,
    tenant: TenantId,
    identities: &[ContactId],
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<MailLink>, Option<PageMark>), TableFault> {
    let (lines, next) = newest(table, tenant, identities, keys::MAIL_LINK, (limit, after)).await?;
    let links = lines.into_iter().map(one_link).collect::<Result<Vec<_>, _>>()?;
    Ok((links.into_iter().flatten().collect(), next))
}

fn one_link(items: Vec<Item>) -> Result<Option<MailLink>, TableFault> {
    let mut links = items.into_iter().map(item::from_item::<MailLink>);
    let Some(mut line) = links.next().transpose()? else { return Ok(None) };
    for other in links {
        line.roles.extend(other?.roles);
    }
    line.roles.sort_unstable();
    line.roles.dedup();
    Ok(Some(line))
}

/// Lines that begin a page, each with the items of all ids that have it, and where the next begins.
type Lines = (Vec<Vec<Item>>, Option<PageMark>);

/// One page of the lines of any of a record's ids whose sort keys begin with `start`, the greatest
/// first; what several ids have under one sort key is one line.
pub(crate) async fn newest(
    table: &dyn Table,
    tenant: TenantId,
    identities: &[ContactId],
    start: &str,
    (limit, after): (u32, Option<PageMark>),
) -> Result<Lines, TableFault> {
    let query = |id: &ContactId| {
        let partition = keys::contact_partition(tenant, *id);
        // The mark says behind which line the page begins, in whichever partition that line is.
        let after = after.clone().map(|mut mark| {
            mark.insert("pk".to_owned(), partition.clone());
            mark
        });
        Query {
            table: TableName::Crm,
            index: Index::Primary,
            partition,
            range: SortRange::StartsWith(start.to_owned()),
            descending: true,
            limit,
            after,
        }
    };
    let queries: Vec<Query> = identities.iter().map(query).collect();
    let pages = try_join_all(queries.iter().map(|query| table.query(query))).await?;
    let Some(own) = identities.first() else { return Ok((Vec::new(), None)) };
    Ok(newest_of(pages, limit, &keys::contact_partition(tenant, *own)))
}

/// The greatest sort keys of the beginnings of several partitions, as one page with a mark in partition
/// `own`.
pub(crate) fn newest_of(pages: Vec<Page>, limit: u32, own: &str) -> Lines {
    // What lies below the end of a page that has a next one is not known yet.
    let known_to = pages.iter().filter(|page| page.next.is_some());
    let known_to = known_to.filter_map(|page| page.items.last().map(sort_key)).max();
    let mut lines: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in pages.into_iter().flat_map(|page| page.items) {
        lines.entry(sort_key(&item)).or_default().push(item);
    }
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let all = lines.len();
    let known = |sort: &String| known_to.as_ref().is_none_or(|end| sort >= end);
    let shown: Vec<(String, Vec<Item>)> =
        lines.into_iter().rev().filter(|(sort, _)| known(sort)).take(most).collect();
    let more = known_to.is_some() || shown.len() < all;
    let next = shown.last().filter(|_| more).map(|(sort, _)| {
        PageMark::from([("pk".to_owned(), own.to_owned()), ("sk".to_owned(), sort.clone())])
    });
    (shown.into_iter().map(|(_, items)| items).collect(), next)
}

fn sort_key(item: &Item) -> String {
    if let Some(serde_dynamo::AttributeValue::S(text)) = item.get("sk") {
        text.clone()
    } else {
        String::new()
    }
}

/// The write that takes a mail off the timeline of one id.
pub fn unlink(tenant: TenantId, link: &MailLink) -> Write {
    let key = keys::mail_link(tenant, link.contact, link.at, link.message).key;
    Write::Delete { key, condition: None }
}
