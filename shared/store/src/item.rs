//! Records to items and back.
//!
//! An item is the record's fields as serde gives them, its key attributes, and `item_kind`, which
//! says which record it is. No field of a record is called like one of these, nor `expires_at`.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::AttributeValue;

use domain::timestamp::Timestamp;

use crate::keys::{IndexKey, ItemKeys};
use crate::table::{
    Change, Condition, Index, Item, Query, SortRange, Table, TableFault, TableName, Write,
};

/// The item of a record under its keys.
///
/// # Errors
/// A record that serde can't write as a map: a fault of ours.
pub fn to_item<R: Serialize>(
    kind: &'static str,
    keys: &ItemKeys,
    record: &R,
) -> Result<Item, TableFault> {
    let fields: serde_dynamo::Item =
        serde_dynamo::to_item(record).map_err(|e| TableFault::new("write a record", e))?;
    let mut item: Item = std::collections::HashMap::from(fields).into_iter().collect();
    let mut set = |name: &str, value: &str| {
        item.insert(name.to_owned(), AttributeValue::S(value.to_owned()));
    };
    set("item_kind", kind);
    set("pk", &keys.key.pk);
    set("sk", &keys.key.sk);
    for (index, key) in [(Index::Gsi1, &keys.gsi1), (Index::Gsi2, &keys.gsi2)] {
        if let Some((partition, sort)) = key {
            let (partition_name, sort_name) = index.attributes();
            set(partition_name, partition);
            set(sort_name, sort);
        }
    }
    // Missing values cost write units and say nothing: serde reads a missing field as none.
    item.retain(|_, value| !matches!(value, AttributeValue::Null(_)));
    Ok(item)
}

/// The record of an item.
///
/// # Errors
/// An item that has another shape than we write: a fault, never a caller's mistake.
pub fn from_item<R: DeserializeOwned>(item: Item) -> Result<R, TableFault> {
    let fields: std::collections::HashMap<String, AttributeValue> = item.into_iter().collect();
    serde_dynamo::from_item(serde_dynamo::Item::from(fields))
        .map_err(|e| TableFault::new("read a record", e))
}

/// The first records of a partition, in its order; one query.
///
/// # Errors
/// A fault of the table; see [`from_item`].
pub async fn first_of<R: DeserializeOwned>(
    table: &dyn Table,
    (name, index): (TableName, Index),
    partition: String,
    limit: u32,
) -> Result<Vec<R>, TableFault> {
    let range = SortRange::All;
    let query =
        Query { table: name, index, partition, range, descending: false, limit, after: None };
    table.query(&query).await?.items.into_iter().map(from_item).collect()
}

/// Writes a record that must not be there yet.
///
/// # Errors
/// See [`to_item`].
pub fn create<R: Serialize>(
    kind: &'static str,
    keys: ItemKeys,
    record: &R,
) -> Result<Write, TableFault> {
    let item = to_item(kind, &keys, record)?;
    Ok(Write::Put { key: keys.key, item, condition: Some(Condition::Absent) })
}

/// Replaces a record, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`to_item`].
pub fn replace<R: Serialize>(
    kind: &'static str,
    keys: ItemKeys,
    record: &R,
    rev_before: u64,
) -> Result<Write, TableFault> {
    let item = to_item(kind, &keys, record)?;
    let condition = Condition::Equals("rev", number(rev_before));
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}

/// About how large an item is, in octets, as DynamoDB counts it (names and values, and what lists and
/// maps cost beside); numbers are counted with all their digits, which is more than they take.
pub fn size_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    use AttributeValue as V;
    match value {
        V::S(text) | V::N(text) => text.len(),
        V::B(octets) => octets.len(),
        V::Bool(_) | V::Null(_) => 1,
        V::Ss(texts) | V::Ns(texts) => texts.iter().map(String::len).sum(),
        V::Bs(all) => all.iter().map(Vec::len).sum(),
        V::L(list) => 3 + list.iter().map(|value| 1 + value_bytes(value)).sum::<usize>(),
        V::M(map) => {
            let each = map.iter().map(|(name, value)| 1 + name.len() + value_bytes(value));
            3 + each.sum::<usize>()
        }
    }
}

/// How large the item of a write is; zero where it puts none.
pub fn put_bytes(write: &Write) -> usize {
    match write {
        Write::Put { item, .. } => size_bytes(item),
        Write::Update { .. } | Write::Delete { .. } | Write::Check { .. } => 0,
    }
}

/// Gives an item its end of life; DynamoDB deletes it some days after (never rely on it).
pub fn expire(item: &mut Item, at: Timestamp) {
    item.insert("expires_at".to_owned(), AttributeValue::N(at.seconds().to_string()));
}

/// A text attribute.
pub fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

/// An attribute as serde writes the value.
///
/// # Errors
/// A value that serde can't write: a fault of ours.
pub fn value<V: Serialize>(value: &V) -> Result<AttributeValue, TableFault> {
    serde_dynamo::to_attribute_value(value).map_err(|e| TableFault::new("write a value", e))
}

/// A number attribute.
pub fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// The changes that put an item into an index.
pub fn index_changes(index: Index, key: &IndexKey) -> [Change; 2] {
    let (partition_name, sort_name) = index.attributes();
    [Change::Set(partition_name, text(&key.0)), Change::Set(sort_name, text(&key.1))]
}
