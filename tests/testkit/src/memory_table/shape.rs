//! What DynamoDB takes as an item, and how large it counts it.
//! Sources: "Constraints in DynamoDB" and "DynamoDB item sizes and formats" of the DynamoDB guide.

use serde_dynamo::AttributeValue;
use store::table::{Index, Item, Key, TableName};

use super::decimal::Decimal;

/// Largest item in octets, names of attributes included.
pub const ITEM_BYTES_MAX: usize = 400 * 1024;
/// Longest partition key value in octets.
pub const PARTITION_KEY_BYTES_MAX: usize = 2048;
/// Longest sort key value in octets.
pub const SORT_KEY_BYTES_MAX: usize = 1024;

/// A request that DynamoDB answers with a validation error.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the table refuses the request: {0}")]
pub struct Invalid(pub String);

/// A refusal with these words.
pub fn invalid<T>(why: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid(why.into()))
}

/// The indexes of a table, as the template makes them.
pub fn indexes_of(table: TableName) -> &'static [Index] {
    match table {
        TableName::Crm | TableName::Delivery => &[Index::Gsi1, Index::Gsi2],
        TableName::Audit => &[],
    }
}

/// Checks the values of a primary key.
pub fn check_key(key: &Key) -> Result<(), Invalid> {
    check_key_text("pk", &key.pk, PARTITION_KEY_BYTES_MAX)?;
    check_key_text("sk", &key.sk, SORT_KEY_BYTES_MAX)
}

/// Checks one key value: neither empty nor too long.
pub fn check_key_text(name: &str, text: &str, bytes_max: usize) -> Result<(), Invalid> {
    if text.is_empty() {
        return invalid(format!("the key attribute {name} is an empty string"));
    }
    if text.len() > bytes_max {
        return invalid(format!("the key attribute {name} is longer than {bytes_max} octets"));
    }
    Ok(())
}

/// Checks an item as it would be stored under `key`.
pub fn check_item(key: &Key, item: &Item) -> Result<(), Invalid> {
    for (name, value) in [("pk", &key.pk), ("sk", &key.sk)] {
        if item.get(name) != Some(&AttributeValue::S(value.clone())) {
            return invalid(format!("the item's {name} is missing or not the key's"));
        }
    }
    for index in indexes_of(key.table) {
        let (partition, sort) = index.attributes();
        for (name, bytes_max) in [(partition, PARTITION_KEY_BYTES_MAX), (sort, SORT_KEY_BYTES_MAX)]
        {
            match item.get(name) {
                None => {}
                Some(AttributeValue::S(text)) => check_key_text(name, text, bytes_max)?,
                Some(_) => return invalid(format!("the index key {name} is not a string")),
            }
        }
    }
    let size = item_bytes(item);
    if size > ITEM_BYTES_MAX {
        return invalid(format!("the item has {size} octets, more than {ITEM_BYTES_MAX}"));
    }
    Ok(())
}

/// A value as DynamoDB stores it: numbers in their plain form.
///
/// # Errors
/// No number, an empty set, or a set with the same value twice.
pub fn stored(value: AttributeValue) -> Result<AttributeValue, Invalid> {
    use AttributeValue as V;
    Ok(match value {
        V::N(text) => V::N(plain_number(&text)?),
        V::L(list) => V::L(list.into_iter().map(stored).collect::<Result<_, _>>()?),
        V::M(map) => {
            let entries = map.into_iter().map(|(name, value)| Ok((name, stored(value)?)));
            V::M(entries.collect::<Result<_, _>>()?)
        }
        V::Ns(set) => {
            let plain = set.iter().map(|n| plain_number(n));
            V::Ns(checked_set(plain.collect::<Result<_, _>>()?)?)
        }
        V::Ss(set) => V::Ss(checked_set(set)?),
        V::Bs(set) => V::Bs(checked_set(set)?),
        V::S(_) | V::B(_) | V::Bool(_) | V::Null(_) => value,
    })
}

fn plain_number(text: &str) -> Result<String, Invalid> {
    let number = Decimal::parse(text).map(|n| n.to_string());
    number.ok_or_else(|| Invalid("a number has a form or size that is not supported".to_owned()))
}

/// A set in the order of its values, which is the order DynamoDB does not promise.
fn checked_set<V: Ord>(mut set: Vec<V>) -> Result<Vec<V>, Invalid> {
    set.sort();
    if set.is_empty() || set.windows(2).any(|pair| pair.first() == pair.last()) {
        return invalid("a set is empty or has a value twice");
    }
    Ok(set)
}

/// How many octets an item counts.
pub fn item_bytes(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &AttributeValue) -> usize {
    use AttributeValue as V;
    let number = |text: &String| Decimal::parse(text).map_or(text.len(), |n| n.size_bytes());
    match value {
        V::S(text) => text.len(),
        V::N(text) => number(text),
        V::B(octets) => octets.len(),
        V::Bool(_) | V::Null(_) => 1,
        V::Ss(set) => set.iter().map(String::len).sum(),
        V::Ns(set) => set.iter().map(number).sum(),
        V::Bs(set) => set.iter().map(Vec::len).sum(),
        // Lists and maps cost three octets, and one for each element.
        V::L(list) => 3 + list.iter().map(|v| 1 + value_bytes(v)).sum::<usize>(),
        V::M(map) => 3 + map.iter().map(|(n, v)| 1 + n.len() + value_bytes(v)).sum::<usize>(),
    }
}
