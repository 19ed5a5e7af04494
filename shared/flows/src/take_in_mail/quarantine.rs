//! The end of a mail that needs a person.

use domain::ids::TenantId;
use domain::intake::{Intake, MailReport, Outcome, QuarantineReason};
use domain::notice::Notice;
use store::table::{TableFault, TransactError, WriteError};

use super::routing::{self, Routes};
use super::{Held, Settled};
use crate::answer_unknown_address::UnknownAddress;
use crate::error::{Failure, FlowError};
use crate::ports::Records;

/// Why filing stopped.
pub(super) enum Stop {
    /// The mail needs a person.
    Quarantine(Box<Why>),
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
    /// What its tenant's people are told.
    pub notices: Vec<Notice>,
    /// Who could be answered that an address does not exist.
    pub unknown: Option<UnknownAddress>,
    /// What it told about mail we sent.
    pub report: Option<MailReport>,
}

impl Stop {
    /// The same, with what the mail told about mail we sent.
    pub(super) fn with_report(self, report: Option<MailReport>) -> Self {
        match self {
            Self::Quarantine(why) => Self::Quarantine(Box::new(Why { report, ..*why })),
            failed @ Self::Failed(_) => failed,
        }
    }
}

impl Why {
    /// That reason, for the operator.
    pub(super) fn of(reason: QuarantineReason) -> Self {
        let (detail, notices) = (String::new(), Vec::new());
        Self { reason, detail, tenant: None, notices, unknown: None, report: None }
    }
}

impl<E: Into<FlowError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

pub(super) fn stop(reason: QuarantineReason, detail: impl Into<String>) -> Stop {
    Stop::Quarantine(Box::new(Why { detail: detail.into(), ..Why::of(reason) }))
}

pub(super) fn poison(detail: &str) -> Stop {
    stop(QuarantineReason::Poison, detail)
}

pub(super) fn no_route() -> Stop {
    stop(QuarantineReason::NoRoute, "no recipient leads to a mailbox")
}

/// That the addresses are of a tenant's domain, and lead nowhere.
pub(super) fn unknown_address(tenant: TenantId, unknown: Option<UnknownAddress>) -> Stop {
    Stop::Quarantine(Box::new(Why {
        detail: "the domain is the tenant's, and no route leads on".to_owned(),
        tenant: Some(tenant),
        unknown,
        ..Why::of(QuarantineReason::NoRoute)
    }))
}

/// Finishes a held intake in a tenant's quarantine.
pub(super) async fn finish(
    records: &Records,
    held: &Held,
    tenant: TenantId,
    why: Why,
) -> Result<Outcome, FlowError> {
    let Why { reason, detail, notices, .. } = why;
    let outcome = Outcome::Quarantined { reason, detail };
    let now = records.clock.now();
    let write = store::intake::finish(&held.intake, &held.lease, tenant, outcome.clone(), now)?;
    if notices.is_empty() {
        return match records.table.write(write).await {
            Ok(_) => Ok(outcome),
            Err(WriteError::ConditionFailed(_)) => Err(Failure::Leased.into()),
            Err(WriteError::Fault(fault)) => Err(fault.into()),
        };
    }
    let mut writes = Vec::new();
    for notice in &notices {
        writes.push(store::notices::tell(notice)?);
    }
    writes.push(write);
    match records.table.transact(writes).await {
        Ok(_) => Ok(outcome),
        Err(TransactError::Cancelled(_)) => Err(Failure::Leased.into()),
        Err(TransactError::Fault(fault)) => Err(fault.into()),
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
        let detail = "see the announcement".to_owned();
        finish(records, &held, operator, Why { detail, ..Why::of(reason) }).await
    };
    match quarantined.await {
        Ok(outcome) => Ok(Settled::new(id, outcome)),
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
