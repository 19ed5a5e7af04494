//! Tests of this function's edge.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::json;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::world::World;

use crate::event::{StreamAnswer, StreamEvent};
use crate::index_all;

const TENANT: &str = "ten_0123456789ABCDEFGHJKMNPQRS";
const MESSAGE: &str = "msg_0123456789ABCDEFGHJKMNPQRS";

fn event(keys: &[(&str, &str)]) -> StreamEvent {
    let record = |(n, (pk, sk)): (usize, &(&str, &str))| {
        json!({
            "eventID": n.to_string(), "eventName": "MODIFY", "eventSource": "aws:dynamodb",
            "dynamodb": {
                "Keys": {"pk": {"S": (["TENANT", TENANT, pk].join("#"))}, "sk": {"S": sk}},
                "NewImage": {"pk": {"S": "not looked at"}},
                "SequenceNumber": format!("{}", 100 + n),
            },
        })
    };
    let records: Vec<_> = keys.iter().enumerate().map(record).collect();
    serde_json::from_value(json!({ "Records": records })).unwrap()
}

#[tokio::test]
async fn each_subject_is_read_as_it_stands_once_and_other_items_are_passed_over() {
    let world = World::new(1);
    let message = format!("MESSAGE#{MESSAGE}");
    let told = event(&[
        (&message, "MESSAGE"),
        (&message, "DELIVERY#mbx_0123456789ABCDEFGHJKMNPQRS"),
        (&message, "MESSAGE"),
        ("EMAIL#0123", "CONTACT"),
        ("CONTACT#con_0123456789ABCDEFGHJKMNPQRS", "CONTACT"),
        ("USER#usr_0123456789ABCDEFGHJKMNPQRS", "USER"),
    ]);
    let answer = index_all(&world.records, world.archive.as_ref(), told).await;
    assert_eq!(answer, StreamAnswer::done());
    // Three subjects that are gone: read before and after their manifests are looked for.
    let usage = world.table.usage();
    assert_eq!((usage.get.calls, usage.query.calls, usage.calls()), (6, 3, 9));
}

#[tokio::test]
async fn an_event_of_keys_alone_made_by_hand_is_one() {
    let world = World::new(1);
    let keys = json!({"pk": {"S": (["TENANT", TENANT, "MESSAGE", MESSAGE].join("#"))},
        "sk": {"S": "MESSAGE"}});
    let told = json!({"Records": [{"dynamodb": {"Keys": keys}}]});
    let told = serde_json::from_value(told).unwrap();
    let answer = index_all(&world.records, world.archive.as_ref(), told).await;
    assert_eq!(serde_json::to_value(answer).unwrap(), json!({"batchItemFailures": []}));
    assert_eq!(world.table.usage().get.calls, 2);
}

/// A table that is closed.
struct Closed;

#[async_trait]
impl Table for Closed {
    async fn get(&self, _: &Key) -> Result<Got, TableFault> {
        Err(TableFault::new("get", "closed"))
    }

    async fn batch_get(&self, _: &[Key]) -> Result<BatchGot, TableFault> {
        Err(TableFault::new("batch_get", "closed"))
    }

    async fn query(&self, _: &Query) -> Result<Page, TableFault> {
        Err(TableFault::new("query", "closed"))
    }

    async fn write(&self, _: Write) -> Result<Units, WriteError> {
        Err(TableFault::new("write", "closed").into())
    }

    async fn transact(&self, _: Vec<Write>) -> Result<Units, TransactError> {
        Err(TableFault::new("transact", "closed").into())
    }
}

#[tokio::test]
async fn the_stream_comes_again_from_the_first_record_that_failed() {
    let world = World::new(1);
    let records = world.records_through(Arc::new(Closed));
    let message = format!("MESSAGE#{MESSAGE}");
    let told = event(&[("EMAIL#0123", "USER"), (&message, "MESSAGE"), (&message, "MESSAGE")]);
    let answer = index_all(&records, world.archive.as_ref(), told).await;
    let again = json!({"batchItemFailures": [{"itemIdentifier": "101"}]});
    assert_eq!(serde_json::to_value(answer).unwrap(), again);
}
