//! Messages and their deliveries.

use std::collections::{BTreeMap, BTreeSet};

use domain::delivery::{Arrival, Delivery};
use domain::ids::{ContactId, MailboxId, MessageId, TenantId, ThreadId};
use domain::limits;
use domain::message::Message;
use domain::thread::ThreadReason;
use domain::timestamp::Timestamp;
use serde::Deserialize;
use serde_dynamo::AttributeValue;

use crate::item;
use crate::keys;
use crate::table::{
    self, Change, Condition, Index, Item, Key, Query, SortRange, Table, TableFault, TableName,
    Write,
};

/// A message with what it tells of its deliveries: all that decides who may see it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DeliveredMessage {
    /// The message.
    #[serde(flatten)]
    pub message: Message,
    /// Where it arrived; where `more` is set, only some of it.
    #[serde(rename = "arrivals", default)]
    pub arrivals: BTreeSet<Arrival>,
    /// Whether there are more deliveries than a message may tell (see [`limits::ARRIVALS_MAX`]).
    #[serde(rename = "more_arrivals", default)]
    pub more: bool,
}

const ARRIVALS: &str = "arrivals";
const MORE_ARRIVALS: &str = "more_arrivals";

/// The writes that make a message with its first deliveries; a message is made once and never changed
/// by mail, but for what it tells of its deliveries.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(
    tenant: TenantId,
    message: &Message,
    deliveries: &[Delivery],
) -> Result<Vec<Write>, TableFault> {
    let keys = keys::message(tenant, message.id, message.thread, message.at);
    let mut item = item::to_item("message", &keys, message)?;
    let (told, more) = told(0, deliveries);
    if !told.is_empty() {
        item.insert(ARRIVALS.to_owned(), AttributeValue::Ss(told.into_iter().collect()));
    }
    if more {
        item.insert(MORE_ARRIVALS.to_owned(), AttributeValue::Bool(true));
    }
    let mut writes = new_deliveries(tenant, message.at, deliveries)?;
    writes.push(Write::Put { key: keys.key, item, condition: Some(Condition::Absent) });
    Ok(writes)
}

/// The writes that add deliveries, which are not there yet, to a message that is. The message is told
/// by a change that two writers may make in any order: neither takes from the other's, so nobody's
/// view is lost, and what is there is never given to more than its own deliveries.
///
/// # Errors
/// See [`item::to_item`].
pub fn deliver(
    tenant: TenantId,
    stands: &DeliveredMessage,
    deliveries: &[Delivery],
) -> Result<Vec<Write>, TableFault> {
    let DeliveredMessage { message, arrivals, .. } = stands;
    let mut writes = new_deliveries(tenant, message.at, deliveries)?;
    let (told, more) = told(arrivals.len(), deliveries);
    let mut changes = Vec::new();
    if !told.is_empty() {
        changes.push(Change::Include(ARRIVALS, told));
    }
    if more {
        changes.push(Change::Set(MORE_ARRIVALS, AttributeValue::Bool(true)));
    }
    if !changes.is_empty() {
        let key = key(tenant, message.id);
        writes.push(Write::Update { key, changes, condition: Some(Condition::Exists) });
    }
    Ok(writes)
}

/// The newest deliveries to a mailbox among the mail of one month (`yyyymm`).
///
/// # Errors
/// A fault of the table.
pub async fn newest_of_mailbox(
    table: &dyn Table,
    tenant: TenantId,
    mailbox: MailboxId,
    month: &str,
    limit: u32,
) -> Result<Vec<Delivery>, TableFault> {
    let partition = keys::mailbox_month(tenant, mailbox, month);
    let query = Query { descending: true, limit, ..partition_query(partition, Index::Gsi2) };
    let page = table.query(&query).await?;
    page.items.into_iter().map(item::from_item).collect()
}

/// What a message that tells `before` deliveries tells of more of them, and whether there are more
/// than it may tell.
fn told(before: usize, deliveries: &[Delivery]) -> (BTreeSet<String>, bool) {
    let room = limits::ARRIVALS_MAX.saturating_sub(before);
    let texts = deliveries.iter().take(room).map(|delivery| Arrival::from(delivery).to_string());
    (texts.collect(), deliveries.len() > room)
}

/// The time in a delivery's keys is the message's.
fn new_deliveries(
    tenant: TenantId,
    at: Timestamp,
    deliveries: &[Delivery],
) -> Result<Vec<Write>, TableFault> {
    let create = |delivery: &Delivery| {
        let keys = keys::delivery(tenant, delivery.message, delivery.mailbox, at);
        item::create("delivery", keys, delivery)
    };
    deliveries.iter().map(create).collect()
}

/// The write that says which records a message concerns, if it still concerns those it is known to.
pub fn concern(tenant: TenantId, message: &Message, contacts: &[ContactId]) -> Write {
    let list = |ids: &[ContactId]| AttributeValue::L(ids.iter().map(item::text).collect());
    Write::Update {
        key: keys::message_lookup(tenant, message.id),
        changes: vec![Change::Set(CONTACTS, list(contacts))],
        condition: Some(Condition::Equals(CONTACTS, list(&message.contacts))),
    }
}

/// The write after which a message concerns these records and suggests none any more, under the condition
/// of [`concern`].
pub fn settle_suggestion(tenant: TenantId, message: &Message, contacts: &[ContactId]) -> Write {
    let mut write = concern(tenant, message, contacts);
    if let Write::Update { changes, .. } = &mut write {
        changes.push(Change::Remove("suggested_contact"));
    }
    write
}

/// The attribute with the records that a message concerns.
const CONTACTS: &str = "contacts";

/// The write that puts a message into another thread, if it is still where it is said to be.
///
/// # Errors
/// See [`item::value`].
pub fn move_to_thread(
    tenant: TenantId,
    message: &Message,
    to: ThreadId,
    reason: ThreadReason,
) -> Result<Write, TableFault> {
    let keys = keys::message(tenant, message.id, to, message.at);
    let mut changes = vec![
        Change::Set("thread", item::text(to)),
        Change::Set("thread_reason", item::value(&reason)?),
    ];
    if let Some(key) = &keys.gsi1 {
        changes.extend(item::index_changes(Index::Gsi1, key));
    }
    let condition = Condition::Equals("thread", item::text(message.thread));
    Ok(Write::Update { key: keys.key, changes, condition: Some(condition) })
}

/// Primary key of a message, for batch reads.
pub fn key(tenant: TenantId, message: MessageId) -> Key {
    keys::message_lookup(tenant, message)
}

/// Primary key of a delivery, for batch reads.
pub fn delivery_key(tenant: TenantId, message: MessageId, mailbox: MailboxId) -> Key {
    keys::delivery_lookup(tenant, message, mailbox)
}

/// A message with what it tells of its deliveries; none where there is no such message.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
) -> Result<Option<DeliveredMessage>, TableFault> {
    table.get(&key(tenant, message)).await?.item.map(item::from_item).transpose()
}

/// Those of the messages that are there, by id: one batch read for each 100.
///
/// # Errors
/// A fault of the table.
pub async fn get_many(
    table: &dyn Table,
    tenant: TenantId,
    messages: &[MessageId],
) -> Result<BTreeMap<MessageId, DeliveredMessage>, TableFault> {
    let wanted = messages.iter().map(|message| key(tenant, *message)).collect();
    let got = table::get_all(table, &wanted).await?;
    let read = |item: Item| {
        let found: DeliveredMessage = item::from_item(item)?;
        Ok((found.message.id, found))
    };
    got.items.into_values().map(read).collect()
}

/// The deliveries of a message.
///
/// # Errors
/// A fault of the table.
pub async fn deliveries(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
) -> Result<Vec<Delivery>, TableFault> {
    let mut query = partition_query(keys::message_partition(tenant, message), Index::Primary);
    query.range = SortRange::StartsWith(keys::DELIVERY.to_owned());
    let mut found = Vec::new();
    loop {
        let page = table.query(&query).await?;
        for item in page.items {
            found.push(item::from_item(item)?);
        }
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found);
        }
    }
}

/// One page of the messages that stand in any of these partitions of one thread, oldest first, and
/// whether there are more: a thread that absorbed others has several partitions.
///
/// # Errors
/// A fault of the table.
pub async fn of_threads(
    table: &dyn Table,
    tenant: TenantId,
    threads: &[ThreadId],
    limit: u32,
    after: Option<&Place>,
) -> Result<(Vec<DeliveredMessage>, bool), TableFault> {
    let mut found: Vec<(Place, DeliveredMessage)> = Vec::new();
    // Of a partition that has more to give, nothing is known behind its last message.
    let mut known_until: Option<Place> = None;
    for thread in threads {
        let mut query = partition_query(keys::thread_partition(tenant, *thread), Index::Gsi1);
        query.limit = limit;
        if let Some(Place(place)) = after {
            // Every sort key after it is greater than it with one more character.
            query.range = SortRange::Between(format!("{place}!"), "~".to_owned());
        }
        let page = table.query(&query).await?;
        let more = page.next.is_some();
        for item in page.items {
            let message: DeliveredMessage = item::from_item(item)?;
            found.push((Place::of(&message.message), message));
        }
        if let Some((last, _)) = found.last().filter(|_| more) {
            let nearer = known_until.as_ref().is_none_or(|until| last < until);
            known_until = if nearer { Some(last.clone()) } else { known_until };
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    let read = found.len();
    if let Some(until) = &known_until {
        found.retain(|(place, _)| place <= until);
    }
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let more = known_until.is_some() || found.len() < read;
    Ok((found.into_iter().map(|(_, message)| message).collect(), more))
}

/// A message's place in its thread.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub String);

impl Place {
    /// The place of a message.
    pub fn of(message: &Message) -> Self {
        Self(keys::place_in_thread(message.at, message.id))
    }
}

fn partition_query(partition: String, index: Index) -> Query {
    Query {
        table: TableName::Crm,
        index,
        partition,
        range: SortRange::All,
        descending: false,
        limit: domain::limits::PAGE_ITEMS_MAX,
        after: None,
    }
}
