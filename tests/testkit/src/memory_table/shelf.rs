//! The stored items and their indexes, read and queried.

use std::collections::{BTreeMap, BTreeSet};

use store::table::{Got, Index, Item, Key, Page, PageMark, Query, SortRange, TableName};

use super::cost::{consistent_read, index_key, index_read, text_of};
use super::shape::{
    Invalid, PARTITION_KEY_BYTES_MAX, SORT_KEY_BYTES_MAX, check_key, check_key_text, indexes_of,
    invalid, item_bytes,
};

/// Most octets of items one query looks at.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// The items of all tables, and the entries of all indexes.
#[derive(Default)]
pub struct Shelf {
    items: BTreeMap<Key, Item>,
    entries: BTreeMap<(TableName, Index, String), BTreeSet<Place>>,
}

/// Where an item stands within a partition of an index: the index's sort key, then the primary key.
type Place = (String, String, String);

impl Shelf {
    /// The item under a key.
    pub fn item(&self, key: &Key) -> Option<&Item> {
        self.items.get(key)
    }

    /// Every item of a table.
    pub fn all(&self, table: TableName) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(move |(key, _)| key.table == table).map(|(_, item)| item)
    }

    /// A consistent read.
    pub fn get(&self, key: &Key) -> Result<Got, Invalid> {
        check_key(key)?;
        let item = self.items.get(key).cloned();
        let units = consistent_read(item.as_ref().map_or(0, item_bytes));
        Ok(Got { item, units })
    }

    /// Makes `after` the item under the key, and keeps the indexes in step.
    pub fn store(&mut self, key: &Key, after: Option<Item>) {
        if let Some(before) = self.items.remove(key) {
            for (entry, place) in entries_of(key, &before) {
                if let Some(places) = self.entries.get_mut(&entry) {
                    places.remove(&place);
                }
            }
        }
        if let Some(after) = after {
            for (entry, place) in entries_of(key, &after) {
                self.entries.entry(entry).or_default().insert(place);
            }
            self.items.insert(key.clone(), after);
        }
    }

    /// One page of a partition.
    pub fn query(&self, query: &Query) -> Result<Page, Invalid> {
        check_query(query)?;
        let mark = query.after.as_ref().map(|mark| place_of_mark(query, mark)).transpose()?;
        let partition = (query.table, query.index, query.partition.clone());
        let places = self.entries.get(&partition);
        let mut places: Vec<&Place> =
            places.into_iter().flatten().filter(|place| in_range(&query.range, &place.0)).collect();
        if query.descending {
            places.reverse();
        }
        let past = |place: &Place| match &mark {
            None => true,
            Some(mark) if query.descending => place < mark,
            Some(mark) => place > mark,
        };
        let places = places.into_iter().filter(|place| past(place));
        let found = places.filter_map(|(_, pk, sk)| {
            self.items.get(&Key { table: query.table, pk: pk.clone(), sk: sk.clone() })
        });
        Ok(page_of(query, found))
    }
}

/// Every index an item is in, the primary key among them, and its place there.
fn entries_of(key: &Key, item: &Item) -> Vec<((TableName, Index, String), Place)> {
    let all = [Index::Primary].into_iter().chain(indexes_of(key.table).iter().copied());
    let entry = |index: Index| {
        let (partition, sort) = index_key(index, item)?;
        let place = (sort.to_owned(), key.pk.clone(), key.sk.clone());
        Some(((key.table, index, partition.to_owned()), place))
    };
    all.filter_map(entry).collect()
}

fn check_query(query: &Query) -> Result<(), Invalid> {
    if query.index != Index::Primary && !indexes_of(query.table).contains(&query.index) {
        return invalid("the table has no such index");
    }
    if query.limit == 0 {
        return invalid("the limit of a query is zero");
    }
    let (partition, sort) = query.index.attributes();
    check_key_text(partition, &query.partition, PARTITION_KEY_BYTES_MAX)?;
    match &query.range {
        SortRange::All => Ok(()),
        SortRange::StartsWith(start) => check_key_text(sort, start, SORT_KEY_BYTES_MAX),
        SortRange::Between(low, high) => {
            check_key_text(sort, low, SORT_KEY_BYTES_MAX)?;
            check_key_text(sort, high, SORT_KEY_BYTES_MAX)?;
            if low > high { invalid("the range ends before it begins") } else { Ok(()) }
        }
    }
}

fn in_range(range: &SortRange, sort: &str) -> bool {
    match range {
        SortRange::All => true,
        SortRange::StartsWith(start) => sort.starts_with(start.as_str()),
        SortRange::Between(low, high) => low.as_str() <= sort && sort <= high.as_str(),
    }
}

/// The key attributes that mark the end of a page.
fn mark_names(index: Index) -> BTreeSet<&'static str> {
    let (partition, sort) = index.attributes();
    BTreeSet::from(["pk", "sk", partition, sort])
}

fn mark_of(index: Index, item: &Item) -> PageMark {
    let pair = |name: &str| Some((name.to_owned(), text_of(item, name)?.to_owned()));
    mark_names(index).into_iter().filter_map(pair).collect()
}

fn place_of_mark(query: &Query, mark: &PageMark) -> Result<Place, Invalid> {
    let (partition, sort) = query.index.attributes();
    let names: BTreeSet<&str> = mark.keys().map(String::as_str).collect();
    if names != mark_names(query.index) || mark.get(partition) != Some(&query.partition) {
        return invalid("the page mark is not one of this partition");
    }
    let value = |name: &str| mark.get(name).cloned().unwrap_or_default();
    if !in_range(&query.range, &value(sort)) {
        return invalid("the page mark is outside of the range");
    }
    Ok((value(sort), value("pk"), value("sk")))
}

/// Takes items until the limit or the page's octets are reached. At the limit there is a mark even
/// where nothing follows: DynamoDB does not look ahead.
fn page_of<'i>(query: &Query, found: impl Iterator<Item = &'i Item>) -> Page {
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let mut items: Vec<Item> = Vec::new();
    let mut bytes = 0;
    let mut more = false;
    for item in found {
        let size = item_bytes(item);
        if bytes + size > PAGE_BYTES_MAX {
            more = true;
            break;
        }
        bytes += size;
        items.push(item.clone());
        if items.len() == limit {
            more = true;
            break;
        }
    }
    let last = items.last().filter(|_| more);
    let units = match query.index {
        Index::Primary => consistent_read(bytes),
        Index::Gsi1 | Index::Gsi2 => index_read(bytes),
    };
    let next = last.map(|item| mark_of(query.index, item));
    Page { items, next, units }
}

impl Shelf {
    /// Whether items and index entries say the same: for tests of this table.
    #[cfg(test)]
    pub fn is_in_step(&self) -> bool {
        let wanted: BTreeSet<_> =
            self.items.iter().flat_map(|(key, item)| entries_of(key, item)).collect();
        let kept = self.entries.iter();
        let kept: BTreeSet<_> =
            kept.flat_map(|(e, places)| places.iter().map(|p| (e.clone(), p.clone()))).collect();
        wanted == kept
    }
}

#[cfg(test)]
mod tests {
    use serde_dynamo::AttributeValue;

    use super::*;

    fn item(pk: &str, gsi1: Option<(&str, &str)>) -> (Key, Item) {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let key = Key { table: TableName::Crm, pk: pk.to_owned(), sk: "X".to_owned() };
        let mut item = Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text("X"))]);
        if let Some((partition, sort)) = gsi1 {
            item.insert("gsi1pk".to_owned(), text(partition));
            item.insert("gsi1sk".to_owned(), text(sort));
        }
        (key, item)
    }

    #[test]
    fn index_entries_follow_their_items() {
        let mut shelf = Shelf::default();
        for keys in [None, Some(("A", "1")), Some(("A", "2")), Some(("B", "2")), None] {
            let (key, item) = item("P", keys);
            shelf.store(&key, Some(item));
            assert!(shelf.is_in_step());
        }
        let (key, _) = item("P", None);
        shelf.store(&key, None);
        assert!(shelf.is_in_step() && shelf.item(&key).is_none());
    }
}
