//! Step 2 for one address: what its events change about whether it is mailed (H4, H9, H10).

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::limits;
use domain::mail_event::{Bounce, ComplaintFact, Fact, MailEvent, Teller};
use domain::notice::{Matter, Notice};
use domain::send::SendPlace;
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::temporary_bounces::{TemporaryBounces, TemporaryRule};
use domain::timestamp::Timestamp;
use store::item;
use store::provider_list::{self, Listing};
use store::suppressions::Blocked;
use store::table::{TableFault, WriteError};
use store::{bounce_history, contacts, notices, suppressions};

use super::known::Known;
use crate::error::FlowError;
use crate::ports::Records;

/// Acts on the events of one address of one tenant. Answers how many blocks are new.
pub(super) async fn follow(
    records: &Records,
    known: &Known,
    events: &[&MailEvent],
) -> Result<u64, FlowError> {
    let mut blocked = 0;
    blocked += u64::from(add_up(records, known, events).await?);
    for event in events {
        let Some(wanted) = wanted(records, event) else { continue };
        let stored = known.block(records, event)?;
        let table = records.table.as_ref();
        let block = suppressions::block(table, &wanted, stored).await?;
        blocked += u64::from(matches!(block, Blocked::New(_)));
        if let Fact::Complained(complaint) = &event.fact {
            tell_owner(records, event, complaint).await?;
        }
        // SES has listed by itself what it told us; it knows nothing of what came by mail. Noted again
        // where the block stood before: who made it may have died at this place. Its list is for all
        // tenants: what names no mail of ours is too weak a proof for that.
        let unknown_to_it = event.teller == Teller::Mail
            && event.place.is_some()
            && matches!(wanted.cause, SuppressionCause::Bounce | SuppressionCause::Complaint);
        if unknown_to_it {
            let listing = Listing { address: event.recipient.clone(), scope: wanted.scope };
            provider_list::note(table, event.tenant, &records.hasher, &listing).await?;
        }
    }
    Ok(blocked)
}

/// The block that an event leads to by itself.
fn wanted(records: &Records, event: &MailEvent) -> Option<Suppression> {
    match &event.fact {
        Fact::Bounced(bounce) if bounce.permanence == Permanence::Permanent => {
            let listed = bounce.reason == BounceReason::Suppressed;
            let cause =
                if listed { SuppressionCause::ProviderList } else { SuppressionCause::Bounce };
            Some(of_bounce(records, event, bounce, cause))
        }
        Fact::Complained(complaint) if !complaint.is_praise() => {
            let scope = SuppressionScope::Global;
            Some(block(records, event, scope, SuppressionCause::Complaint))
        }
        Fact::Unsubscribed => {
            let scope = SuppressionScope::Tenant;
            Some(block(records, event, scope, SuppressionCause::Unsubscribed))
        }
        Fact::Bounced(_)
        | Fact::Complained(_)
        | Fact::Sent
        | Fact::Delivered
        | Fact::Delayed(_)
        | Fact::Rejected(_)
        | Fact::RenderingFailed(_)
        | Fact::Opened(_)
        | Fact::Clicked(_)
        | Fact::AutoReplied => None,
    }
}

fn block(
    records: &Records,
    event: &MailEvent,
    scope: SuppressionScope,
    cause: SuppressionCause,
) -> Suppression {
    let contact = match event.place {
        Some(SendPlace::Campaign { contact, .. }) => Some(contact),
        Some(SendPlace::OneOff { .. }) | None => None,
    };
    Suppression {
        scope,
        tenant: event.tenant,
        address_hash: Some(records.hasher.address(&event.recipient)),
        domain: event.recipient.domain().to_owned(),
        contact,
        cause,
        permanence: Permanence::Permanent,
        category: None,
        reason: None,
        status: None,
        source: event.place,
        blocked_at: event.at,
        blocked_until: None,
        review_at: Suppression::review_of(event.at),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    }
}

fn of_bounce(
    records: &Records,
    event: &MailEvent,
    bounce: &Bounce,
    cause: SuppressionCause,
) -> Suppression {
    Suppression {
        permanence: bounce.permanence,
        category: Some(bounce.category),
        reason: Some(bounce.reason),
        status: bounce.status.clone(),
        ..block(records, event, SuppressionScope::Bounces, cause)
    }
}

/// Temporary bounces and signs of life: what adds up over time. True where that made a new block.
async fn add_up(
    records: &Records,
    known: &Known,
    events: &[&MailEvent],
) -> Result<bool, FlowError> {
    let temporary = |event: &&MailEvent| {
        let Fact::Bounced(bounce) = &event.fact else { return None };
        let counts = bounce.category != BounceCategory::AutoReply;
        (counts && bounce.permanence == Permanence::Temporary).then(|| bounce.clone())
    };
    let bounces: Vec<Timestamp> =
        events.iter().filter_map(temporary).map(|bounce| bounce.at).collect();
    let alive = |event: &&MailEvent| matches!(event.fact, Fact::Clicked(_)).then_some(event.at);
    let alive = events.iter().filter_map(alive).max();
    let Some(first) = events.first().filter(|_| !bounces.is_empty() || alive.is_some()) else {
        return Ok(false);
    };
    let hash = records.hasher.address(&first.recipient);
    let stored = known.temporary_bounces(first.tenant, &hash)?;
    let take_in = |history: &mut TemporaryBounces| {
        let mut changed = alive.is_some_and(|at| history.clear(at));
        for at in &bounces {
            changed |= history.add(*at);
        }
        changed
    };
    let history = keep(records, first.tenant, &hash, stored, take_in).await?;
    if let Some(at) = alive
        && let Some(block) = known.block(records, first)?
    {
        suppressions::lift_temporary(records.table.as_ref(), block, at).await?;
    }
    let rule = TemporaryRule::of(&known.settings(first.tenant)?.limits);
    let last = events.iter().rev().find_map(|event| Some((event, temporary(event)?)));
    let (Some(blocked_at), Some((event, bounce))) = (history.blocks(&rule), last) else {
        return Ok(false);
    };
    // Several mails made this block, none of them alone.
    let wanted = Suppression {
        source: None,
        blocked_at,
        blocked_until: Some(blocked_at.plus(limits::TEMPORARY_BLOCK_LIFE)),
        review_at: Suppression::review_of(blocked_at),
        ..of_bounce(records, event, &bounce, SuppressionCause::Bounce)
    };
    let stored = known.block(records, event)?;
    let block = suppressions::block(records.table.as_ref(), &wanted, stored).await?;
    Ok(matches!(block, Blocked::New(_)))
}

/// Keeps the history with what `take_in` adds, whatever others add meanwhile.
async fn keep(
    records: &Records,
    tenant: TenantId,
    hash: &str,
    stored: Option<TemporaryBounces>,
    take_in: impl Fn(&mut TemporaryBounces) -> bool,
) -> Result<TemporaryBounces, TableFault> {
    let mut history = stored.unwrap_or_default();
    loop {
        let rev_before = history.rev;
        if !take_in(&mut history) {
            return Ok(history);
        }
        let write = bounce_history::put_address(tenant, hash, &history, rev_before)?;
        match records.table.write(write).await {
            Ok(_) => return Ok(history),
            Err(WriteError::ConditionFailed(found)) => {
                history = found.map(item::from_item).transpose()?.unwrap_or_default();
            }
            Err(WriteError::Fault(fault)) => return Err(fault),
        }
    }
}

/// A sign of life by mail: somebody wrote to us from the address, whose temporary bounces are given. It
/// lifts a block that they made, then clears them: who dies between is followed by a repeat that finds
/// them again. Where there is nothing to clear, nothing is read or written.
///
/// # Errors
/// A fault of the table.
pub async fn lives(
    records: &Records,
    tenant: TenantId,
    address: &EmailAddress,
    stored: Option<TemporaryBounces>,
    at: Timestamp,
) -> Result<(), TableFault> {
    let Some(stored) = stored.filter(|history| !history.is_empty()) else { return Ok(()) };
    let hasher = &records.hasher;
    let table = records.table.as_ref();
    let scope = SuppressionScope::Bounces;
    if let Some(block) = suppressions::get(table, tenant, hasher, scope, address).await? {
        suppressions::lift_temporary(table, block, at).await?;
    }
    let hash = hasher.address(address);
    keep(records, tenant, &hash, Some(stored), |history| history.clear(at)).await?;
    Ok(())
}

/// A complaint is told to who looks after the record, or else to the administrators.
async fn tell_owner(
    records: &Records,
    event: &MailEvent,
    complaint: &ComplaintFact,
) -> Result<(), TableFault> {
    let table = records.table.as_ref();
    let contact = match event.place {
        Some(SendPlace::Campaign { contact, .. }) => Some(contact),
        Some(SendPlace::OneOff { .. }) | None => {
            contacts::holder(table, event.tenant, &records.hasher, &event.recipient).await?
        }
    };
    let owner = match contact {
        Some(contact) => contacts::get(table, event.tenant, contact).await?.and_then(|c| c.owner),
        None => None,
    };
    let hash = records.hasher.address(&event.recipient);
    let feedback_type = complaint.feedback_type.clone();
    let matter = Matter::Complaint { contact, source: event.place, feedback_type };
    let happened = (event.at, bits(records, &["complaint", &hash]));
    notices::keep(table, &Notice::new(event.tenant, owner, happened, matter)).await
}

/// Bits that the same parts always give.
pub(super) fn bits(records: &Records, parts: &[&str]) -> u128 {
    let code = records.hasher.mac_of("notice", parts.join("\0").as_bytes());
    code.iter().take(16).fold(0, |bits, octet| (bits << 8) | u128::from(*octet))
}
