//! What only the tables in memory tell as DynamoDB does: the local cloud counts one unit for every
//! read and none for index entries of a transaction, and takes operands without order and attributes
//! named twice.

use std::future::Future;

use store::table::{Change, Condition, Index, Query, SortRange, Table, TableName, Write};
use testkit::memory_table::MemoryTable;

use crate::scene::{Scene, is_fault, n, put, put_of, s};
use crate::units::kilobytes;

fn on_memory<F: Future>(contract: impl FnOnce(&'static MemoryTable) -> F) -> F::Output {
    crate::cloud::runtime().block_on(contract(Box::leak(Box::new(MemoryTable::new()))))
}

fn of_partition(index: Index, partition: String) -> Query {
    let (table, range) = (TableName::Crm, SortRange::All);
    Query { table, index, partition, range, descending: false, limit: 100, after: None }
}

#[test]
fn reads_cost_by_four_kilobytes() {
    on_memory(async |table| {
        let scene = Scene::new();
        let [small, large, missing] = ["A", "B", "C"].map(|sk| scene.key("P", sk));
        put(table, &small, kilobytes(1)).await;
        put(table, &large, kilobytes(9)).await;
        for (key, units) in [(&small, 1.0), (&large, 3.0), (&missing, 1.0)] {
            assert_eq!(table.get(key).await.unwrap().units.read, units);
        }
        let batch = table.batch_get(&[small, large]).await.unwrap();
        assert_eq!(batch.units.read, 4.0, "a batch rounds each item up");
    });
}

#[test]
fn an_index_entry_in_a_transaction_costs_as_outside_of_one() {
    on_memory(async |table| {
        let key = Scene::new().key("P", "X");
        let writes = vec![put_of(&key, [("gsi1pk", s("I")), ("gsi1sk", s("1"))])];
        assert_eq!(table.transact(writes).await.unwrap().write, 2.0 + 1.0);
    });
}

#[test]
fn an_operand_without_order_and_an_attribute_named_twice_are_faults() {
    on_memory(async |table| {
        let key = Scene::new().key("P", "X");
        put(table, &key, []).await;
        let truth = Condition::Less("a", serde_dynamo::AttributeValue::Bool(true));
        let delete = Write::Delete { key: key.clone(), condition: Some(truth) };
        assert!(is_fault(table, delete).await);
        let changes = vec![Change::Set("a", n("1")), Change::Remove("a")];
        assert!(is_fault(table, Write::Update { key, changes, condition: None }).await);
    });
}

#[test]
fn a_query_costs_by_its_sum_and_by_an_index_half() {
    on_memory(async |table| {
        let scene = Scene::new();
        for i in 0..10 {
            let [fill] = kilobytes(1);
            let keys = [("gsi1pk", s("I")), ("gsi1sk", s("x")), fill];
            put(table, &scene.key("P", &i.to_string()), keys).await;
        }
        let primary = of_partition(Index::Primary, scene.partition("P"));
        assert_eq!(table.query(&primary).await.unwrap().units.read, 3.0);
        let index = of_partition(Index::Gsi1, "I".to_owned());
        assert_eq!(table.query(&index).await.unwrap().units.read, 1.5);
        let nothing = of_partition(Index::Gsi1, "J".to_owned());
        assert_eq!(table.query(&nothing).await.unwrap().units.read, 0.5);
    });
}

#[test]
fn calls_and_units_are_counted_by_verb_until_the_reset() {
    on_memory(async |table| {
        let key = Scene::new().key("P", "X");
        put(table, &key, []).await;
        let absent = Write::Put {
            key: key.clone(),
            item: crate::scene::item(&key, []),
            condition: Some(Condition::Absent),
        };
        assert!(table.write(absent).await.is_err());
        table.get(&key).await.unwrap();
        let usage = table.usage();
        assert_eq!(
            (usage.write.calls, usage.write.units.write),
            (2, 2.0),
            "a failed one costs too"
        );
        assert_eq!((usage.get.calls, usage.units().read, usage.calls()), (1, 1.0, 3));
        table.reset_usage();
        assert_eq!(table.usage().calls(), 0);
    });
}
