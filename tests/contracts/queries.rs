//! Queries and their pages.

use store::table::{
    Change, Index, Item, Key, Page, PageMark, Query, SortRange, Table, TableName, Write,
};

use crate::scene::{Scene, n, put, s};

fn query(index: Index, partition: &str) -> Query {
    Query {
        table: TableName::Crm,
        index,
        partition: partition.to_owned(),
        range: SortRange::All,
        descending: false,
        limit: 1_000,
        after: None,
    }
}

async fn page(table: &dyn Table, query: &Query) -> Page {
    table.query(query).await.expect("a page")
}

fn sorts(items: &[Item]) -> Vec<String> {
    let text = |item: &Item| match &item["sk"] {
        serde_dynamo::AttributeValue::S(text) => text.clone(),
        other => panic!("{other:?}"),
    };
    items.iter().map(text).collect()
}

async fn put_all(table: &dyn Table, scene: &Scene, sort_keys: &[&str]) -> String {
    for sort in sort_keys {
        put(table, &scene.key("P", sort), []).await;
    }
    put(table, &scene.key("Q", "elsewhere"), []).await;
    scene.partition("P")
}

const IN_ORDER: [&str; 7] = ["10", "9", "A", "Z", "a", "\u{FF5E}", "\u{1F4E7}"];

pub async fn a_partition_comes_in_the_order_of_octets(table: &dyn Table) {
    let partition =
        put_all(table, &Scene::new(), &["a", "9", "\u{1F4E7}", "Z", "10", "\u{FF5E}", "A"]).await;
    let page = page(table, &query(Index::Primary, &partition)).await;
    assert_eq!(sorts(&page.items), IN_ORDER);
    assert_eq!(page.next, None);
}

pub async fn descending_turns_the_order_around(table: &dyn Table) {
    let partition = put_all(table, &Scene::new(), &IN_ORDER).await;
    let descending = Query { descending: true, ..query(Index::Primary, &partition) };
    let mut turned = IN_ORDER;
    turned.reverse();
    assert_eq!(sorts(&page(table, &descending).await.items), turned);
}

pub async fn ranges_include_both_ends(table: &dyn Table) {
    let partition = put_all(table, &Scene::new(), &["A", "B", "B1", "C", "C1"]).await;
    let range = SortRange::Between("B".to_owned(), "C".to_owned());
    let between = Query { range, ..query(Index::Primary, &partition) };
    assert_eq!(sorts(&page(table, &between).await.items), ["B", "B1", "C"]);
}

pub async fn a_prefix_takes_those_that_begin_so(table: &dyn Table) {
    let partition = put_all(table, &Scene::new(), &["MAIL", "MAIL#1", "MAIL#2", "MAILBOX"]).await;
    let range = SortRange::StartsWith("MAIL#".to_owned());
    let prefix = Query { range, ..query(Index::Primary, &partition) };
    assert_eq!(sorts(&page(table, &prefix).await.items), ["MAIL#1", "MAIL#2"]);
}

/// Every item of a query, three a page; pages end after as many steps as there are items.
async fn by_threes(table: &dyn Table, mut query: Query) -> Vec<Item> {
    query.limit = 3;
    let mut items = Vec::new();
    for _ in 0..20 {
        let page = page(table, &query).await;
        assert!(page.items.len() <= 3);
        items.extend(page.items);
        query.after = match page.next {
            None => return items,
            next => next,
        };
    }
    panic!("the pages do not end");
}

pub async fn pages_follow_each_other_without_gap_or_repeat(table: &dyn Table) {
    // Nine, so that the last full page ends with the partition.
    for count in [7, 9] {
        let sort_keys: Vec<String> = (0..count).map(|i| format!("K{i}")).collect();
        let as_texts: Vec<&str> = sort_keys.iter().map(String::as_str).collect();
        let partition = put_all(table, &Scene::new(), &as_texts).await;
        let forward = query(Index::Primary, &partition);
        assert_eq!(sorts(&by_threes(table, forward.clone()).await), sort_keys);
        let backward = Query { descending: true, ..forward };
        let turned: Vec<String> = sort_keys.into_iter().rev().collect();
        assert_eq!(sorts(&by_threes(table, backward).await), turned);
    }
}

pub async fn pages_of_an_index_follow_each_other_even_with_equal_sort_keys(table: &dyn Table) {
    let scene = Scene::new();
    let partition = scene.partition("INDEX");
    for i in 0..8 {
        let keys = [("gsi1pk", s(&partition)), ("gsi1sk", s("same"))];
        put(table, &scene.key(&format!("P{i}"), &format!("K{i}")), keys).await;
    }
    for descending in [false, true] {
        let wanted = Query { descending, ..query(Index::Gsi1, &partition) };
        let mut found = sorts(&by_threes(table, wanted).await);
        found.sort();
        let all: Vec<String> = (0..8).map(|i| format!("K{i}")).collect();
        assert_eq!(found, all);
    }
}

pub async fn a_page_ends_at_a_megabyte(table: &dyn Table) {
    let scene = Scene::new();
    for i in 0..5 {
        put(table, &scene.key("P", &i.to_string()), [("a", s(&"x".repeat(300_000)))]).await;
    }
    let mut wanted = query(Index::Primary, &scene.partition("P"));
    let first = page(table, &wanted).await;
    assert!((1..5).contains(&first.items.len()), "{} items", first.items.len());
    wanted.after = first.next.clone();
    let second = page(table, &wanted).await;
    assert_eq!(sorts(&first.items).len() + sorts(&second.items).len(), 5);
}

pub async fn an_item_without_the_index_keys_is_not_in_the_index(table: &dyn Table) {
    let scene = Scene::new();
    let partition = scene.partition("INDEX");
    put(table, &scene.key("P", "none"), []).await;
    put(table, &scene.key("P", "half"), [("gsi2pk", s(&partition))]).await;
    put(table, &scene.key("P", "other"), [("gsi1pk", s(&partition)), ("gsi1sk", s("1"))]).await;
    let both = [("gsi2pk", s(&partition)), ("gsi2sk", s("1")), ("all", n("1"))];
    put(table, &scene.key("P", "both"), both).await;
    let found = page(table, &query(Index::Gsi2, &partition)).await.items;
    assert_eq!(sorts(&found), ["both"]);
    assert_eq!(found[0]["all"], n("1"), "an index has all attributes");
}

pub async fn an_item_moves_within_an_index_as_its_keys_change(table: &dyn Table) {
    let scene = Scene::new();
    let (old, new) = (scene.partition("OLD"), scene.partition("NEW"));
    let key = scene.key("P", "X");
    put(table, &key, [("gsi1pk", s(&old)), ("gsi1sk", s("1"))]).await;
    let found =
        async |partition: &str| page(table, &query(Index::Gsi1, partition)).await.items.len();
    let change = async |changes: Vec<Change>| {
        let write = Write::Update { key: key.clone(), changes, condition: None };
        table.write(write).await.expect("an update");
    };
    assert_eq!((found(&old).await, found(&new).await), (1, 0));
    change(vec![Change::Set("gsi1pk", s(&new))]).await;
    assert_eq!((found(&old).await, found(&new).await), (0, 1));
    change(vec![Change::Remove("gsi1pk"), Change::Remove("gsi1sk")]).await;
    assert_eq!((found(&old).await, found(&new).await), (0, 0));
}

pub async fn a_mark_outlives_its_item(table: &dyn Table) {
    let partition = put_all(table, &Scene::new(), &["A", "B", "C"]).await;
    let mut wanted = Query { limit: 2, ..query(Index::Primary, &partition) };
    let first = page(table, &wanted).await;
    let last = Key { table: TableName::Crm, pk: partition.clone(), sk: "B".to_owned() };
    table.write(Write::Delete { key: last, condition: None }).await.expect("a delete");
    let mark: PageMark = first.next.expect("a full page has a mark");
    wanted.after = Some(mark);
    assert_eq!(sorts(&page(table, &wanted).await.items), ["C"]);
}

pub async fn a_limit_of_zero_is_a_fault(table: &dyn Table) {
    let none = Query { limit: 0, ..query(Index::Primary, &Scene::new().partition("P")) };
    assert!(table.query(&none).await.is_err());
}

pub async fn a_full_page_has_a_mark_even_where_nothing_follows(table: &dyn Table) {
    let scene = Scene::new();
    for sort in ["A", "B"] {
        put(table, &scene.key("P", sort), []).await;
    }
    let mut query = Query { limit: 2, ..query(Index::Primary, &scene.partition("P")) };
    query.after = table.query(&query).await.unwrap().next;
    assert!(query.after.is_some());
    let rest = table.query(&query).await.unwrap();
    assert!(rest.items.is_empty() && rest.next.is_none());
}

pub async fn a_mark_of_another_partition_and_an_unknown_index_are_faults(table: &dyn Table) {
    let scene = Scene::new();
    put(table, &scene.key("P", "A"), []).await;
    let query = Query { limit: 1, ..query(Index::Primary, &scene.partition("P")) };
    let mark = table.query(&query).await.unwrap().next;
    let other = Query { partition: scene.partition("Q"), after: mark, ..query.clone() };
    assert!(table.query(&other).await.is_err());
    let no_index = Query { table: TableName::Audit, index: Index::Gsi1, ..query.clone() };
    assert!(table.query(&no_index).await.is_err());
    for (low, high) in [("B", "A"), ("", "A")] {
        let range = SortRange::Between(low.to_owned(), high.to_owned());
        assert!(table.query(&Query { range, ..query.clone() }).await.is_err());
    }
}
