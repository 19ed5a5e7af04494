//! Lifts temporary blocks: one, those of a list, or many (S4.8, Z12, H6).

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{ContactId, RequestId};
use domain::limits::LIFTS_MAX;
use domain::permission::{Allowed, LiftBlocks};
use domain::refusal::{RefusalCode, Refused};
use domain::suppression::Suppression;
use domain::suppression_id::SuppressionId;
use domain::unblock_rule::{LiftedBy, may_lift};
use store::blocks;

use crate::error::FlowError;
use crate::lift_blocks::{self, Liftable, Lifted, Lifting};
use crate::ports::{Records, SuppressionList};
use crate::transaction::Doer;
use crate::unblock_targets::{self, Named, Target};

/// What became of one block, or of one address without any.
#[derive(Debug)]
pub struct UnblockLine {
    /// The block; none for an address that has none, or a contact that is not there.
    pub block: Option<SuppressionId>,
    /// The contact that was named.
    pub contact: Option<ContactId>,
    /// What became of it.
    pub outcome: UnblockOutcome,
}

/// What became of it.
#[derive(Debug)]
pub enum UnblockOutcome {
    /// It is lifted.
    Lifted {
        /// How often people may still lift it.
        lifts_left: u64,
    },
    /// Nothing was in force: it was lifted before, has ended, or never was.
    NotBlocked,
    /// It may not be lifted.
    Refused(Refused),
    /// The provider's list still has the address, so the block stands: try again.
    ProviderFailed,
}

/// Lifts what the call names. A call about one thing that may not be lifted is refused as a whole; of
/// many, each has its own outcome.
///
/// Costs one batch read for each hundred contacts and blocks, and one transaction for each 25 lifts.
///
/// # Errors
/// `cause_unresolved`, `field_missing`, `field_too_long`; for one thing also `not_found`,
/// `block_permanent`, `recipients_wish`, `lifts_exhausted`; faults of the table and, for one thing,
/// of the provider.
pub async fn unblock(
    records: &Records,
    list: &dyn SuppressionList,
    allowed: &Allowed<LiftBlocks>,
    request: RequestId,
    named: Named,
    cause_resolved: bool,
) -> Result<Vec<UnblockLine>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    // 1 the words of the request
    unblock_targets::check(&named)?;
    check_resolved(cause_resolved)?;
    // 2 what is known
    let targets = unblock_targets::targets(table, &records.hasher, tenant, named).await?;
    let found = blocks::of_ids(table, tenant, &ids(&targets)).await?;
    // 3 what may be lifted
    let now = records.clock.now();
    let judge = |id: &SuppressionId, block: &Suppression| match block {
        block if !block.holds(now) => Err(None),
        block if block.tenant != tenant => Err(Some(of_another(id))),
        block => may_lift(block, LiftedBy::OnePerson).map_err(Some),
    };
    let plan = plan(&targets, &found, judge);
    // 4 the lifts
    let doer = Doer::new(allowed, request, now);
    let lifting = Lifting { doer, check: None };
    let outcomes = lift_blocks::lift(records, list, &lifting, plan.liftable).await?;
    // 5 what to tell
    tell(targets.len(), plan.lines, outcomes)
}

/// That the box is ticked.
///
/// # Errors
/// `cause_unresolved`.
pub fn check_resolved(cause_resolved: bool) -> Result<(), Refused> {
    if cause_resolved {
        return Ok(());
    }
    let hint = "resolve what led to the block, as its recommendation says, then send \
                `cause_resolved: true`";
    Err(Refused::field(RefusalCode::CauseUnresolved, "cause_resolved", hint))
}

fn of_another(id: &SuppressionId) -> Refused {
    let hint = format!("{} holds for the whole stack: ask its operator", id.scope.name());
    Refused::new(RefusalCode::RecipientsWish, hint)
}

fn ids(targets: &[Target]) -> BTreeSet<SuppressionId> {
    let mut ids = BTreeSet::new();
    for target in targets {
        match target {
            Target::Block(id) => {
                ids.insert(id.clone());
            }
            Target::Address { may_have, .. } => ids.extend(may_have.iter().cloned()),
            Target::NoContact(_) => {}
        }
    }
    ids
}

/// What is to be lifted, and the lines of the answer, of which those to come have no outcome yet.
struct Plan {
    liftable: Vec<Liftable>,
    lines: Vec<(Option<SuppressionId>, Option<ContactId>, Option<UnblockOutcome>)>,
}

fn plan(
    targets: &[Target],
    found: &BTreeMap<SuppressionId, Suppression>,
    judge: impl Fn(&SuppressionId, &Suppression) -> Result<(), Option<Refused>>,
) -> Plan {
    let mut plan = Plan { liftable: Vec::new(), lines: Vec::new() };
    let mut planned = BTreeSet::new();
    let gone = || Some(UnblockOutcome::Refused(FlowError::no_such_thing()));
    for target in targets {
        let (ids, contact, address) = match target {
            Target::Block(id) if !found.contains_key(id) => {
                plan.lines.push((Some(id.clone()), None, gone()));
                continue;
            }
            Target::NoContact(contact) => {
                plan.lines.push((None, Some(*contact), gone()));
                continue;
            }
            Target::Block(id) => (std::slice::from_ref(id), None, None),
            Target::Address { contact, address, may_have } => {
                (may_have.as_slice(), Some(*contact), Some(address))
            }
        };
        let lines_before = plan.lines.len();
        for (id, block) in ids.iter().filter_map(|id| found.get_key_value(id)) {
            let outcome = match judge(id, block) {
                Ok(()) => None,
                Err(None) => continue,
                Err(Some(refused)) => Some(UnblockOutcome::Refused(refused)),
            };
            if outcome.is_none() && planned.insert(id.clone()) {
                let (id, block) = (id.clone(), block.clone());
                plan.liftable.push(Liftable { id, block, address: address.cloned() });
            }
            plan.lines.push((Some(id.clone()), contact, outcome));
        }
        if plan.lines.len() == lines_before {
            let id = ids.first().filter(|_| contact.is_none()).cloned();
            plan.lines.push((id, contact, Some(UnblockOutcome::NotBlocked)));
        }
    }
    plan
}

/// The lines with the outcomes of the lifts.
fn tell(
    targets: usize,
    lines: Vec<(Option<SuppressionId>, Option<ContactId>, Option<UnblockOutcome>)>,
    mut outcomes: BTreeMap<SuppressionId, Lifted>,
) -> Result<Vec<UnblockLine>, FlowError> {
    let alone = targets == 1 && lines.len() == 1;
    let mut told = Vec::new();
    for (block, contact, outcome) in lines {
        let lifted = block.as_ref().and_then(|id| outcomes.remove(id));
        let outcome = match (outcome, lifted) {
            (Some(UnblockOutcome::Refused(refused)), _) if alone => return Err(refused.into()),
            (Some(outcome), _) => outcome,
            (None, Some(Lifted::Done(block))) => {
                UnblockOutcome::Lifted { lifts_left: lifts_left(&block) }
            }
            (None, Some(Lifted::Refused(refused))) if alone => return Err(refused.into()),
            (None, Some(Lifted::Refused(refused))) => UnblockOutcome::Refused(refused),
            (None, Some(Lifted::ProviderFailed(fault))) if alone => return Err(fault.into()),
            (None, Some(Lifted::ProviderFailed(_))) => UnblockOutcome::ProviderFailed,
            // The same block was named twice: the first line tells what became of it.
            (None, None) => UnblockOutcome::NotBlocked,
        };
        told.push(UnblockLine { block, contact, outcome });
    }
    Ok(told)
}

/// How often people may still lift a block.
pub fn lifts_left(block: &Suppression) -> u64 {
    LIFTS_MAX.saturating_sub(block.lifts)
}
