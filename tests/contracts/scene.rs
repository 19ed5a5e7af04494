//! Keys and items of the suite. Every test has partitions of its own, for the local cloud's tables are
//! shared.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_dynamo::AttributeValue;
use store::table::{Condition, Item, Key, Table, TableName, Units, Write, WriteError};

static SCENES: AtomicU32 = AtomicU32::new(0);

/// The partitions of one test.
pub struct Scene {
    number: u32,
}

impl Scene {
    /// Partitions that no other test has.
    pub fn new() -> Self {
        Self { number: SCENES.fetch_add(1, Ordering::Relaxed) }
    }

    /// The name of a partition.
    pub fn partition(&self, name: &str) -> String {
        format!("S{}#{name}", self.number)
    }

    /// A key of the table of records.
    pub fn key(&self, pk: &str, sk: &str) -> Key {
        Key { table: TableName::Crm, pk: self.partition(pk), sk: sk.to_owned() }
    }
}

/// A text.
pub fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

/// A number.
pub fn n(number: &str) -> AttributeValue {
    AttributeValue::N(number.to_owned())
}

/// The item under a key with these attributes.
pub fn item<'a>(
    key: &Key,
    attributes: impl IntoIterator<Item = (&'a str, AttributeValue)>,
) -> Item {
    let keys = [("pk", s(&key.pk)), ("sk", s(&key.sk))];
    keys.into_iter().chain(attributes).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A put without condition.
pub fn put_of<'a>(
    key: &Key,
    attributes: impl IntoIterator<Item = (&'a str, AttributeValue)>,
) -> Write {
    Write::Put { key: key.clone(), item: item(key, attributes), condition: None }
}

/// Puts an item.
pub async fn put<'a>(
    table: &dyn Table,
    key: &Key,
    attributes: impl IntoIterator<Item = (&'a str, AttributeValue)>,
) -> Units {
    table.write(put_of(key, attributes)).await.expect("a put without condition")
}

/// The item under a key.
pub async fn get(table: &dyn Table, key: &Key) -> Option<Item> {
    table.get(key).await.expect("a read").item
}

/// Whether a condition holds of the item under the key: a delete under it is tried, and undone.
pub async fn holds(table: &dyn Table, key: &Key, condition: Condition) -> bool {
    let before = get(table, key).await;
    let delete = Write::Delete { key: key.clone(), condition: Some(condition) };
    match table.write(delete).await {
        Ok(_) => {
            if let Some(item) = before {
                let back = Write::Put { key: key.clone(), item, condition: None };
                table.write(back).await.expect("a put without condition");
            }
            true
        }
        Err(WriteError::ConditionFailed(found)) => {
            assert_eq!(found, before, "a failed condition brings the item");
            false
        }
        Err(WriteError::Fault(fault)) => panic!("{fault}: {}", fault.source),
    }
}

/// Whether a write was a fault, as opposed to done or refused by its condition.
pub async fn is_fault(table: &dyn Table, write: Write) -> bool {
    matches!(table.write(write).await, Err(WriteError::Fault(_)))
}
