//! What becomes of a whole message.

use flows::error::FlowError;
use flows::ports::MailArchive;
use lambda::batch::{Then, after};
use serde_json::{Value, json};
use store::table::TableName;
use testkit::people::make_tenant;
use testkit::world::World;

use crate::take_in;

const MAIL: &str =
    "From: anna@example.org\r\nTo: sales@crm.example.com\r\nSubject: Offer\r\n\r\nHi\r\n";

async fn world() -> World {
    let world = World::new(3);
    make_tenant(&world.records, 1, &["sales@crm.example.com"]).await.unwrap();
    world
}

fn receipt(world: &World, key: &str) -> Value {
    json!({
        "notificationType": "Received",
        "receipt": {
            "recipients": ["sales@crm.example.com"],
            "action": {"type": "S3", "bucketName": world.archive.bucket(), "objectKey": key},
        },
    })
}

fn objects(world: &World, keys: &[&str]) -> Value {
    let record = |key: &&str| {
        json!({
            "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": world.archive.bucket()}, "object": {"key": key, "size": 9}},
        })
    };
    json!({ "Records": keys.iter().map(record).collect::<Vec<_>>() })
}

async fn handle(world: &World, body: &Value) -> Result<String, FlowError> {
    let message = json!({"messageId": "1", "body": body.to_string()});
    let message = serde_json::from_value(message).unwrap();
    take_in(&world.records, world.archive.as_ref(), world.sender.as_ref(), &message).await
}

#[tokio::test]
async fn a_receipt_is_filed_once_and_repeated_after() {
    let world = world().await;
    world.archive.put("inbound/1", MAIL);
    assert_eq!(handle(&world, &receipt(&world, "inbound/1")).await.unwrap(), "filed");
    assert_eq!(handle(&world, &receipt(&world, "inbound/1")).await.unwrap(), "repeated");
}

#[tokio::test]
async fn each_object_of_a_message_has_its_own_outcome() {
    let world = world().await;
    world.archive.put("drop/1", MAIL);
    world.archive.put("drop/3", MAIL.replace("Offer", "Another"));
    let body = objects(&world, &["drop/1", "drop/2", "drop/3"]);
    assert_eq!(handle(&world, &body).await.unwrap(), "filed,quarantined,filed");
}

#[tokio::test]
async fn what_cannot_be_read_is_quarantined_and_acknowledged() {
    let world = world().await;
    assert_eq!(handle(&world, &json!("what is this")).await.unwrap(), "quarantined");
    assert_eq!(world.table.items(TableName::Delivery).len(), 1);
}

#[tokio::test]
async fn the_set_up_of_a_notification_leaves_no_trace() {
    let world = world().await;
    let outcome = handle(&world, &json!({"Event": "s3:TestEvent"})).await.unwrap();
    assert_eq!(outcome, "nothing_announced");
    assert!(world.table.items(TableName::Delivery).is_empty());
}

#[tokio::test]
async fn a_failure_of_ours_brings_the_message_again_and_the_second_try_files_it() {
    // Before the stack is set up nothing can be filed.
    let world = World::new(3);
    world.archive.put("inbound/1", MAIL);
    let body = receipt(&world, "inbound/1");
    let error = handle(&world, &body).await.unwrap_err();
    assert_eq!(after(&error), Then::Retry);
    make_tenant(&world.records, 1, &["sales@crm.example.com"]).await.unwrap();
    assert_eq!(handle(&world, &body).await.unwrap(), "filed");
}
