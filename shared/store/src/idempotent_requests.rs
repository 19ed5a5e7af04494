//! Requests that may be repeated: one item for each idempotency key, with a lease while the request
//! is at work and the answer afterwards.
//!
//! ```text
//! absent, or kept long enough --begin--> working --finish--> done: its answer is given again
//!                                         | lease runs out, or release: begin again, same origin
//! ```
//! Every move is one conditional write, so of two requests with one key only one works.

use domain::ids::TenantId;
use domain::limits;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{self, text};
use crate::keys;
use crate::table::{Condition, Table, TableFault, Write, WriteError};

const KIND: &str = "idempotent_request";

/// A request that may be repeated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotentRequest {
    /// Keyed hash of user and idempotency key.
    pub request_hash: String,
    /// SHA-256 of method, path and body.
    pub body_hash: String,
    /// When it first came.
    pub began_at: Timestamp,
    /// What the ids of the things it makes are built from: 128 bits in hexadecimal.
    pub unique: String,
    /// Until when its answer is given again. After that the key is as good as new.
    pub kept_until: Timestamp,
    /// Where it stands. Flattened, so that conditions of writes can name its fields.
    #[serde(flatten)]
    pub state: RequestState,
}

/// Where a request stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum RequestState {
    /// A worker holds it until the lease runs out.
    Working {
        /// The worker's token.
        lease: String,
        /// When another worker may begin.
        lease_until: Timestamp,
    },
    /// It has its answer.
    Done {
        /// The answer.
        answer: StoredAnswer,
    },
}

/// An answer that is given again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredAnswer {
    /// Its HTTP status.
    pub status: u16,
    /// Its body: JSON, without secrets.
    pub body: String,
    /// Its ETag.
    pub etag: Option<String>,
}

/// What became of the wish to work on a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The caller holds the lease now.
    Leased(IdempotentRequest),
    /// It is there, at work or done, or was begun with another body: see its fields.
    There(IdempotentRequest),
    /// Somebody else began it at the same moment.
    Raced,
}

/// Takes the lease of a request: a new one (`fresh`), or one whose lease ran out, which then keeps
/// its origin.
///
/// # Errors
/// A fault of the table.
pub async fn begin(
    table: &dyn Table,
    tenant: TenantId,
    fresh: IdempotentRequest,
    lease: &str,
    now: Timestamp,
) -> Result<Begun, TableFault> {
    let first = leased(fresh, lease, now);
    let free = Condition::Any(vec![Condition::Absent, Condition::Less("kept_until", text(now))]);
    let stored: IdempotentRequest = match table.write(put(tenant, &first, free)?).await {
        Ok(_) => return Ok(Begun::Leased(first)),
        Err(WriteError::Fault(fault)) => return Err(fault),
        Err(WriteError::ConditionFailed(None)) => return Ok(Begun::Raced),
        Err(WriteError::ConditionFailed(Some(stored))) => item::from_item(stored)?,
    };
    let left = match &stored.state {
        RequestState::Working { lease, lease_until } if *lease_until <= now => holds(lease),
        RequestState::Working { .. } | RequestState::Done { .. } => {
            return Ok(Begun::There(stored));
        }
    };
    if stored.body_hash != first.body_hash {
        return Ok(Begun::There(stored));
    }
    let again = leased(stored, lease, now);
    match table.write(put(tenant, &again, left)?).await {
        Ok(_) => Ok(Begun::Leased(again)),
        Err(WriteError::ConditionFailed(_)) => Ok(Begun::Raced),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// Keeps the answer, if the lease is still the caller's; otherwise does nothing, for then another
/// worker gives the answer.
///
/// # Errors
/// A fault of the table.
pub async fn finish(
    table: &dyn Table,
    tenant: TenantId,
    mut held: IdempotentRequest,
    lease: &str,
    answer: StoredAnswer,
) -> Result<(), TableFault> {
    held.state = RequestState::Done { answer };
    put_held(table, tenant, &held, lease).await
}

/// Ends the lease without an answer: the request did nothing, and the same one may come again at once.
///
/// # Errors
/// A fault of the table.
pub async fn release(
    table: &dyn Table,
    tenant: TenantId,
    mut held: IdempotentRequest,
    lease: &str,
    now: Timestamp,
) -> Result<(), TableFault> {
    held.state = RequestState::Working { lease: lease.to_owned(), lease_until: now };
    put_held(table, tenant, &held, lease).await
}

async fn put_held(
    table: &dyn Table,
    tenant: TenantId,
    held: &IdempotentRequest,
    lease: &str,
) -> Result<(), TableFault> {
    match table.write(put(tenant, held, holds(lease))?).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

fn leased(mut request: IdempotentRequest, lease: &str, now: Timestamp) -> IdempotentRequest {
    let lease_until = now.plus(limits::IDEMPOTENCY_LEASE);
    request.state = RequestState::Working { lease: lease.to_owned(), lease_until };
    request
}

fn holds(lease: &str) -> Condition {
    Condition::Equals("lease", text(lease))
}

fn put(
    tenant: TenantId,
    request: &IdempotentRequest,
    condition: Condition,
) -> Result<Write, TableFault> {
    let keys = keys::idempotent_request(tenant, &request.request_hash);
    let mut item = item::to_item(KIND, &keys, request)?;
    item::expire(&mut item, request.kept_until);
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}
