//! Messages and their deliveries.

use domain::delivery::Delivery;
use domain::ids::{MailboxId, MessageId, TenantId, ThreadId};
use domain::message::Message;
use domain::timestamp::Timestamp;
use serde_dynamo::AttributeValue;

use crate::item;
use crate::keys;
use crate::table::{
    Index, Item, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// A message with everything that decides who may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveredMessage {
    /// The message.
    pub message: Message,
    /// Where it arrived.
    pub deliveries: Vec<Delivery>,
}

/// The write that makes a message; a message is made once and never changed by mail.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, message: &Message) -> Result<Write, TableFault> {
    let keys = keys::message(tenant, message.id, message.thread, message.at);
    item::create("message", keys, message)
}

/// The write that adds a delivery which is not there yet. `at` is the message's time.
///
/// # Errors
/// See [`item::to_item`].
pub fn create_delivery(
    tenant: TenantId,
    delivery: &Delivery,
    at: Timestamp,
) -> Result<Write, TableFault> {
    let keys = keys::delivery(tenant, delivery.message, delivery.mailbox, at);
    item::create("delivery", keys, delivery)
}

/// Primary key of a message, for batch reads.
pub fn key(tenant: TenantId, message: MessageId) -> Key {
    keys::message_lookup(tenant, message)
}

/// Primary key of a delivery, for batch reads.
pub fn delivery_key(tenant: TenantId, message: MessageId, mailbox: MailboxId) -> Key {
    keys::delivery_lookup(tenant, message, mailbox)
}

/// A message with its deliveries, in one read; none where there is no such message.
///
/// # Errors
/// A fault of the table.
pub async fn get_delivered(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
) -> Result<Option<DeliveredMessage>, TableFault> {
    let mut query = partition_query(keys::message_partition(tenant, message), Index::Primary);
    let mut found = None;
    let mut deliveries = Vec::new();
    loop {
        let page = table.query(&query).await?;
        for item in page.items {
            if is_delivery(&item) {
                deliveries.push(item::from_item(item)?);
            } else {
                found = Some(item::from_item(item)?);
            }
        }
        query.after = page.next;
        if query.after.is_none() {
            return Ok(found.map(|message| DeliveredMessage { message, deliveries }));
        }
    }
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

/// One page of a thread's messages, oldest first.
///
/// # Errors
/// A fault of the table.
pub async fn of_thread(
    table: &dyn Table,
    tenant: TenantId,
    thread: ThreadId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Message>, Option<PageMark>), TableFault> {
    let mut query = partition_query(keys::thread_partition(tenant, thread), Index::Gsi1);
    query.limit = limit;
    query.after = after;
    let page = table.query(&query).await?;
    let messages = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((messages, page.next))
}

fn is_delivery(item: &Item) -> bool {
    if let Some(AttributeValue::S(sort_key)) = item.get("sk") {
        sort_key.starts_with(keys::DELIVERY)
    } else {
        false
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
