//! Items in our words and in the SDK's.

use std::collections::HashMap;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue as Theirs;
use aws_sdk_dynamodb::types::ConsumedCapacity;
use serde_dynamo::AttributeValue as Ours;
use store::table::{Index, Item, Key, PageMark, Units};

use super::Cause;

/// An item of the SDK.
pub type TheirItem = HashMap<String, Theirs>;

pub fn to_theirs(value: &Ours) -> Theirs {
    match value {
        Ours::N(number) => Theirs::N(number.clone()),
        Ours::S(text) => Theirs::S(text.clone()),
        Ours::Bool(truth) => Theirs::Bool(*truth),
        Ours::B(octets) => Theirs::B(Blob::new(octets.clone())),
        Ours::Null(null) => Theirs::Null(*null),
        Ours::M(map) => Theirs::M(map.iter().map(|(n, v)| (n.clone(), to_theirs(v))).collect()),
        Ours::L(list) => Theirs::L(list.iter().map(to_theirs).collect()),
        Ours::Ss(set) => Theirs::Ss(set.clone()),
        Ours::Ns(set) => Theirs::Ns(set.clone()),
        Ours::Bs(set) => Theirs::Bs(set.iter().cloned().map(Blob::new).collect()),
    }
}

/// # Errors
/// A type that came to DynamoDB after this was written.
#[expect(clippy::wildcard_enum_match_arm, reason = "the SDK's enum is open")]
pub fn to_ours(value: Theirs) -> Result<Ours, Cause> {
    Ok(match value {
        Theirs::N(number) => Ours::N(number),
        Theirs::S(text) => Ours::S(text),
        Theirs::Bool(truth) => Ours::Bool(truth),
        Theirs::B(octets) => Ours::B(octets.into_inner()),
        Theirs::Null(null) => Ours::Null(null),
        Theirs::M(map) => {
            let pairs = map.into_iter().map(|(name, value)| Ok((name, to_ours(value)?)));
            Ours::M(pairs.collect::<Result<_, Cause>>()?)
        }
        Theirs::L(list) => Ours::L(list.into_iter().map(to_ours).collect::<Result<_, _>>()?),
        Theirs::Ss(set) => Ours::Ss(set),
        Theirs::Ns(set) => Ours::Ns(set),
        Theirs::Bs(set) => Ours::Bs(set.into_iter().map(Blob::into_inner).collect()),
        _ => return Err("an attribute has a type we do not know".into()),
    })
}

pub fn item_to_theirs(item: &Item) -> TheirItem {
    item.iter().map(|(name, value)| (name.clone(), to_theirs(value))).collect()
}

pub fn item_to_ours(item: TheirItem) -> Result<Item, Cause> {
    item.into_iter().map(|(name, value)| Ok((name, to_ours(value)?))).collect()
}

/// The item that an error brings along, if there was one.
pub fn found(item: Option<TheirItem>) -> Result<Option<Item>, Cause> {
    // DynamoDB gives no item where there was none, other implementations give an empty one.
    item.filter(|item| !item.is_empty()).map(item_to_ours).transpose()
}

pub fn key_to_theirs(key: &Key) -> TheirItem {
    let text = |value: &String| Theirs::S(value.clone());
    HashMap::from([("pk".to_owned(), text(&key.pk)), ("sk".to_owned(), text(&key.sk))])
}

/// Checks that an item to put has the keys it is put under.
pub fn check_keys(key: &Key, item: &Item) -> Result<(), Cause> {
    let (pk, sk) = Index::Primary.attributes();
    let has = |name: &str, value: &String| item.get(name) == Some(&Ours::S(value.clone()));
    if has(pk, &key.pk) && has(sk, &key.sk) {
        Ok(())
    } else {
        Err("the item's keys are missing or not those it is put under".into())
    }
}

pub fn mark_to_theirs(mark: &PageMark) -> TheirItem {
    mark.iter().map(|(name, value)| (name.clone(), Theirs::S(value.clone()))).collect()
}

pub fn mark_to_ours(mark: TheirItem) -> Result<PageMark, Cause> {
    let pair = |(name, value): (String, Theirs)| {
        let Theirs::S(text) = value else {
            return Err("a page mark has a key that is no string".into());
        };
        Ok((name, text))
    };
    mark.into_iter().map(pair).collect()
}

/// Read units of an answer.
pub fn read_units(consumed: &[ConsumedCapacity]) -> Units {
    let read = consumed.iter().filter_map(ConsumedCapacity::capacity_units).sum();
    Units { read, write: 0.0 }
}

/// Write units of an answer. A transaction that the SDK repeated under the same token, because the
/// first answer was lost, costs read units instead.
pub fn write_units(consumed: &[ConsumedCapacity]) -> Units {
    let of = |one: &ConsumedCapacity| match (one.read_capacity_units(), one.write_capacity_units())
    {
        (None, None) => Units { read: 0.0, write: one.capacity_units().unwrap_or_default() },
        (read, write) => Units { read: read.unwrap_or_default(), write: write.unwrap_or_default() },
    };
    consumed.iter().map(of).fold(Units::default(), |sum, units| sum + units)
}
