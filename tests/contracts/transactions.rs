//! All or nothing.

use store::table::{CancelReason, Change, Condition, Key, Table, TableName, TransactError, Write};

use crate::scene::{Scene, get, item, n, put, put_of, s};
use crate::units::kilobytes;

async fn cancelled(table: &dyn Table, writes: Vec<Write>) -> Vec<CancelReason> {
    match table.transact(writes).await {
        Err(TransactError::Cancelled(reasons)) => reasons,
        other => panic!("{other:?}"),
    }
}

async fn is_fault(table: &dyn Table, writes: Vec<Write>) -> bool {
    matches!(table.transact(writes).await, Err(TransactError::Fault(_)))
}

fn put_if(key: &Key, condition: Condition) -> Write {
    Write::Put { key: key.clone(), item: item(key, []), condition: Some(condition) }
}

pub async fn all_writes_happen_together(table: &dyn Table) {
    let scene = Scene::new();
    let [made, changed, deleted] = ["A", "B", "C"].map(|sk| scene.key("P", sk));
    put(table, &changed, [("a", n("1"))]).await;
    put(table, &deleted, []).await;
    let writes = vec![
        put_if(&made, Condition::Absent),
        Write::Update {
            key: changed.clone(),
            changes: vec![Change::Add("a", 1)],
            condition: Some(Condition::Equals("a", n("1"))),
        },
        Write::Delete { key: deleted.clone(), condition: Some(Condition::Exists) },
    ];
    table.transact(writes).await.expect("a transaction");
    assert_eq!(get(table, &made).await, Some(item(&made, [])));
    assert_eq!(get(table, &changed).await, Some(item(&changed, [("a", n("2"))])));
    assert_eq!(get(table, &deleted).await, None);
}

pub async fn one_failed_condition_stops_all(table: &dyn Table) {
    let scene = Scene::new();
    let [first, second] = ["A", "B"].map(|sk| scene.key("P", sk));
    put(table, &second, []).await;
    let reasons = cancelled(
        table,
        vec![put_if(&first, Condition::Absent), put_if(&second, Condition::Absent)],
    );
    assert_eq!(
        reasons.await,
        [CancelReason::None, CancelReason::ConditionFailed(Some(item(&second, [])))]
    );
    assert_eq!(get(table, &first).await, None);
}

pub async fn reasons_come_in_order_with_the_items_as_they_stand(table: &dyn Table) {
    let scene = Scene::new();
    let [put_key, update_key, delete_key, check_key] =
        ["A", "B", "C", "D"].map(|k| scene.key("P", k));
    put(table, &update_key, [("rev", n("2"))]).await;
    put(table, &check_key, [("rev", n("3"))]).await;
    let rev_1 = || Condition::Equals("rev", n("1"));
    let writes = vec![
        put_if(&put_key, Condition::Exists),
        Write::Update {
            key: update_key.clone(),
            changes: vec![Change::Add("rev", 1)],
            condition: Some(rev_1()),
        },
        Write::Delete { key: delete_key, condition: Some(rev_1()) },
        Write::Check { key: check_key.clone(), condition: rev_1() },
        put_of(&scene.key("P", "E"), []),
    ];
    let failed = CancelReason::ConditionFailed;
    assert_eq!(
        cancelled(table, writes).await,
        [
            failed(None),
            failed(Some(item(&update_key, [("rev", n("2"))]))),
            failed(None),
            failed(Some(item(&check_key, [("rev", n("3"))]))),
            CancelReason::None,
        ]
    );
}

pub async fn a_check_guards_the_others_and_writes_nothing(table: &dyn Table) {
    let scene = Scene::new();
    let [guard, guarded] = ["A", "B"].map(|sk| scene.key("P", sk));
    let both =
        |condition| vec![Write::Check { key: guard.clone(), condition }, put_of(&guarded, [])];
    cancelled(table, both(Condition::Exists)).await;
    assert_eq!(get(table, &guarded).await, None);
    table.transact(both(Condition::Absent)).await.expect("a transaction");
    assert!(get(table, &guarded).await.is_some());
    assert_eq!(get(table, &guard).await, None);
}

pub async fn an_item_written_twice_is_a_fault(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let check = Write::Check { key: key.clone(), condition: Condition::Absent };
    assert!(is_fault(table, vec![check, put_of(&key, [])]).await);
    assert_eq!(get(table, &key).await, None);
}

pub async fn a_hundred_writes_are_taken_and_one_more_is_a_fault(table: &dyn Table) {
    let scene = Scene::new();
    let puts =
        |count: u32| (0..count).map(|i| put_of(&scene.key("P", &i.to_string()), [])).collect();
    assert!(is_fault(table, puts(101)).await);
    assert_eq!(get(table, &scene.key("P", "0")).await, None);
    table.transact(puts(100)).await.expect("a transaction");
    assert!(get(table, &scene.key("P", "99")).await.is_some());
}

pub async fn an_empty_transaction_is_a_fault(table: &dyn Table) {
    assert!(is_fault(table, vec![]).await);
}

pub async fn a_write_that_cannot_be_is_a_fault_and_stops_all(table: &dyn Table) {
    let scene = Scene::new();
    let [good, bad] = ["A", "B"].map(|sk| scene.key("P", sk));
    put(table, &bad, [("text", s("x"))]).await;
    let add =
        Write::Update { key: bad.clone(), changes: vec![Change::Add("text", 1)], condition: None };
    assert!(is_fault(table, vec![put_of(&good, []), add]).await);
    assert_eq!(get(table, &good).await, None);
}

pub async fn tables_can_be_mixed(table: &dyn Table) {
    let crm = Scene::new().key("P", "X");
    let all = [TableName::Crm, TableName::Delivery, TableName::Audit];
    let keys = all.map(|table| Key { table, ..crm.clone() });
    let writes = keys.iter().map(|key| put_of(key, [])).collect();
    table.transact(writes).await.expect("a transaction");
    for key in keys {
        assert!(get(table, &key).await.is_some(), "{key:?}");
    }
}

pub async fn a_transaction_of_more_than_four_megabytes_is_a_fault(table: &dyn Table) {
    let scene = Scene::new();
    let puts = |count: usize| {
        let key = |i: usize| scene.key("P", &i.to_string());
        (0..count).map(|i| put_of(&key(i), kilobytes(350))).collect()
    };
    assert!(table.transact(puts(11)).await.is_ok());
    assert!(table.transact(puts(12)).await.is_err());
}
