//! Hand-overs of mails to the provider, and what they tell of the recipients.

use domain::email_address::KeyedHasher;
use domain::hand_over::HandOver;
use domain::ids::{MessageId, TenantId};
use domain::limits;
use domain::send::{Send, Stopped};
use domain::timestamp::Timestamp;
use serde_dynamo::AttributeValue;

use crate::item::{self, text};
use crate::keys;
use crate::sends;
use crate::table::{Change, Condition, Key, Table, TableFault, Write, WriteError};

/// The write that makes a hand-over, with the mail and its recipients.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, hand_over: &HandOver) -> Result<Write, TableFault> {
    let keys = keys::hand_over(tenant, hand_over.message);
    let mut item = item::to_item("hand_over", &keys, hand_over)?;
    item::expire(&mut item, hand_over.queued_at.plus(limits::SEND_LIFE));
    Ok(Write::Put { key: keys.key, item, condition: Some(Condition::Absent) })
}

/// A mail's hand-over; none for a mail that we did not send.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
) -> Result<Option<HandOver>, TableFault> {
    table.get(&key(tenant, message)).await?.item.map(item::from_item).transpose()
}

/// Takes the right to hand the mail over. False where it is begun, done or refused already.
///
/// # Errors
/// A fault of the table.
pub async fn begin(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
    at: Timestamp,
) -> Result<bool, TableFault> {
    let open = ["begun_at", "provider_id", "refused"].map(Condition::Lacks);
    let condition = Condition::All([Condition::Exists].into_iter().chain(open).collect());
    let begin = Write::Update {
        key: key(tenant, message),
        changes: vec![Change::Set("begun_at", text(at))],
        condition: Some(condition),
    };
    match table.write(begin).await {
        Ok(_) => Ok(true),
        Err(WriteError::ConditionFailed(_)) => Ok(false),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// Gives the right back that was taken at `begun_at`: the provider surely took nothing.
///
/// # Errors
/// A fault of the table.
pub async fn give_back(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
    begun_at: Timestamp,
) -> Result<(), TableFault> {
    let give_back = Write::Update {
        key: key(tenant, message),
        changes: vec![Change::Remove("begun_at")],
        condition: Some(Condition::Equals("begun_at", text(begun_at))),
    };
    match table.write(give_back).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// The write that notes the provider's id, by its answer or by an event.
pub fn accepted(tenant: TenantId, message: MessageId, provider_id: &str) -> Write {
    Write::Update {
        key: key(tenant, message),
        changes: vec![Change::SetIfAbsent("provider_id", text(provider_id))],
        condition: Some(Condition::Exists),
    }
}

/// The write that notes that the mail never goes out.
///
/// # Errors
/// See [`item::to_item`].
pub fn refused(
    tenant: TenantId,
    message: MessageId,
    stopped: &Stopped,
) -> Result<Write, TableFault> {
    Ok(Write::Update {
        key: key(tenant, message),
        changes: vec![Change::SetIfAbsent("refused", value(stopped)?)],
        condition: Some(Condition::Exists),
    })
}

/// What a hand-over tells of a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// The answer was lost.
    Unknown(Timestamp),
    /// The provider refused the mail.
    Failed(Stopped),
    /// The address is blocked.
    Skipped(Stopped),
}

/// The write that notes it on the recipient's record.
///
/// # Errors
/// See [`item::to_item`].
pub fn tell(
    tenant: TenantId,
    hasher: &KeyedHasher,
    send: &Send,
    told: &Told,
) -> Result<Write, TableFault> {
    let (name, value) = match told {
        Told::Unknown(at) => ("unknown_at", text(at)),
        Told::Failed(stopped) => ("failed", value(stopped)?),
        Told::Skipped(stopped) => ("skipped", value(stopped)?),
    };
    Ok(Write::Update {
        key: sends::key(tenant, hasher, &send.place, &send.to),
        changes: vec![Change::SetIfAbsent(name, value), Change::Add("rev", 1)],
        condition: Some(Condition::Exists),
    })
}

fn key(tenant: TenantId, message: MessageId) -> Key {
    keys::hand_over(tenant, message).key
}

fn value(stopped: &Stopped) -> Result<AttributeValue, TableFault> {
    serde_dynamo::to_attribute_value(stopped).map_err(|e| TableFault::new("write a record", e))
}
