//! Capacity units of writes. Those of reads are in `exact`.

use store::table::{Change, Condition, Table, Write};

use crate::scene::{Scene, n, put, put_of, s};

/// Attributes that bring the item to about so many kilobytes.
pub fn kilobytes(count: usize) -> [(&'static str, serde_dynamo::AttributeValue); 1] {
    [("fill", s(&"x".repeat(count * 1024 - 100)))]
}

pub async fn writes_cost_by_the_larger_of_old_and_new(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    assert_eq!(put(table, &key, kilobytes(3)).await.write, 3.0);
    assert_eq!(put(table, &key, kilobytes(1)).await.write, 3.0);
    let add = Write::Update {
        key: key.clone(),
        changes: vec![Change::Add("n", 1)],
        condition: Some(Condition::Exists),
    };
    assert_eq!(table.write(add).await.unwrap().write, 1.0);
    let delete = || Write::Delete { key: key.clone(), condition: None };
    assert_eq!(table.write(delete()).await.unwrap().write, 1.0);
    assert_eq!(table.write(delete()).await.unwrap().write, 1.0);
}

pub async fn a_transaction_costs_double(table: &dyn Table) {
    let scene = Scene::new();
    let writes = vec![
        put_of(&scene.key("P", "A"), kilobytes(2)),
        Write::Check { key: scene.key("P", "B"), condition: Condition::Absent },
    ];
    assert_eq!(table.transact(writes).await.unwrap().write, 4.0 + 2.0);
}

pub async fn an_index_entry_costs_a_write_and_a_move_two(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    let entry =
        |sort: &str, value: &str| [("gsi1pk", s("I")), ("gsi1sk", s(sort)), ("a", n(value))];
    assert_eq!(put(table, &key, entry("1", "1")).await.write, 2.0, "a new entry");
    assert_eq!(put(table, &key, entry("1", "1")).await.write, 1.0, "nothing changed");
    assert_eq!(put(table, &key, entry("1", "2")).await.write, 2.0, "an attribute changed");
    assert_eq!(put(table, &key, entry("2", "2")).await.write, 3.0, "the entry moved");
    let delete = Write::Delete { key: key.clone(), condition: None };
    assert_eq!(table.write(delete).await.unwrap().write, 2.0, "the entry went");
}
