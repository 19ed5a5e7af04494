//! Step 6: what the provider said, on the records.

use std::collections::BTreeMap;

use domain::email_address::EmailAddress;
use domain::hand_over::HandOverState;
use domain::ids::{MessageId, TenantId, ThreadId};
use domain::limits;
use domain::send::{Send, Stopped};
use domain::suppression::Suppression;
use domain::thread::HeaderClaim;
use domain::timestamp::Timestamp;
use mail::thread_clues::id_of_ses;
use store::hand_overs::{self, Told};
use store::table::{CancelReason, Table, TransactError, Write, WriteError};
use store::{sends, threads};

use super::{HandedOver, Ready};
use crate::error::{Failure, FlowError};
use crate::ports::Records;

/// The provider has it. The claim of the id that it gave the mail comes in the same transaction, so an
/// answer that names only this id finds the conversation (B5).
pub(super) async fn accepted(
    records: &Records,
    tenant: TenantId,
    ready: Ready,
    provider_id: String,
    skipped: Vec<Send>,
) -> Result<HandedOver, FlowError> {
    let Ready { message, thread, mut sends, .. } = ready;
    let mut writes = vec![hand_overs::accepted(tenant, message, &provider_id)];
    for send in &mut sends {
        writes.push(sends::handed_over(tenant, &records.hasher, send, &provider_id));
        send.provider_id = Some(provider_id.clone());
        send.rev += 1;
    }
    claim_and_write(records, tenant, (message, thread), &provider_id, writes).await?;
    let state = HandOverState::Accepted(provider_id);
    Ok(done(message, thread, state, sends, skipped))
}

/// Claims the id that the provider gave the mail. Idempotent: the answer to the call and the `Send`
/// event both may do it.
///
/// # Errors
/// Faults of the table.
pub async fn claim_provider_id(
    records: &Records,
    tenant: TenantId,
    of: (MessageId, ThreadId),
    provider_id: &str,
) -> Result<(), FlowError> {
    let accepted = hand_overs::accepted(tenant, of.0, provider_id);
    claim_and_write(records, tenant, of, provider_id, vec![accepted]).await
}

async fn claim_and_write(
    records: &Records,
    tenant: TenantId,
    (message, thread): (MessageId, ThreadId),
    provider_id: &str,
    writes: Vec<Write>,
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let id = id_of_ses(provider_id);
    let claim = HeaderClaim { thread, message: Some(message), pinned: false };
    let mut all = writes.clone();
    all.push(threads::claim(tenant, &records.hasher, &id, &claim)?);
    if commit(table, all).await? {
        return Ok(());
    }
    // Somebody has the id: an event told it first, or an answer came before our own claim and waits
    // for the mail it names.
    let arrive = threads::arrive(tenant, &records.hasher, &id, message);
    match table.write(arrive).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => {}
        Err(WriteError::Fault(fault)) => return Err(fault.into()),
    }
    commit(table, writes).await?;
    Ok(())
}

/// True where it was written; false where the last write's condition does not hold.
async fn commit(table: &dyn Table, writes: Vec<Write>) -> Result<bool, FlowError> {
    for _ in 0..limits::CONTENTION_RETRIES_MAX {
        match table.transact(writes.clone()).await {
            Ok(_) => return Ok(true),
            Err(TransactError::Fault(fault)) => return Err(fault.into()),
            Err(TransactError::Cancelled(reasons)) => {
                if let Some(CancelReason::ConditionFailed(_)) = reasons.last() {
                    return Ok(false);
                }
            }
        }
    }
    Err(Failure::Contention.into())
}

/// It never goes out.
pub(super) async fn refused(
    records: &Records,
    tenant: TenantId,
    ready: Ready,
    stopped: Stopped,
    skipped: Vec<Send>,
) -> Result<HandedOver, FlowError> {
    let Ready { message, thread, mut sends, .. } = ready;
    let told = Told::Failed(stopped.clone());
    let mut writes = vec![hand_overs::refused(tenant, message, &stopped)?];
    for send in &mut sends {
        writes.push(hand_overs::tell(tenant, &records.hasher, send, &told)?);
        send.failed = Some(stopped.clone());
        send.rev += 1;
    }
    commit(records.table.as_ref(), writes).await?;
    Ok(done(message, thread, HandOverState::Refused(stopped), sends, skipped))
}

/// The answer was lost.
pub(super) async fn unknown(
    records: &Records,
    tenant: TenantId,
    ready: Ready,
    begun_at: Timestamp,
    skipped: Vec<Send>,
) -> Result<HandedOver, FlowError> {
    let Ready { message, thread, mut sends, .. } = ready;
    let told = Told::Unknown(begun_at);
    let mut writes = Vec::new();
    for send in &mut sends {
        writes.push(hand_overs::tell(tenant, &records.hasher, send, &told)?);
        send.unknown_at.get_or_insert(begun_at);
        send.rev += 1;
    }
    commit(records.table.as_ref(), writes).await?;
    Ok(done(message, thread, HandOverState::Begun(begun_at), sends, skipped))
}

/// Those who were blocked between the first look and the last.
pub(super) async fn skipped(
    records: &Records,
    tenant: TenantId,
    mut sends: Vec<Send>,
    blocks: &BTreeMap<EmailAddress, Suppression>,
) -> Result<Vec<Send>, FlowError> {
    let at = records.clock.now();
    for send in &mut sends {
        let cause = blocks.get(&send.to).map_or("blocked", |block| block.cause.name());
        let stopped = Stopped { at, reason: cause.to_owned() };
        let told = Told::Skipped(stopped.clone());
        let write = hand_overs::tell(tenant, &records.hasher, send, &told)?;
        commit(records.table.as_ref(), vec![write]).await?;
        send.skipped = Some(stopped);
        send.rev += 1;
    }
    Ok(sends)
}

fn done(
    message: MessageId,
    thread: ThreadId,
    state: HandOverState,
    mut sends: Vec<Send>,
    skipped: Vec<Send>,
) -> HandedOver {
    sends.extend(skipped);
    sends.sort_by(|one, other| one.to.cmp(&other.to));
    HandedOver { message, thread, state, sends }
}
