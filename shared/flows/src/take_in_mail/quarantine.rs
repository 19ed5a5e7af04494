//! The end of a mail that needs a person.

use domain::ids::TenantId;
use domain::intake::{Intake, Outcome, QuarantineReason};
use store::table::{TableFault, WriteError};

use super::routing::{self, Routes};
use super::{Held, Settled};
use crate::error::{Failure, FlowError};
use crate::ports::Records;

/// Why filing stopped.
pub(super) enum Stop {
    /// The mail needs a person.
    Quarantine(Why),
    /// We failed: it has to be tried again.
    Failed(FlowError),
}

/// Why a mail needs a person.
pub(super) struct Why {
    pub reason: QuarantineReason,
    /// What was found; never text of the mail.
    pub detail: String,
    /// Whose mail it is; none for the operator's.
    pub tenant: Option<TenantId>,
}

impl<E: Into<FlowError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn stop(reason: QuarantineReason, detail: impl Into<String>) -> Stop {
    Stop::Quarantine(Why { reason, detail: detail.into(), tenant: None })
}

pub(super) fn poison(detail: &str) -> Stop {
    stop(QuarantineReason::Poison, detail)
}

pub(super) fn no_route() -> Stop {
    stop(QuarantineReason::NoRoute, "no recipient leads to a mailbox")
}

/// Finishes a held intake in a tenant's quarantine.
pub(super) async fn finish(
    records: &Records,
    held: &Held,
    tenant: TenantId,
    reason: QuarantineReason,
    detail: String,
) -> Result<Outcome, FlowError> {
    let outcome = Outcome::Quarantined { reason, detail };
    let now = records.clock.now();
    let write = store::intake::finish(&held.intake, &held.lease, tenant, outcome.clone(), now)?;
    match records.table.write(write).await {
        Ok(_) => Ok(outcome),
        Err(WriteError::ConditionFailed(_)) => Err(Failure::Leased.into()),
        Err(WriteError::Fault(fault)) => Err(fault.into()),
    }
}

/// Quarantines an announcement that leads to no raw mail of ours.
pub(super) async fn without_reading(
    records: &Records,
    intake: Intake,
    reason: QuarantineReason,
) -> Result<Settled, FlowError> {
    let id = intake.id;
    let held = match super::open(records, intake).await? {
        Ok(held) => held,
        Err(settled) => return Ok(settled),
    };
    let quarantined = async {
        let operator = operator(records).await?.ok_or(Failure::NotSetUp)?;
        finish(records, &held, operator, reason, "see the announcement".to_owned()).await
    };
    match quarantined.await {
        Ok(outcome) => Ok(Settled { intake: id, outcome, repeated: false }),
        Err(error) => {
            super::give_back(records, held).await;
            Err(error)
        }
    }
}

async fn operator(records: &Records) -> Result<Option<TenantId>, TableFault> {
    let Routes { operator, .. } = routing::look_up(records, Vec::new()).await?;
    Ok(operator)
}
