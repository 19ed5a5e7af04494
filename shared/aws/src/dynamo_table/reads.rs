//! Reads: strongly consistent by primary key, a little behind by index.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{KeysAndAttributes, ReturnConsumedCapacity};
use serde_dynamo::AttributeValue;
use store::table::{
    BATCH_KEYS_MAX, BatchGot, Got, Index, Item, Key, Page, Query, TableName, Units,
};

use super::attributes::{
    TheirItem, item_to_ours, key_to_theirs, mark_to_ours, mark_to_theirs, read_units,
};
use super::expression::Placeholders;
use super::{Cause, DynamoTable, TRIES};
use crate::patience::Patience;

pub async fn get(table: &DynamoTable, key: &Key) -> Result<Got, Cause> {
    let request = table.client.get_item().table_name(table.name(key.table)?);
    let request = request
        .set_key(Some(key_to_theirs(key)))
        .consistent_read(true)
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let answer = request.send().await?;
    Ok(Got {
        units: read_units(answer.consumed_capacity.as_slice()),
        item: answer.item.map(item_to_ours).transpose()?,
    })
}

/// What one batch call still has to bring, by table name.
type Wanted = HashMap<String, KeysAndAttributes>;

/// DynamoDB gives back the keys it had no capacity or room (16 MB) for: they are asked for again, and
/// only rounds that bring nothing use up patience.
pub async fn batch_get(table: &DynamoTable, keys: &[Key]) -> Result<BatchGot, Cause> {
    let mut got = BatchGot { items: BTreeMap::new(), units: Units::default() };
    let mut wanted = wanted(table, keys)?;
    let mut patience = Patience::for_tries(TRIES);
    while !wanted.is_empty() {
        let request = table.client.batch_get_item().set_request_items(Some(wanted));
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let answer = request.send().await?;
        got.units += read_units(answer.consumed_capacity());
        let before = got.items.len();
        for (name, items) in answer.responses.unwrap_or_default() {
            let table_name = named(table, &name)?;
            for item in items {
                let (key, item) = keyed(table_name, item)?;
                got.items.insert(key, item);
            }
        }
        wanted = answer.unprocessed_keys.unwrap_or_default();
        wanted.retain(|_, keys| !keys.keys().is_empty());
        if got.items.len() == before && !wanted.is_empty() && !patience.pause().await {
            return Err("keys of the batch stayed unprocessed at every try".into());
        }
    }
    Ok(got)
}

fn wanted(table: &DynamoTable, keys: &[Key]) -> Result<Wanted, Cause> {
    let mut keys: Vec<&Key> = keys.iter().collect();
    keys.sort_unstable();
    keys.dedup();
    if keys.len() > BATCH_KEYS_MAX {
        return Err(format!("a batch has {} keys, more than {BATCH_KEYS_MAX}", keys.len()).into());
    }
    let mut by_table: BTreeMap<TableName, Vec<TheirItem>> = BTreeMap::new();
    for key in keys {
        by_table.entry(key.table).or_default().push(key_to_theirs(key));
    }
    let request = |(name, keys)| {
        let keys = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true);
        Ok((table.name(name)?.to_owned(), keys.build()?))
    };
    by_table.into_iter().map(request).collect()
}

fn named(table: &DynamoTable, name: &str) -> Result<TableName, Cause> {
    let all = [TableName::Crm, TableName::Delivery, TableName::Audit];
    let found = all.into_iter().find(|one| table.name(*one).is_ok_and(|own| own == name));
    found.ok_or_else(|| "the answer names a table that is not ours".into())
}

fn keyed(table: TableName, item: TheirItem) -> Result<(Key, Item), Cause> {
    let item = item_to_ours(item)?;
    let text = |name: &str| match item.get(name) {
        Some(AttributeValue::S(text)) => Ok(text.clone()),
        _ => Err("an item has no key attributes"),
    };
    let key = Key { table, pk: text("pk")?, sk: text("sk")? };
    Ok((key, item))
}

pub async fn query(table: &DynamoTable, query: &Query) -> Result<Page, Cause> {
    let mut holders = Placeholders::default();
    let condition = holders.key_condition(query);
    let index = match query.index {
        Index::Primary => None,
        Index::Gsi1 => Some("gsi1"),
        Index::Gsi2 => Some("gsi2"),
    };
    let request = table.client.query().table_name(table.name(query.table)?);
    let request = request
        .set_index_name(index.map(str::to_owned))
        .key_condition_expression(condition)
        .set_expression_attribute_names(holders.names())
        .set_expression_attribute_values(holders.into_values())
        .consistent_read(index.is_none())
        .scan_index_forward(!query.descending)
        .limit(i32::try_from(query.limit)?)
        .set_exclusive_start_key(query.after.as_ref().map(mark_to_theirs))
        .return_consumed_capacity(ReturnConsumedCapacity::Total);
    let answer = request.send().await?;
    let items = answer.items.unwrap_or_default().into_iter().map(item_to_ours);
    let mark = answer.last_evaluated_key.filter(|mark| !mark.is_empty());
    Ok(Page {
        items: items.collect::<Result<_, _>>()?,
        next: mark.map(mark_to_ours).transpose()?,
        units: read_units(answer.consumed_capacity.as_slice()),
    })
}
