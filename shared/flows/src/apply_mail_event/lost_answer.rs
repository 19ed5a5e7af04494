//! Mail whose hand-over has lost the provider's answer: its `Send` event brings the provider's id, and
//! with it the claim of the header id that answers name (B5, F13). Whether anybody has noticed the loss
//! yet does not matter: a worker that died right after the provider took the mail has noted nothing.

use std::collections::BTreeMap;

use domain::ids::{MessageId, TenantId};
use domain::mail_event::{Fact, MailEvent};
use domain::send::SendPlace;
use store::hand_overs;

use super::known::{Known, SendKey};
use crate::error::FlowError;
use crate::hand_over::claim_provider_id;
use crate::ports::Records;

/// Claims them. Mail whose answer is known costs nothing here.
pub(super) async fn settle(
    records: &Records,
    known: &Known,
    events: &[MailEvent],
) -> Result<(), FlowError> {
    let mut lost: BTreeMap<(TenantId, MessageId), &String> = BTreeMap::new();
    for event in events {
        let send = known.sends.get(&SendKey::of(records, event));
        let unknown = send.is_some_and(|send| send.provider_id.is_none());
        if let (true, Fact::Sent, Some(SendPlace::OneOff { message }), Some(id)) =
            (unknown, &event.fact, event.place, &event.provider_id)
        {
            lost.insert((event.tenant, message), id);
        }
    }
    for ((tenant, message), provider_id) in lost {
        let found = hand_overs::get(records.table.as_ref(), tenant, message).await?;
        if let Some(found) = found.filter(|found| found.provider_id.is_none()) {
            claim_provider_id(records, tenant, (message, found.thread), provider_id).await?;
        }
    }
    Ok(())
}
