//! Writes: one by one, or all or none.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::error::ConditionalCheckFailedException;
use aws_sdk_dynamodb::types::{
    ConditionCheck, ConsumedCapacity, Delete, Put, ReturnConsumedCapacity,
    ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use store::table::{Condition, TableFault, TransactError, Units, Write, WriteError};

use super::attributes::{check_keys, found, item_to_theirs, key_to_theirs, write_units};
use super::cancellation::{Cancelled, told_apart};
use super::expression::Placeholders;
use super::{Cause, DynamoTable, TRIES};
use crate::patience::Patience;

/// Why one try of a single write did not do it.
enum Missed {
    /// Its condition does not hold.
    Condition(ConditionalCheckFailedException),
    /// A transaction is at the item.
    Conflict(Cause),
    /// Anything else.
    Broken(Cause),
}

impl<C: Into<Cause>> From<C> for Missed {
    fn from(cause: C) -> Self {
        Self::Broken(cause.into())
    }
}

pub async fn write(table: &DynamoTable, write: &Write) -> Result<Units, WriteError> {
    let fault = |cause: Cause| WriteError::Fault(TableFault::new("write", cause));
    let mut patience = Patience::for_tries(TRIES);
    loop {
        match write_once(table, write).await {
            Ok(consumed) => return Ok(write_units(consumed.as_slice())),
            Err(Missed::Condition(failed)) => {
                return Err(WriteError::ConditionFailed(found(failed.item).map_err(fault)?));
            }
            Err(Missed::Conflict(_)) if patience.pause().await => {}
            Err(Missed::Conflict(cause) | Missed::Broken(cause)) => return Err(fault(cause)),
        }
    }
}

const OLD_ITEM: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;

async fn write_once(
    table: &DynamoTable,
    write: &Write,
) -> Result<Option<ConsumedCapacity>, Missed> {
    let name = table.name(write.key().table)?.to_owned();
    let key = Some(key_to_theirs(write.key()));
    let mut holders = Placeholders::default();
    match write {
        Write::Put { key, item, condition } => {
            check_keys(key, item)?;
            let condition = optional(&mut holders, condition.as_ref())?;
            let request = table.client.put_item().table_name(name);
            let request = request
                .set_item(Some(item_to_theirs(item)))
                .set_condition_expression(condition)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = request.send().await.map_err(|error| missed(error, put_condition))?;
            Ok(answer.consumed_capacity)
        }
        Write::Update { changes, condition, .. } => {
            let update = holders.update(changes)?;
            let condition = optional(&mut holders, condition.as_ref())?;
            let request = table.client.update_item().table_name(name).set_key(key);
            let request = request
                .update_expression(update)
                .set_condition_expression(condition)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = request.send().await.map_err(|error| missed(error, update_condition))?;
            Ok(answer.consumed_capacity)
        }
        Write::Delete { condition, .. } => {
            let condition = optional(&mut holders, condition.as_ref())?;
            let request = table.client.delete_item().table_name(name).set_key(key);
            let request = request
                .set_condition_expression(condition)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM)
                .return_consumed_capacity(ReturnConsumedCapacity::Total);
            let answer = request.send().await.map_err(|error| missed(error, delete_condition))?;
            Ok(answer.consumed_capacity)
        }
        Write::Check { .. } => Err(Cause::from("a check stands in transactions only").into()),
    }
}

fn optional(
    holders: &mut Placeholders,
    condition: Option<&Condition>,
) -> Result<Option<String>, Cause> {
    condition.map(|condition| holders.condition(condition)).transpose()
}

fn put_condition(error: PutItemError) -> Option<ConditionalCheckFailedException> {
    if let PutItemError::ConditionalCheckFailedException(e) = error { Some(e) } else { None }
}

fn update_condition(error: UpdateItemError) -> Option<ConditionalCheckFailedException> {
    if let UpdateItemError::ConditionalCheckFailedException(e) = error { Some(e) } else { None }
}

fn delete_condition(error: DeleteItemError) -> Option<ConditionalCheckFailedException> {
    if let DeleteItemError::ConditionalCheckFailedException(e) = error { Some(e) } else { None }
}

fn missed<E>(
    error: SdkError<E>,
    condition: fn(E) -> Option<ConditionalCheckFailedException>,
) -> Missed
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    match error.code() {
        Some("ConditionalCheckFailedException") => {
            let SdkError::ServiceError(error) = error else {
                return Missed::Broken(error.into());
            };
            match condition(error.into_err()) {
                Some(failed) => Missed::Condition(failed),
                None => Missed::Broken("a failed condition can't be read".into()),
            }
        }
        Some("TransactionConflictException") => Missed::Conflict(error.into()),
        Some(_) | None => Missed::Broken(error.into()),
    }
}

pub async fn transact(table: &DynamoTable, writes: &[Write]) -> Result<Units, TransactError> {
    let fault = |cause: Cause| TransactError::Fault(TableFault::new("transact", cause));
    let actions = writes.iter().map(|write| action(table, write));
    let actions: Vec<_> = actions.collect::<Result<_, _>>().map_err(fault)?;
    let mut patience = Patience::for_tries(TRIES);
    loop {
        // The SDK gives each call a token of its own, so that its tries count as one.
        let request = table.client.transact_write_items().set_transact_items(Some(actions.clone()));
        let request = request.return_consumed_capacity(ReturnConsumedCapacity::Total);
        let error = match request.send().await {
            Ok(answer) => return Ok(write_units(answer.consumed_capacity())),
            Err(error) => error,
        };
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(e)) => {
                e.cancellation_reasons().to_vec()
            }
            _ => return Err(fault(error.into())),
        };
        match told_apart(reasons, writes.len()).map_err(fault)? {
            Cancelled::ForGood(reasons) => return Err(TransactError::Cancelled(reasons)),
            Cancelled::ForNow(_) if patience.pause().await => {}
            Cancelled::ForNow(Some(reasons)) => return Err(TransactError::Cancelled(reasons)),
            Cancelled::ForNow(None) => return Err(fault(error.into())),
        }
    }
}

fn action(table: &DynamoTable, write: &Write) -> Result<TransactWriteItem, Cause> {
    let name = table.name(write.key().table)?;
    let key = Some(key_to_theirs(write.key()));
    let mut holders = Placeholders::default();
    let action = TransactWriteItem::builder();
    Ok(match write {
        Write::Put { key, item, condition } => {
            check_keys(key, item)?;
            let put = Put::builder().table_name(name).set_item(Some(item_to_theirs(item)));
            let put = put
                .set_condition_expression(optional(&mut holders, condition.as_ref())?)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM);
            action.put(put.build()?).build()
        }
        Write::Update { changes, condition, .. } => {
            let update = Update::builder().table_name(name).set_key(key);
            let update = update
                .update_expression(holders.update(changes)?)
                .set_condition_expression(optional(&mut holders, condition.as_ref())?)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM);
            action.update(update.build()?).build()
        }
        Write::Delete { condition, .. } => {
            let delete = Delete::builder().table_name(name).set_key(key);
            let delete = delete
                .set_condition_expression(optional(&mut holders, condition.as_ref())?)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM);
            action.delete(delete.build()?).build()
        }
        Write::Check { condition, .. } => {
            let check = ConditionCheck::builder().table_name(name).set_key(key);
            let check = check
                .condition_expression(holders.condition(condition)?)
                .set_expression_attribute_names(holders.names())
                .set_expression_attribute_values(holders.into_values())
                .return_values_on_condition_check_failure(OLD_ITEM);
            action.condition_check(check.build()?).build()
        }
    })
}
