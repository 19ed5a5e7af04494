//! Capacity units as DynamoDB counts them.
//! Sources: "Read and write operations" and "Provisioned capacity considerations for global secondary
//! indexes" of the DynamoDB guide. Not documented but measured on AWS by the maintainers of the
//! dynamodb-conformance suite: a check in a transaction costs like a write, and index entries of a
//! transaction cost as outside of one.

use serde_dynamo::AttributeValue;
use store::table::{Index, Item, Key, Units};

use super::shape::{indexes_of, item_bytes};

const READ_UNIT_BYTES: usize = 4 * 1024;
const WRITE_UNIT_BYTES: usize = 1024;

/// Units of octets read with strong consistency; nothing found costs one.
pub fn consistent_read(bytes: usize) -> Units {
    Units { read: count(bytes, READ_UNIT_BYTES), write: 0.0 }
}

/// Units of octets read from an index.
pub fn index_read(bytes: usize) -> Units {
    Units { read: count(bytes, READ_UNIT_BYTES) / 2.0, write: 0.0 }
}

/// Units of a write that turns one item into another, its index entries included.
pub fn write(key: &Key, before: Option<&Item>, after: Option<&Item>) -> Units {
    Units { read: 0.0, write: base_write(before, after) + index_writes(key, before, after) }
}

/// The same in a transaction: double for the item itself. Index entries follow it one by one, outside
/// of the transaction.
pub fn transaction_write(key: &Key, before: Option<&Item>, after: Option<&Item>) -> Units {
    Units { read: 0.0, write: 2.0 * base_write(before, after) + index_writes(key, before, after) }
}

fn base_write(before: Option<&Item>, after: Option<&Item>) -> f64 {
    let size = |item: Option<&Item>| item.map_or(0, item_bytes);
    count(size(before).max(size(after)), WRITE_UNIT_BYTES)
}

fn index_writes(key: &Key, before: Option<&Item>, after: Option<&Item>) -> f64 {
    indexes_of(key.table).iter().map(|index| index_write(*index, before, after)).sum()
}

/// Indexes project all attributes. An entry that comes, goes or changes is one write; one that moves
/// to another key is two, the old away and the new in.
fn index_write(index: Index, before: Option<&Item>, after: Option<&Item>) -> f64 {
    let entry = |item: Option<&Item>| item.filter(|item| index_key(index, item).is_some()).cloned();
    let units = |item: &Item| count(item_bytes(item), WRITE_UNIT_BYTES);
    match (entry(before), entry(after)) {
        (None, None) => 0.0,
        (Some(only), None) | (None, Some(only)) => units(&only),
        (Some(before), Some(after)) if before == after => 0.0,
        (Some(before), Some(after)) => {
            if index_key(index, &before) == index_key(index, &after) {
                units(&before).max(units(&after))
            } else {
                units(&before) + units(&after)
            }
        }
    }
}

/// Partition and sort key of an item in an index; none where it is not in it.
pub fn index_key(index: Index, item: &Item) -> Option<(&str, &str)> {
    let (partition, sort) = index.attributes();
    Some((text_of(item, partition)?, text_of(item, sort)?))
}

/// The text of a string attribute.
pub fn text_of<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    if let Some(AttributeValue::S(text)) = item.get(name) { Some(text) } else { None }
}

fn count(bytes: usize, unit_bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes.div_ceil(unit_bytes).max(1)).unwrap_or(u32::MAX))
}
