//! Messages put into another thread, with the claims of their ids, so that answers follow them.

use std::collections::BTreeSet;

use domain::ids::{TenantId, ThreadId};
use domain::message::{Direction, Message};
use domain::thread::{HeaderClaim, ThreadReason};
use mail::thread_clues::{claimed_form, id_of_ses};
use store::table::{TableFault, Write};
use store::{hand_overs, item, messages, table, threads};

use crate::ports::Records;

/// Who moves messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MovedBy {
    /// A mail that shows two threads to be one: each message keeps its reason.
    AMail,
    /// A person: final, and what answers the messages follows them.
    APerson,
}

/// The writes that move these messages: two for each, all conditional on what was read. The claims
/// of `besides` are left alone, and those that belong to another message with the same id.
pub(crate) async fn writes(
    records: &Records,
    tenant: TenantId,
    all: &[Message],
    to: ThreadId,
    by: MovedBy,
    besides: &BTreeSet<String>,
) -> Result<Vec<Write>, TableFault> {
    let hasher = &records.hasher;
    let pinned = by == MovedBy::APerson;
    let mut ids: Vec<(String, &Message)> = Vec::new();
    for message in all {
        let id = header_id(records, tenant, message).await?;
        ids.extend(id.filter(|id| !besides.contains(id)).map(|id| (id, message)));
    }
    let wanted = ids.iter().map(|(id, _)| threads::claim_key(tenant, hasher, id)).collect();
    let mut got = table::get_all(records.table.as_ref(), &wanted).await?.items;
    let mut writes = Vec::new();
    for (id, message) in ids {
        let Some(found) = got.remove(&threads::claim_key(tenant, hasher, &id)) else { continue };
        let claim: HeaderClaim = item::from_item(found)?;
        if claim.message == Some(message.id) {
            let led = HeaderClaim { thread: to, message: None, pinned };
            writes.push(threads::lead(tenant, hasher, &id, claim.thread, &led));
        }
    }
    for message in all {
        let reason = if pinned { ThreadReason::ByPerson } else { message.thread_reason };
        writes.push(messages::move_to_thread(tenant, message, to, reason)?);
    }
    Ok(writes)
}

/// The id that answers name: of mail that was written here it is the one that the provider gave it.
async fn header_id(
    records: &Records,
    tenant: TenantId,
    message: &Message,
) -> Result<Option<String>, TableFault> {
    if let Some(id) = &message.header_id {
        return Ok(Some(claimed_form(id)));
    }
    if message.direction == Direction::Received {
        return Ok(None);
    }
    let hand_over = hand_overs::get(records.table.as_ref(), tenant, message.id).await?;
    Ok(hand_over.and_then(|hand_over| hand_over.provider_id).map(|id| id_of_ses(&id)))
}
