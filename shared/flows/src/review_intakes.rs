//! The intake as its administrators see it: what became of every raw mail, and another try for what
//! waits in quarantine or lost its worker.

use domain::ids::{IntakeId, RequestId, TenantId};
use domain::intake::{Intake, IntakeState, Outcome};
use domain::limits::{INTAKE_MONTHS_MAX, RETRY_WAIT};
use domain::permission::{Allowed, ReadIntake, WriteIntake};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use store::intake::{self, IntakeList};
use store::table::{Table, TableFault};
use store::tenants;

use crate::error::FlowError;
use crate::paging::{self, Listed, Wish};
use crate::ports::{Records, Work, WorkQueue};
use crate::transaction::{Doer, Transaction};

/// Which intakes to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichIntakes {
    /// All, as far back as they are kept.
    All,
    /// Those announced in one month (`yyyymm`).
    Month(String),
    /// Those in quarantine.
    Quarantined,
}

/// One page of intakes, newest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadIntake>,
    which: WhichIntakes,
    wish: Wish,
) -> Result<Listed<Intake>, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let parts = match which {
        WhichIntakes::Quarantined => vec![IntakeList::Quarantine],
        WhichIntakes::Month(month) => vec![IntakeList::Month(month)],
        WhichIntakes::All => {
            let months = records.clock.now().months_back(INTAKE_MONTHS_MAX);
            months.into_iter().map(IntakeList::Month).collect()
        }
    };
    let parts = parts.into_iter().map(|part| (name(&part), part)).collect();
    paging::through(parts, wish, |part: IntakeList, wish: Wish| async move {
        Ok(intake::list(table, tenant, &part, wish.limit, wish.after).await?.into())
    })
    .await
}

/// The name that marks of the list carry.
fn name(part: &IntakeList) -> String {
    match part {
        IntakeList::Month(month) => month.clone(),
        IntakeList::Quarantine => "quarantine".to_owned(),
    }
}

/// An intake.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadIntake>,
    id: IntakeId,
) -> Result<Intake, FlowError> {
    find(records.table.as_ref(), allowed.tenant(), id).await
}

/// The intake, if it is the tenant's. One that no tenant has yet is the operator's to see.
pub(crate) async fn find(
    table: &dyn Table,
    tenant: TenantId,
    id: IntakeId,
) -> Result<Intake, FlowError> {
    let found = intake::get(table, id).await?.ok_or_else(FlowError::not_found)?;
    let visible = match found.tenant {
        Some(owner) => owner == tenant,
        None => is_operator(table, tenant).await?,
    };
    if visible { Ok(found) } else { Err(FlowError::not_found()) }
}

async fn is_operator(table: &dyn Table, tenant: TenantId) -> Result<bool, TableFault> {
    Ok(tenants::operator(table).await? == Some(tenant))
}

/// Asks for another try: first the intake is made ready for it, then the work is queued. Where only the
/// first happened, the intake can be retried again after [`RETRY_WAIT`].
///
/// # Errors
/// `not_found`; `not_quarantined` for mail that is filed; `intake_busy` with the time to try again for
/// mail that a worker has in hand or that waits in the queue.
pub async fn retry(
    records: &Records,
    queue: &dyn WorkQueue,
    allowed: &Allowed<WriteIntake>,
    request: RequestId,
    id: IntakeId,
) -> Result<Intake, FlowError> {
    let now = records.clock.now();
    let found = find(records.table.as_ref(), allowed.tenant(), id).await?;
    may_retry(&found.state, now)?;
    take_in_again(records, queue, Doer::new(allowed, request, now), "intake.retried", found).await
}

/// Puts a mail that nobody has in hand into the queue, under what the trail calls the act.
pub(crate) async fn take_in_again(
    records: &Records,
    queue: &dyn WorkQueue,
    doer: Doer,
    act: &'static str,
    mut found: Intake,
) -> Result<Intake, FlowError> {
    let queued_at = doer.at;
    let mut transaction = Transaction::default();
    transaction.add_or(intake::queue(&found, queued_at)?, busy(None));
    transaction.note(doer, act, found.id)?;
    transaction.commit(records.table.as_ref()).await?;
    queue.put(&Work::RetryIntake(found.id)).await?;
    found.state = IntakeState::Queued { queued_at };
    found.attempts = 0;
    Ok(found)
}

fn may_retry(state: &IntakeState, now: Timestamp) -> Result<(), Refused> {
    let free_from = match state {
        IntakeState::Done { outcome: Outcome::Quarantined { .. }, .. } => return Ok(()),
        IntakeState::Done {
            outcome: Outcome::Filed { .. } | Outcome::Duplicate { .. } | Outcome::Discarded { .. },
            ..
        } => {
            let hint = "the mail is filed: there is nothing to try again";
            return Err(Refused::new(RefusalCode::NotQuarantined, hint));
        }
        IntakeState::Working { lease_until, .. } => *lease_until,
        IntakeState::Queued { queued_at } => queued_at.plus(RETRY_WAIT),
    };
    if free_from <= now { Ok(()) } else { Err(busy(Some(free_from))) }
}

pub(crate) fn busy(until: Option<Timestamp>) -> Refused {
    let refused = Refused::new(RefusalCode::IntakeBusy, "look at it again in a moment");
    match until {
        Some(at) => refused.with_retry_at(at),
        None => refused,
    }
}
