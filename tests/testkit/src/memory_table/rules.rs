//! Conditions and changes, as the expressions of DynamoDB mean them.
//! Sources: "Condition expressions", "Update expressions", and the operator and function reference
//! of the DynamoDB guide.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_dynamo::AttributeValue;
use store::table::{Change, Condition, Item, Key};

use super::decimal::Decimal;
use super::shape::{Invalid, invalid, stored};

/// Whether the condition holds of the item as it stands. A comparison with an attribute that is not
/// there, or of another type, does not hold.
///
/// # Errors
/// A condition that DynamoDB would not take, whatever the item.
pub fn holds(condition: &Condition, item: Option<&Item>) -> Result<bool, Invalid> {
    let attribute = |name: &str| item.and_then(|item| item.get(name));
    Ok(match condition {
        Condition::Absent => item.is_none(),
        Condition::Exists => item.is_some(),
        Condition::Has(name) => attribute(name).is_some(),
        Condition::Lacks(name) => attribute(name).is_none(),
        Condition::Equals(name, value) => {
            let wanted = stored(value.clone())?;
            attribute(name).is_some_and(|found| *found == wanted)
        }
        Condition::Less(name, value) => order(attribute(name), value)? == Some(Ordering::Less),
        Condition::Greater(name, value) => {
            order(attribute(name), value)? == Some(Ordering::Greater)
        }
        Condition::All(parts) => every_part(parts, item)?.into_iter().all(|holds| holds),
        Condition::Any(parts) => every_part(parts, item)?.into_iter().any(|holds| holds),
    })
}

/// All parts are looked at, so that an invalid one is refused wherever it stands.
fn every_part(parts: &[Condition], item: Option<&Item>) -> Result<Vec<bool>, Invalid> {
    if parts.is_empty() {
        return invalid("a condition has no parts");
    }
    parts.iter().map(|part| holds(part, item)).collect()
}

/// How the stored value stands to the wanted one; none where the two can't be compared.
fn order(
    found: Option<&AttributeValue>,
    wanted: &AttributeValue,
) -> Result<Option<Ordering>, Invalid> {
    use AttributeValue as V;
    match wanted {
        V::S(_) | V::N(_) | V::B(_) => {}
        V::Bool(_) | V::Null(_) | V::Ss(_) | V::Ns(_) | V::Bs(_) | V::L(_) | V::M(_) => {
            return invalid("only strings, numbers and binaries have an order");
        }
    }
    Ok(match (found, &stored(wanted.clone())?) {
        (Some(V::S(a)), V::S(b)) => Some(a.as_bytes().cmp(b.as_bytes())),
        (Some(V::B(a)), V::B(b)) => Some(a.cmp(b)),
        (Some(V::N(a)), V::N(b)) => {
            Decimal::parse(a).zip(Decimal::parse(b)).map(|(a, b)| a.cmp(&b))
        }
        _ => None,
    })
}

/// The item after the changes; an item that is not there begins with its keys alone.
///
/// # Errors
/// No change, an attribute named twice, a key attribute, an `Add` to what is no number, or an
/// `Include` of nothing or into what is no set of texts.
pub fn changed(key: &Key, item: Option<&Item>, changes: &[Change]) -> Result<Item, Invalid> {
    check_names(changes)?;
    let begin = || {
        let text = |value: &String| AttributeValue::S(value.clone());
        Item::from([("pk".to_owned(), text(&key.pk)), ("sk".to_owned(), text(&key.sk))])
    };
    let mut item = item.cloned().unwrap_or_else(begin);
    for change in changes {
        match change {
            Change::Set(name, value) => {
                item.insert((*name).to_owned(), stored(value.clone())?);
            }
            Change::SetIfAbsent(name, value) => {
                let value = stored(value.clone())?;
                item.entry((*name).to_owned()).or_insert(value);
            }
            Change::Add(name, amount) => {
                let sum = added(item.get(*name), *amount)?;
                item.insert((*name).to_owned(), sum);
            }
            Change::Count(name, amount) => {
                let sum = added(item.get(name), *amount)?;
                item.insert(name.clone(), sum);
            }
            Change::Include(name, texts) => {
                let set = included(item.get(*name), texts)?;
                item.insert((*name).to_owned(), set);
            }
            Change::Remove(name) => {
                item.remove(*name);
            }
        }
    }
    Ok(item)
}

fn check_names(changes: &[Change]) -> Result<(), Invalid> {
    let mut names: Vec<&str> = changes.iter().map(attribute_of).collect();
    names.sort_unstable();
    if names.is_empty() {
        return invalid("an update changes nothing");
    }
    if names.windows(2).any(|pair| pair.first() == pair.last()) {
        return invalid("an update names an attribute twice");
    }
    if names.iter().any(|name| ["pk", "sk"].contains(name)) {
        return invalid("an update can't change the primary key");
    }
    Ok(())
}

fn attribute_of(change: &Change) -> &str {
    match change {
        Change::Count(name, _) => name,
        Change::Set(name, _)
        | Change::SetIfAbsent(name, _)
        | Change::Add(name, _)
        | Change::Include(name, _)
        | Change::Remove(name) => name,
    }
}

fn added(found: Option<&AttributeValue>, amount: i64) -> Result<AttributeValue, Invalid> {
    let before = match found {
        None => Decimal::parse("0"),
        Some(AttributeValue::N(text)) => Decimal::parse(text),
        Some(_) => return invalid("an update adds to what is no number"),
    };
    let sum = before
        .zip(Decimal::parse(&amount.to_string()))
        .and_then(|(before, amount)| before.plus(&amount));
    match sum {
        Some(sum) => Ok(AttributeValue::N(sum.to_string())),
        None => invalid("a sum has more digits than a number may have"),
    }
}

fn included(
    found: Option<&AttributeValue>,
    texts: &BTreeSet<String>,
) -> Result<AttributeValue, Invalid> {
    let mut set: BTreeSet<String> = match found {
        None => BTreeSet::new(),
        Some(AttributeValue::Ss(set)) => set.iter().cloned().collect(),
        Some(_) => return invalid("an update adds texts to what is no set of texts"),
    };
    if texts.is_empty() {
        return invalid("an update adds an empty set");
    }
    set.extend(texts.iter().cloned());
    Ok(AttributeValue::Ss(set.into_iter().collect()))
}
