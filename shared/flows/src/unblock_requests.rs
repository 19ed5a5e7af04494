//! Permanent blocks are lifted by two administrators: one opens a request with the reason, another
//! confirms it (H6).

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{RequestId, UnblockRequestId};
use domain::limits::{UNBLOCK_REQUEST_BLOCKS_MAX, UNBLOCK_REQUEST_LIFE};
use domain::permission::{Allowed, OverrideBlocks};
use domain::refusal::{RefusalCode, Refused};
use domain::suppression_id::SuppressionId;
use domain::unblock_request::{Decision, DecisionOutcome, UnblockRequest, UnblockRequestState};
use domain::unblock_rule::{LiftedBy, may_lift};
use store::{blocks, item, unblock_requests};

use crate::error::FlowError;
use crate::lift_blocks::{self, Liftable, Lifted, Lifting, request_closed};
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::{Records, SuppressionList};
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};
use crate::unblock::{UnblockLine, UnblockOutcome, check_resolved, lifts_left};

/// A request to open.
#[derive(Clone, Debug)]
pub struct NewUnblockRequest {
    /// The blocks.
    pub ids: Vec<SuppressionId>,
    /// Why they may be lifted.
    pub reason: String,
    /// That what led to them is resolved.
    pub cause_resolved: bool,
}

/// Opens a request. Every block in it must stand and be one that two administrators may lift.
///
/// # Errors
/// `cause_unresolved`, `field_missing`, `field_too_long`, `not_found`, and those of [`may_lift`].
pub async fn open(
    records: &Records,
    allowed: &Allowed<OverrideBlocks>,
    request: RequestId,
    origin: Origin,
    new: NewUnblockRequest,
) -> Result<UnblockRequest, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    check_resolved(new.cause_resolved)?;
    let reason = text_rules::name("reason", &new.reason)?;
    let ids = checked_ids(new.ids)?;
    let found = blocks::of_ids(table, tenant, &ids).await?;
    for id in &ids {
        let block = found.get(id).filter(|block| block.tenant == tenant);
        let block = block.ok_or_else(FlowError::not_found)?;
        may_lift(block, LiftedBy::TwoAdministrators)?;
    }
    let opened = UnblockRequest {
        id: UnblockRequestId::from_parts(origin.at, origin.bits),
        blocks: ids,
        reason,
        opened_by: allowed.user(),
        opened_at: origin.at,
        open_until: origin.at.plus(UNBLOCK_REQUEST_LIFE),
        decision: None,
        rev: 1,
    };
    let mut transaction = Transaction::default();
    transaction.add(unblock_requests::create(tenant, &opened)?);
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "unblock_request.opened", opened.id)?;
    match transaction.try_commit(table).await? {
        None => Ok(opened),
        // An earlier try of this very request opened it.
        Some(stopped) => match stopped.item {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
    }
}

fn checked_ids(ids: Vec<SuppressionId>) -> Result<BTreeSet<SuppressionId>, Refused> {
    let ids: BTreeSet<SuppressionId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Err(Refused::field(RefusalCode::FieldMissing, "ids", "name the blocks"));
    }
    if ids.len() > UNBLOCK_REQUEST_BLOCKS_MAX {
        let refused =
            Refused::field(RefusalCode::FieldTooLong, "ids", "open several requests instead");
        return Err(refused.with_limit(u64::try_from(UNBLOCK_REQUEST_BLOCKS_MAX).unwrap_or(0)));
    }
    Ok(ids)
}

/// One page of the requests, the newest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<OverrideBlocks>,
    wish: Wish,
) -> Result<Listed<UnblockRequest>, FlowError> {
    let table = records.table.as_ref();
    let page = unblock_requests::list(table, allowed.tenant(), wish.limit, wish.after);
    Ok(page.await?.into())
}

/// A request.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<OverrideBlocks>,
    id: UnblockRequestId,
) -> Result<UnblockRequest, FlowError> {
    let found = unblock_requests::get(records.table.as_ref(), allowed.tenant(), id).await?;
    found.ok_or_else(FlowError::not_found)
}

/// What a confirmed request came to.
#[derive(Debug)]
pub struct Confirmed {
    /// The request as it is now.
    pub request: UnblockRequest,
    /// What became of each block.
    pub lines: Vec<UnblockLine>,
}

/// Confirms a request as another administrator than its opener, and lifts its blocks. Each lift holds
/// only while the request is open, and the request is closed behind the last: who dies between can
/// confirm again, and finds what is lifted lifted. Where the provider fails for some, the request
/// stays open for another try.
///
/// # Errors
/// `not_found`, `second_person_needed`, `unblock_request_closed`, `field_missing`.
pub async fn confirm(
    records: &Records,
    list: &dyn SuppressionList,
    allowed: &Allowed<OverrideBlocks>,
    request: RequestId,
    id: UnblockRequestId,
    reason: &str,
) -> Result<Confirmed, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    // 1 the words of the request, and who says them
    let reason = text_rules::name("reason", reason)?;
    let opened = show(records, allowed, id).await?;
    let now = records.clock.now();
    if opened.state(now) != UnblockRequestState::Open {
        return Err(request_closed().into());
    }
    if opened.opened_by == allowed.user() {
        let hint = "an administrator other than the one who opened the request confirms it";
        return Err(Refused::new(RefusalCode::SecondPersonNeeded, hint).into());
    }
    // 2 the blocks as they stand now
    let found = blocks::of_ids(table, tenant, &opened.blocks).await?;
    let mut lines = Vec::new();
    let mut liftable = Vec::new();
    for (id, block) in found {
        match may_lift(&block, LiftedBy::TwoAdministrators) {
            Ok(()) if !block.holds(now) => lines.push(line(id, UnblockOutcome::NotBlocked)),
            Ok(()) => liftable.push(Liftable { id, block, address: None }),
            Err(refused) => lines.push(line(id, UnblockOutcome::Refused(refused))),
        }
    }
    // 3 the lifts, while the request is open
    let check = unblock_requests::unchanged(tenant, &opened);
    let doer = Doer::new(allowed, request, now);
    let lifting = Lifting { doer, check: Some(&check) };
    let outcomes = lift_blocks::lift(records, list, &lifting, liftable).await?;
    let all_tried = !outcomes.values().any(|one| matches!(one, Lifted::ProviderFailed(_)));
    lines.extend(told(outcomes));
    if !all_tried {
        return Ok(Confirmed { request: opened, lines });
    }
    // 4 the request is done
    let decision = Decision {
        outcome: DecisionOutcome::Confirmed,
        by: allowed.user(),
        at: now,
        reason,
        lifted: lifted(&lines),
    };
    let request = close(records, doer, opened, decision, "unblock_request.confirmed").await?;
    Ok(Confirmed { request, lines })
}

fn line(id: SuppressionId, outcome: UnblockOutcome) -> UnblockLine {
    UnblockLine { block: Some(id), contact: None, outcome }
}

fn told(outcomes: BTreeMap<SuppressionId, Lifted>) -> impl Iterator<Item = UnblockLine> {
    outcomes.into_iter().map(|(id, outcome)| {
        let outcome = match outcome {
            Lifted::Done(block) => UnblockOutcome::Lifted { lifts_left: lifts_left(&block) },
            Lifted::Refused(refused) => UnblockOutcome::Refused(refused),
            Lifted::ProviderFailed(_) => UnblockOutcome::ProviderFailed,
        };
        line(id, outcome)
    })
}

/// The blocks that do not hold any more: lifted now, or by a try before that died.
fn lifted(lines: &[UnblockLine]) -> BTreeSet<SuppressionId> {
    let done = |line: &&UnblockLine| {
        matches!(line.outcome, UnblockOutcome::Lifted { .. } | UnblockOutcome::NotBlocked)
    };
    lines.iter().filter(done).filter_map(|line| line.block.clone()).collect()
}

/// Takes a request back.
///
/// # Errors
/// `not_found`, `unblock_request_closed`, `field_missing`.
pub async fn withdraw(
    records: &Records,
    allowed: &Allowed<OverrideBlocks>,
    request: RequestId,
    id: UnblockRequestId,
    reason: &str,
) -> Result<UnblockRequest, FlowError> {
    let reason = text_rules::name("reason", reason)?;
    let opened = show(records, allowed, id).await?;
    let now = records.clock.now();
    if opened.state(now) != UnblockRequestState::Open {
        return Err(request_closed().into());
    }
    let decision = Decision {
        outcome: DecisionOutcome::Withdrawn,
        by: allowed.user(),
        at: now,
        reason,
        lifted: BTreeSet::new(),
    };
    let doer = Doer::new(allowed, request, now);
    close(records, doer, opened, decision, "unblock_request.withdrawn").await
}

async fn close(
    records: &Records,
    doer: Doer,
    opened: UnblockRequest,
    decision: Decision,
    action: &str,
) -> Result<UnblockRequest, FlowError> {
    let rev = opened.rev.saturating_add(1);
    let closed = UnblockRequest { decision: Some(decision), rev, ..opened.clone() };
    let mut transaction = Transaction::default();
    let write = unblock_requests::replace(doer.tenant, &closed, opened.rev)?;
    transaction.add_or(write, revision_mismatch());
    transaction.note(doer, action, closed.id)?;
    transaction.commit(records.table.as_ref()).await?;
    Ok(closed)
}
