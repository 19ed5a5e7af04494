//! The two ways a flow fails: the caller's fault or ours.
//!
//! [`FlowError::Refused`] is answered (HTTP) or stored (mail) and never tried again;
//! [`FlowError::Failed`] is logged where it is handled, tried again, and ends in the dead-letter
//! queue. The edges map each with one exhaustive match: `lambda::http` and `lambda::batch`.

use domain::refusal::{RefusalCode, Refused};
use store::table::{TableFault, TransactError, WriteError};

use crate::ports::PortFault;

/// Why a flow did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// The request can't be done.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// We could not do it.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// Something of ours did not work.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A table.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// Archive, queue or sender.
    #[error(transparent)]
    Port(#[from] PortFault),
    /// Another worker has the same work in hand: come back when its lease has run out.
    #[error("another worker holds the lease")]
    Leased,
    /// The stack has no first tenant: nobody's mail can be filed yet.
    #[error("the stack has no first tenant yet")]
    NotSetUp,
    /// Others changed the same items each time we tried.
    #[error("the items were changed by others at every try")]
    Contention,
}

impl From<TableFault> for FlowError {
    fn from(fault: TableFault) -> Self {
        Self::Failed(fault.into())
    }
}

impl From<PortFault> for FlowError {
    fn from(fault: PortFault) -> Self {
        Self::Failed(fault.into())
    }
}

impl FlowError {
    /// A write error where a failed condition means the given refusal.
    pub fn from_write(error: WriteError, refused: Refused) -> Self {
        match error {
            WriteError::ConditionFailed(_) => Self::Refused(refused),
            WriteError::Fault(fault) => fault.into(),
        }
    }

    /// A transaction error where a failed condition means the given refusal.
    pub fn from_transact(error: TransactError, refused: Refused) -> Self {
        match error {
            TransactError::Cancelled(_) => Self::Refused(refused),
            TransactError::Fault(fault) => fault.into(),
        }
    }

    /// That there is no such thing, or none the caller may see.
    pub fn not_found() -> Self {
        Self::Refused(Self::no_such_thing())
    }

    /// The refusal of [`FlowError::not_found`], for conditions of writes.
    pub fn no_such_thing() -> Refused {
        Refused::new(RefusalCode::NotFound, "check the id")
    }
}
