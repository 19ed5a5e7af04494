//! Puts, updates and deletes.

use serde_dynamo::AttributeValue;
use store::table::{Change, Condition, Item, Key, Table, Write, WriteError};

use crate::scene::{Scene, get, is_fault, item, n, put, put_of, s};

fn update_of(key: &Key, changes: Vec<Change>) -> Write {
    Write::Update { key: key.clone(), changes, condition: None }
}

async fn update(table: &dyn Table, key: &Key, changes: Vec<Change>) -> Item {
    table.write(update_of(key, changes)).await.expect("an update without condition");
    get(table, key).await.expect("an updated item")
}

pub async fn an_update_makes_an_item_that_is_not_there(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let made = update(table, &key, vec![Change::Set("a", s("x"))]).await;
    assert_eq!(made, item(&key, [("a", s("x"))]));
}

pub async fn an_update_leaves_other_attributes_alone(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("a", n("1")), ("status", s("kept")), ("c", n("3"))]).await;
    let changes = vec![Change::Set("a", s("2")), Change::Remove("c"), Change::Add("d", 4)];
    let expected = item(&key, [("a", s("2")), ("status", s("kept")), ("d", n("4"))]);
    assert_eq!(update(table, &key, changes).await, expected);
}

pub async fn set_if_absent_keeps_the_first_value(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    assert_eq!(update(table, &key, vec![Change::SetIfAbsent("a", n("1"))]).await["a"], n("1"));
    assert_eq!(update(table, &key, vec![Change::SetIfAbsent("a", n("2"))]).await["a"], n("1"));
}

pub async fn add_counts_from_zero_and_below(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    assert_eq!(update(table, &key, vec![Change::Add("a", 3)]).await["a"], n("3"));
    assert_eq!(update(table, &key, vec![Change::Add("a", -5)]).await["a"], n("-2"));
    assert_eq!(update(table, &key, vec![Change::Add("a", 2)]).await["a"], n("0"));
    put(table, &key, [("a", n("0.5"))]).await;
    assert_eq!(update(table, &key, vec![Change::Add("a", 1)]).await["a"], n("1.5"));
}

pub async fn count_counts_from_zero_under_any_name(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let names = ["permanent/bad mailbox|x-1.example", "a.b[0]", "#n0 :v0", "退信", "ADD"];
    for round in ["1", "2"] {
        let counts = names.iter().map(|name| Change::Count((*name).to_owned(), 1)).collect();
        let item = update(table, &key, counts).await;
        for name in names {
            assert_eq!(item[name], n(round), "{name}");
        }
    }
}

pub async fn include_unites_sets_of_texts(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let include = |texts: &[&str]| {
        vec![Change::Include("a", texts.iter().map(|text| (*text).to_owned()).collect())]
    };
    let texts = async || {
        let item = get(table, &key).await.expect("an item");
        let AttributeValue::Ss(mut texts) = item["a"].clone() else { panic!("{item:?}") };
        texts.sort();
        texts
    };
    for (included, all) in
        [(&["x", "y"][..], &["x", "y"][..]), (&["y"], &["x", "y"]), (&["z", "x"], &["x", "y", "z"])]
    {
        update(table, &key, include(included)).await;
        assert_eq!(texts().await, all);
    }
    assert!(is_fault(table, update_of(&key, include(&[]))).await);
    put(table, &key, [("a", s("x"))]).await;
    assert!(is_fault(table, update_of(&key, include(&["x"]))).await);
}

pub async fn remove_of_what_is_not_there_changes_nothing(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("a", n("1"))]).await;
    assert_eq!(update(table, &key, vec![Change::Remove("b")]).await, item(&key, [("a", n("1"))]));
}

pub async fn an_update_under_a_condition_that_fails_changes_nothing(table: &dyn Table) {
    let scene = Scene::new();
    let (there, missing) = (scene.key("P", "X"), scene.key("P", "Y"));
    put(table, &there, [("rev", n("2"))]).await;
    let from_one = |key: &Key| Write::Update {
        key: key.clone(),
        changes: vec![Change::Add("rev", 1)],
        condition: Some(Condition::Equals("rev", n("1"))),
    };
    match table.write(from_one(&there)).await {
        Err(WriteError::ConditionFailed(found)) => assert_eq!(found, get(table, &there).await),
        other => panic!("{other:?}"),
    }
    assert_eq!(get(table, &there).await.unwrap()["rev"], n("2"));
    match table.write(from_one(&missing)).await {
        Err(WriteError::ConditionFailed(None)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(get(table, &missing).await, None, "nothing was made");
}

pub async fn an_update_that_cannot_be_is_a_fault_and_changes_nothing(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let attributes = [("text", s("x"))];
    put(table, &key, attributes.clone()).await;
    for changes in [
        vec![],
        vec![Change::Add("text", 1)],
        vec![Change::Set("sk", s("Y"))],
        vec![Change::Set("gsi1pk", s(""))],
    ] {
        let told = format!("{changes:?}");
        assert!(is_fault(table, update_of(&key, changes)).await, "{told}");
        assert_eq!(get(table, &key).await, Some(item(&key, attributes.clone())), "{told}");
    }
}

pub async fn a_put_replaces_the_whole_item(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("a", n("1"))]).await;
    put(table, &key, [("b", n("2"))]).await;
    assert_eq!(get(table, &key).await, Some(item(&key, [("b", n("2"))])));
}

pub async fn a_put_under_other_keys_than_its_items_is_a_fault(table: &dyn Table) {
    let scene = Scene::new();
    let (key, other) = (scene.key("P", "X"), scene.key("P", "Y"));
    let put = Write::Put { key: key.clone(), item: item(&other, []), condition: None };
    assert!(is_fault(table, put).await);
    assert!(is_fault(table, Write::Put { key, item: Item::new(), condition: None }).await);
    assert_eq!(get(table, &other).await, None);
}

pub async fn a_delete_takes_away_and_may_find_nothing(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, []).await;
    for _ in 0..2 {
        let delete = Write::Delete { key: key.clone(), condition: None };
        table.write(delete).await.expect("a delete without condition");
        assert_eq!(get(table, &key).await, None);
    }
}

pub async fn a_check_alone_is_a_fault(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    for condition in [Condition::Absent, Condition::Exists] {
        let check = Write::Check { key: key.clone(), condition };
        assert!(matches!(table.write(check).await, Err(WriteError::Fault(_))));
    }
}

pub async fn an_item_over_400_kb_is_a_fault(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    // Names and values count: `pk` and `sk` with theirs, and one octet for the name `a`.
    let room = 400 * 1024 - "pk".len() - key.pk.len() - "sk".len() - key.sk.len() - 1;
    put(table, &key, [("a", s(&"x".repeat(room)))]).await;
    assert!(is_fault(table, put_of(&key, [("a", s(&"x".repeat(room + 1)))])).await);
    assert!(is_fault(table, update_of(&key, vec![Change::Set("b", s("x"))])).await);
    assert!(get(table, &key).await.is_some_and(|item| !item.contains_key("b")));
}
