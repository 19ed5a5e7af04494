//! Writes that happen together, each with what it means to the caller when its condition fails.

use domain::audit::AuditEntry;
use domain::ids::{RequestId, TenantId, UserId};
use domain::limits;
use domain::permission::Allowed;
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use store::audit;
use store::table::{CancelReason, Item, Table, TableFault, TransactError, Write};

use crate::error::{Failure, FlowError};

/// On whose behalf something is changed: what the audit trail says.
#[derive(Clone, Copy, Debug)]
pub struct Doer {
    /// Whose data it is.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// The request that does it.
    pub request: RequestId,
    /// When.
    pub at: Timestamp,
}

impl Doer {
    /// The holder of a permission, in a request.
    pub fn new<P>(allowed: &Allowed<P>, request: RequestId, at: Timestamp) -> Self {
        Self { tenant: allowed.tenant(), user: allowed.user(), request, at }
    }
}

/// Writes that happen together.
#[derive(Default)]
pub struct Transaction {
    writes: Vec<Write>,
    meanings: Vec<Option<Refused>>,
}

impl Transaction {
    /// Adds a write. Its condition fails only where somebody else changed the item meanwhile.
    pub fn add(&mut self, write: Write) {
        self.writes.push(write);
        self.meanings.push(None);
    }

    /// Adds a write whose failing condition means this refusal.
    pub fn add_or(&mut self, write: Write, refused: Refused) {
        self.writes.push(write);
        self.meanings.push(Some(refused));
    }

    /// Adds the entry of the audit trail that tells who does this. `action` is `noun.verb`, `subject`
    /// the id of the thing.
    ///
    /// # Errors
    /// See [`audit::add`].
    pub fn note(
        &mut self,
        doer: Doer,
        action: &str,
        subject: impl ToString,
    ) -> Result<(), TableFault> {
        let entry = AuditEntry {
            at: doer.at,
            user: Some(doer.user),
            action: action.to_owned(),
            subject: subject.to_string(),
            request: Some(doer.request),
        };
        self.add(audit::add(doer.tenant, doer.request, &entry)?);
        Ok(())
    }

    /// Does all of it. Where other transactions are at the same items it tries again, which is safe:
    /// a cancelled transaction has written nothing.
    ///
    /// # Errors
    /// The refusal of the first write whose condition fails, and faults of the table.
    pub async fn commit(self, table: &dyn Table) -> Result<(), FlowError> {
        match self.try_commit(table).await? {
            None => Ok(()),
            Some(Stopped { refused, .. }) => Err(refused.into()),
        }
    }

    /// Like [`Transaction::commit`], but tells which write stopped it and the item that stood there.
    ///
    /// # Errors
    /// Faults of the table, and too much contention.
    pub async fn try_commit(self, table: &dyn Table) -> Result<Option<Stopped>, FlowError> {
        for _ in 0..limits::CONTENTION_RETRIES_MAX {
            let reasons = match table.transact(self.writes.clone()).await {
                Ok(_) => return Ok(None),
                Err(TransactError::Fault(fault)) => return Err(fault.into()),
                Err(TransactError::Cancelled(reasons)) => reasons,
            };
            if let Some(stopped) = self.stopped_by(reasons) {
                return Ok(Some(stopped));
            }
        }
        Err(Failure::Contention.into())
    }

    /// The first failed condition; none where there was only a conflict.
    fn stopped_by(&self, reasons: Vec<CancelReason>) -> Option<Stopped> {
        reasons.into_iter().enumerate().find_map(|(position, reason)| match reason {
            CancelReason::None | CancelReason::Conflict => None,
            CancelReason::ConditionFailed(item) => {
                let meaning = self.meanings.get(position).cloned().flatten();
                let refused = meaning.unwrap_or_else(contended);
                Some(Stopped { position, item, refused })
            }
        })
    }
}

/// The write that stopped a transaction.
#[derive(Debug)]
pub struct Stopped {
    /// Its position.
    pub position: usize,
    /// The item that stood there.
    pub item: Option<Item>,
    /// What it means.
    pub refused: Refused,
}

fn contended() -> Refused {
    Refused::new(RefusalCode::TooMuchContention, "read it again and repeat your change")
}

/// That the caller's revision is not the current one.
pub fn revision_mismatch() -> Refused {
    Refused::new(RefusalCode::RevisionMismatch, "read it again and send its present `rev`")
}
