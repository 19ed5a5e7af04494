//! What the adapter makes of DynamoDB's answers. What a real table does is in the contract suite.

use serde_dynamo::AttributeValue;
use store::table::{
    CancelReason, Condition, Item, Key, Table, TableName, TransactError, Write, WriteError,
};

use super::{DynamoTable, TableNames};
use crate::loopback::{Answer, Loopback, json_error};

fn table_of(server: &Loopback) -> DynamoTable {
    let crm = Some("crm-table".to_owned());
    DynamoTable::new(&server.cloud, TableNames { crm, ..TableNames::default() })
}

fn key(pk: &str) -> Key {
    Key { table: TableName::Crm, pk: pk.to_owned(), sk: "X".to_owned() }
}

fn put(pk: &str) -> Write {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    let item = Item::from([("pk".to_owned(), text(pk)), ("sk".to_owned(), text("X"))]);
    Write::Put { key: key(pk), item, condition: Some(Condition::Absent) }
}

fn ok(body: &str) -> Answer {
    Answer::Text(200, body.to_owned())
}

fn cancelled(reasons: &str) -> Answer {
    let body = format!(
        r#"{{"__type":"com.amazon#TransactionCanceledException","CancellationReasons":[{reasons}]}}"#
    );
    Answer::Text(400, body)
}

const OLD: &str = r#"{"pk":{"S":"A"},"sk":{"S":"X"},"rev":{"N":"7"}}"#;

#[tokio::test]
async fn a_failed_condition_brings_the_old_item() {
    let body = format!(r#"{{"__type":"x#ConditionalCheckFailedException","Item":{OLD}}}"#);
    let server = Loopback::answering([Answer::Text(400, body)]).await;
    let error = table_of(&server).write(put("A")).await.unwrap_err();
    let WriteError::ConditionFailed(Some(item)) = error else { panic!("{error:?}") };
    assert_eq!(item.get("rev"), Some(&AttributeValue::N("7".to_owned())));
    let asked = &server.asked()[0].body;
    assert!(asked.contains(r#""ReturnValuesOnConditionCheckFailure":"ALL_OLD""#), "{asked}");
    assert!(asked.contains(r#""ReturnConsumedCapacity":"TOTAL""#), "{asked}");
}

#[tokio::test]
async fn a_write_that_meets_a_transaction_is_tried_again() {
    let conflict = || json_error(400, "TransactionConflictException", "busy");
    let done = ok(r#"{"ConsumedCapacity":{"TableName":"crm-table","CapacityUnits":3.0}}"#);
    let server = Loopback::answering([conflict(), conflict(), done]).await;
    assert_eq!(table_of(&server).write(put("A")).await.unwrap().write, 3.0);
    assert_eq!(server.asked().len(), 3);
}

#[tokio::test]
async fn a_write_that_meets_transactions_at_every_try_is_a_fault() {
    let conflict = || json_error(400, "TransactionConflictException", "busy");
    let server = Loopback::answering((0..9).map(|_| conflict())).await;
    let error = table_of(&server).write(put("A")).await.unwrap_err();
    assert!(matches!(error, WriteError::Fault(_)));
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn a_throttled_call_is_tried_again_by_the_sdk_alone() {
    let throttled = || json_error(400, "ProvisionedThroughputExceededException", "slow");
    let server = Loopback::answering((0..9).map(|_| throttled())).await;
    assert!(table_of(&server).get(&key("A")).await.is_err());
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn reasons_of_a_cancellation_stand_in_the_order_of_the_writes() {
    let reasons = format!(
        r#"{{"Code":"None"}},{{"Code":"ConditionalCheckFailed","Item":{OLD}}},{{"Code":"ConditionalCheckFailed"}}"#
    );
    let server = Loopback::answering([cancelled(&reasons)]).await;
    let error = table_of(&server).transact(vec![put("Z"), put("A"), put("B")]).await.unwrap_err();
    let TransactError::Cancelled(reasons) = error else { panic!("{error:?}") };
    assert_eq!(reasons[0], CancelReason::None);
    assert!(matches!(&reasons[1], CancelReason::ConditionFailed(Some(_))));
    assert_eq!(reasons[2], CancelReason::ConditionFailed(None));
    assert_eq!(server.asked().len(), 1, "a failed condition is not tried again");
}

#[tokio::test]
async fn a_transaction_in_conflict_is_tried_again_under_a_new_token() {
    let busy = || cancelled(r#"{"Code":"TransactionConflict"}"#);
    let done = r#"{"ConsumedCapacity":[{"TableName":"crm-table","CapacityUnits":4.0,"WriteCapacityUnits":4.0}]}"#;
    let server = Loopback::answering([busy(), ok(done)]).await;
    assert_eq!(table_of(&server).transact(vec![put("A")]).await.unwrap().write, 4.0);
    let tokens = tokens(&server);
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);
}

#[tokio::test]
async fn a_transaction_without_an_answer_is_repeated_under_the_same_token() {
    let repeated = r#"{"ConsumedCapacity":[{"TableName":"crm-table","CapacityUnits":2.0,"ReadCapacityUnits":2.0}]}"#;
    let server = Loopback::answering([Answer::HangUp, ok(repeated)]).await;
    let units = table_of(&server).transact(vec![put("A")]).await.unwrap();
    assert_eq!((units.read, units.write), (2.0, 0.0));
    let tokens = tokens(&server);
    assert_eq!(tokens.len(), 2);
    assert_eq!(tokens[0], tokens[1]);
}

fn tokens(server: &Loopback) -> Vec<String> {
    let token = |body: &str| {
        let (_, rest) = body.split_once(r#""ClientRequestToken":""#).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    server.asked().iter().map(|asked| token(&asked.body)).collect()
}

#[tokio::test]
async fn a_transaction_in_conflict_at_every_try_tells_so() {
    let busy = || cancelled(r#"{"Code":"None"},{"Code":"TransactionConflict"}"#);
    let server = Loopback::answering((0..9).map(|_| busy())).await;
    let error = table_of(&server).transact(vec![put("A"), put("B")]).await.unwrap_err();
    let TransactError::Cancelled(reasons) = error else { panic!("{error:?}") };
    assert_eq!(reasons, [CancelReason::None, CancelReason::Conflict]);
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn a_transaction_throttled_at_every_try_or_refused_is_a_fault() {
    for (code, calls) in [("ThrottlingError", 5), ("ValidationError", 1)] {
        let answer = || cancelled(&format!(r#"{{"Code":"{code}","Message":"secret value"}}"#));
        let server = Loopback::answering((0..9).map(|_| answer())).await;
        let error = table_of(&server).transact(vec![put("A")]).await.unwrap_err();
        let TransactError::Fault(fault) = error else { panic!("{error:?}") };
        assert!(!fault.source.to_string().contains("secret"));
        assert_eq!(server.asked().len(), calls, "{code}");
    }
}

#[tokio::test]
async fn unprocessed_keys_are_asked_for_again() {
    let first = r#"{"Responses":{"crm-table":[{"pk":{"S":"A"},"sk":{"S":"X"}}]},
        "ConsumedCapacity":[{"TableName":"crm-table","CapacityUnits":1.0}],
        "UnprocessedKeys":{"crm-table":{"ConsistentRead":true,"Keys":[{"pk":{"S":"B"},"sk":{"S":"X"}}]}}}"#;
    let second = r#"{"Responses":{"crm-table":[{"pk":{"S":"B"},"sk":{"S":"X"}}]},
        "ConsumedCapacity":[{"TableName":"crm-table","CapacityUnits":1.0}],"UnprocessedKeys":{}}"#;
    let server = Loopback::answering([ok(first), ok(second)]).await;
    let got = table_of(&server).batch_get(&[key("B"), key("A"), key("B")]).await.unwrap();
    assert_eq!(got.items.len(), 2);
    assert_eq!(got.units.read, 2.0);
    assert_eq!(server.asked()[0].body.matches(r#""pk""#).count(), 2, "each key is named once");
    assert!(!server.asked()[1].body.contains(r#"{"S":"A"}"#));
}

#[tokio::test]
async fn keys_that_stay_unprocessed_are_a_fault() {
    let none = || {
        ok(
            r#"{"Responses":{},"UnprocessedKeys":{"crm-table":{"Keys":[{"pk":{"S":"A"},"sk":{"S":"X"}}]}}}"#,
        )
    };
    let server = Loopback::answering((0..9).map(|_| none())).await;
    assert!(table_of(&server).batch_get(&[key("A")]).await.is_err());
    assert_eq!(server.asked().len(), 5);
}

#[tokio::test]
async fn a_table_without_a_name_is_a_fault_before_any_call() {
    let server = Loopback::answering([]).await;
    let audit = Key { table: TableName::Audit, ..key("A") };
    let fault = table_of(&server).get(&audit).await.unwrap_err();
    assert_eq!(fault.source.to_string(), "no name is set for the table Audit");
    assert!(server.asked().is_empty());
}
