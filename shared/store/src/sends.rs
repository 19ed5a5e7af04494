//! The recipients of what we sent, and the tallies over them.
//!
//! Whoever sends makes a [`Send`] first and hands the mail over then, so an event always finds one.
//! Every change is a conditional put of the whole item, so two workers can't undo each other's facts.

use std::collections::BTreeMap;

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::TenantId;
use domain::limits;
use domain::send::{Counted, Send, SendPlace};

use crate::item;
use crate::keys;
use crate::table::{
    Change, Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

const KIND: &str = "send";

/// Primary key of a recipient, for batch reads.
pub fn key(
    tenant: TenantId,
    hasher: &KeyedHasher,
    place: &SendPlace,
    recipient: &EmailAddress,
) -> Key {
    keys::send(tenant, place, &hasher.address(recipient), None, None).key
}

/// The write that makes a recipient's record, before the mail is handed over.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, hasher: &KeyedHasher, send: &Send) -> Result<Write, TableFault> {
    put(tenant, hasher, send, Condition::Absent)
}

/// The write that replaces it, if the stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(
    tenant: TenantId,
    hasher: &KeyedHasher,
    send: &Send,
    rev_before: u64,
) -> Result<Write, TableFault> {
    put(tenant, hasher, send, Condition::Equals("rev", item::number(rev_before)))
}

/// The write that notes the provider's answer, before or after the `Send` event. When it was sent is
/// the event's to tell: it is counted with the first telling, which has to be the same for every way
/// a mail goes out.
pub fn handed_over(
    tenant: TenantId,
    hasher: &KeyedHasher,
    send: &Send,
    provider_id: &str,
) -> Write {
    Write::Update {
        key: key(tenant, hasher, &send.place, &send.to),
        changes: vec![Change::Set("provider_id", item::text(provider_id)), Change::Add("rev", 1)],
        condition: Some(Condition::Exists),
    }
}

fn put(
    tenant: TenantId,
    hasher: &KeyedHasher,
    send: &Send,
    condition: Condition,
) -> Result<Write, TableFault> {
    let bounced_at = send.bounce().map(|bounce| bounce.at);
    let complained_at = send.complained.as_ref().map(|complaint| complaint.at);
    let hash = hasher.address(&send.to);
    let keys = keys::send(tenant, &send.place, &hash, bounced_at, complained_at);
    let mut item = item::to_item(KIND, &keys, send)?;
    item::expire(&mut item, send.queued_at.plus(limits::SEND_LIFE));
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}

/// One recipient.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    place: &SendPlace,
    recipient: &EmailAddress,
) -> Result<Option<Send>, TableFault> {
    let got = table.get(&key(tenant, hasher, place, recipient)).await?;
    got.item.map(item::from_item).transpose()
}

/// One recipient, by the keyed hash of the address.
///
/// # Errors
/// A fault of the table.
pub async fn get_by_hash(
    table: &dyn Table,
    tenant: TenantId,
    place: &SendPlace,
    recipient_hash: &str,
) -> Result<Option<Send>, TableFault> {
    let got = table.get(&keys::send(tenant, place, recipient_hash, None, None).key).await?;
    got.item.map(item::from_item).transpose()
}

/// One page of the recipients of a mail, or of a chunk.
///
/// # Errors
/// A fault of the table.
pub async fn of_place(
    table: &dyn Table,
    tenant: TenantId,
    place: &SendPlace,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Send>, Option<PageMark>), TableFault> {
    let range = SortRange::StartsWith(keys::SEND.to_owned());
    let partition = keys::sends_of(tenant, place);
    page(table, Index::Primary, partition, range, false, (limit, after)).await
}

/// One page of what came back in a month (`yyyymm`), the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn bounced(
    table: &dyn Table,
    tenant: TenantId,
    month: &str,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Send>, Option<PageMark>), TableFault> {
    let partition = keys::bounces_of_month(tenant, month);
    page(table, Index::Gsi1, partition, SortRange::All, true, (limit, after)).await
}

/// One page of what was complained about in a month (`yyyymm`), the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn complained(
    table: &dyn Table,
    tenant: TenantId,
    month: &str,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Send>, Option<PageMark>), TableFault> {
    let partition = keys::complaints_of_month(tenant, month);
    page(table, Index::Gsi2, partition, SortRange::All, true, (limit, after)).await
}

async fn page(
    table: &dyn Table,
    index: Index,
    partition: String,
    range: SortRange,
    descending: bool,
    (limit, after): (u32, Option<PageMark>),
) -> Result<(Vec<Send>, Option<PageMark>), TableFault> {
    let query =
        Query { table: TableName::Delivery, index, partition, range, descending, limit, after };
    let page = table.query(&query).await?;
    let sends = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((sends, page.next))
}

/// How many recipients have each fact.
pub type Counts = BTreeMap<Counted, u64>;

/// The write that adds to the tally of a chunk; none for mails that are no campaign's.
pub fn add_to_chunk(tenant: TenantId, place: &SendPlace, counts: &Counts) -> Option<Write> {
    match place {
        SendPlace::OneOff { .. } => None,
        SendPlace::Campaign { .. } => Some(add(keys::chunk_tally(tenant, place).key, counts)),
    }
}

fn add(key: Key, counts: &Counts) -> Write {
    let change = |(counted, times): (&Counted, &u64)| {
        Change::Add(attribute(*counted), i64::try_from(*times).unwrap_or(i64::MAX))
    };
    Write::Update { key, changes: counts.iter().map(change).collect(), condition: None }
}

/// What became of a chunk.
///
/// # Errors
/// A fault of the table.
pub async fn counts_of_chunk(
    table: &dyn Table,
    tenant: TenantId,
    place: &SendPlace,
) -> Result<Counts, TableFault> {
    let got = table.get(&keys::chunk_tally(tenant, place).key).await?;
    Ok(sum(got.item))
}

fn sum(items: impl IntoIterator<Item = crate::table::Item>) -> Counts {
    let mut counts = Counts::new();
    for item in items {
        for &counted in COUNTED {
            if let Some(serde_dynamo::AttributeValue::N(n)) = item.get(attribute(counted)) {
                *counts.entry(counted).or_default() += n.parse::<u64>().unwrap_or_default();
            }
        }
    }
    counts
}

const COUNTED: &[Counted] = &[
    Counted::Sent,
    Counted::Delivered,
    Counted::Delayed,
    Counted::BouncedTemporary,
    Counted::BouncedPermanent,
    Counted::Complained,
    Counted::Rejected,
    Counted::Opened,
    Counted::Clicked,
    Counted::Machine,
    Counted::AutoReplied,
    Counted::Unsubscribed,
];

fn attribute(counted: Counted) -> &'static str {
    match counted {
        Counted::Sent => "sent",
        Counted::Delivered => "delivered",
        Counted::Delayed => "delayed",
        Counted::BouncedTemporary => "bounced_temporary",
        Counted::BouncedPermanent => "bounced_permanent",
        Counted::Complained => "complained",
        Counted::Rejected => "rejected",
        Counted::Opened => "opened",
        Counted::Clicked => "clicked",
        Counted::Machine => "machine",
        Counted::AutoReplied => "auto_replied",
        Counted::Unsubscribed => "unsubscribed",
    }
}
