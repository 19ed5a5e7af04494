//! Reads by key.

use std::collections::{BTreeSet, HashMap};

use serde_dynamo::AttributeValue;
use store::table::{Key, Table, TableName};

use crate::scene::{Scene, get, is_fault, item, n, put, put_of, s};

pub async fn an_item_comes_back_as_it_was_put(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let map = HashMap::from([("inner".to_owned(), s("ü")), ("empty".to_owned(), s(""))]);
    let attributes = [
        ("text", s("line\n\u{1F4E7}")),
        ("number", n("-12.5")),
        ("octets", AttributeValue::B(vec![0, 255, 13])),
        ("truth", AttributeValue::Bool(false)),
        ("nothing", AttributeValue::Null(true)),
        ("list", AttributeValue::L(vec![n("1"), s(""), AttributeValue::L(vec![])])),
        ("map", AttributeValue::M(map)),
        ("name", s("a reserved word")),
    ];
    put(table, &key, attributes.clone()).await;
    assert_eq!(get(table, &key).await, Some(item(&key, attributes)));
}

pub async fn an_item_that_is_not_there_is_none(table: &dyn Table) {
    let scene = Scene::new();
    put(table, &scene.key("P", "X"), []).await;
    assert_eq!(get(table, &scene.key("P", "Y")).await, None);
    let other_table = Key { table: TableName::Delivery, ..scene.key("P", "X") };
    assert_eq!(get(table, &other_table).await, None);
}

pub async fn numbers_come_back_in_plain_digits(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("a", n("12"))]).await;
    assert_eq!(get(table, &key).await.unwrap()["a"], n("12"));
    let digits = "12345678901234567890123456789012345678";
    put(table, &key, [("a", n(digits))]).await;
    assert_eq!(get(table, &key).await.unwrap()["a"], n(digits));
    for no_number in ["", "1,5", "NaN"] {
        assert!(is_fault(table, put_of(&key, [("a", n(no_number))])).await, "{no_number}");
    }
}

pub async fn a_batch_brings_what_is_there_by_key(table: &dyn Table) {
    let scene = Scene::new();
    let keys: Vec<Key> =
        (0..100).map(|i| scene.key(&format!("P{}", i % 7), &i.to_string())).collect();
    let elsewhere = Key { table: TableName::Delivery, ..keys[1].clone() };
    for (place, key) in keys.iter().enumerate().filter(|(place, _)| place % 2 == 0) {
        put(table, key, [("place", n(&place.to_string()))]).await;
    }
    put(table, &elsewhere, []).await;
    let mut asked = keys[..99].to_vec();
    asked.extend([elsewhere.clone(), keys[0].clone()]);
    let got = table.batch_get(&asked).await.unwrap();
    let there: BTreeSet<&Key> = keys[..99].iter().step_by(2).chain([&elsewhere]).collect();
    assert_eq!(got.items.keys().collect::<BTreeSet<_>>(), there);
    assert_eq!(got.items[&keys[4]]["place"], n("4"));
}

pub async fn a_batch_of_none_is_empty(table: &dyn Table) {
    assert!(table.batch_get(&[]).await.unwrap().items.is_empty());
}

pub async fn a_batch_of_more_than_a_hundred_keys_is_a_fault(table: &dyn Table) {
    let scene = Scene::new();
    let keys: Vec<Key> = (0..101).map(|i| scene.key("P", &i.to_string())).collect();
    assert!(table.batch_get(&keys[..100]).await.is_ok());
    assert!(table.batch_get(&keys).await.is_err());
}

pub async fn an_empty_key_is_a_fault(table: &dyn Table) {
    let scene = Scene::new();
    assert!(is_fault(table, put_of(&scene.key("P", ""), [])).await);
    let empty_index = [("gsi1pk", s("")), ("gsi1sk", s("x"))];
    assert!(is_fault(table, put_of(&scene.key("P", "X"), empty_index)).await);
    assert!(is_fault(table, put_of(&scene.key("P", "X"), [("gsi2sk", n("1"))])).await);
    assert_eq!(get(table, &scene.key("P", "X")).await, None);
}
