//! Requests with an idempotency key: worked on once, answered as often as they come.

use domain::ids::{TenantId, UserId};
use domain::limits;
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use sha2::{Digest, Sha256};
use store::idempotent_requests::{
    self as requests, Begun, IdempotentRequest, RequestState, StoredAnswer,
};

use crate::error::FlowError;
use crate::origin::Origin;
use crate::ports::Records;

/// A request as it came.
#[derive(Clone, Copy, Debug)]
pub struct KeyedRequest<'a> {
    /// Whose data it is about.
    pub tenant: TenantId,
    /// Who sends it: two users' keys are apart.
    pub user: UserId,
    /// The idempotency key.
    pub key: &'a str,
    /// What must be the same each time: method and path.
    pub target: &'a str,
    /// And the body.
    pub body: &'a [u8],
}

/// What is to be done with a request.
pub enum Repeat {
    /// Work on it, then [`keep`] the answer or [`let_go`].
    Work(Held),
    /// Give this answer.
    Answered(StoredAnswer),
}

/// The right to work on a request.
pub struct Held {
    tenant: TenantId,
    lease: String,
    request: IdempotentRequest,
    /// What the ids of new things are built from: the same each time the request is worked on.
    pub origin: Origin,
}

/// Begins to work on a request, unless it is answered already.
///
/// # Errors
/// `idempotency_key_malformed`, `idempotency_key_reused` where the body or path is another, and
/// `idempotency_key_busy` with the time from which on to try again.
pub async fn begin(records: &Records, asked: KeyedRequest<'_>) -> Result<Repeat, FlowError> {
    let printable = asked.key.bytes().all(|octet| octet.is_ascii_graphic());
    if asked.key.is_empty() || asked.key.len() > limits::IDEMPOTENCY_KEY_BYTES_MAX || !printable {
        let hint = "use 1 to 255 printable ASCII characters, such as a UUID";
        return Err(Refused::new(RefusalCode::IdempotencyKeyMalformed, hint).into());
    }
    let now = records.clock.now();
    let fresh = fresh(records, asked, now);
    let body_hash = fresh.body_hash.clone();
    let lease = format!("{:032x}", records.fresh_bits());
    match requests::begin(records.table.as_ref(), asked.tenant, fresh, &lease, now).await? {
        Begun::Leased(request) => {
            let bits = u128::from_str_radix(&request.unique, 16).unwrap_or_default();
            let origin = Origin { at: request.began_at, bits };
            Ok(Repeat::Work(Held { tenant: asked.tenant, lease, request, origin }))
        }
        Begun::There(stored) if stored.body_hash != body_hash => {
            let hint = "use a new key for another request";
            Err(Refused::new(RefusalCode::IdempotencyKeyReused, hint).into())
        }
        Begun::There(IdempotentRequest { state: RequestState::Done { answer }, .. }) => {
            Ok(Repeat::Answered(answer))
        }
        Begun::There(IdempotentRequest {
            state: RequestState::Working { lease_until, .. },
            ..
        }) => Err(busy(lease_until)),
        Begun::Raced => Err(busy(now.plus(limits::IDEMPOTENCY_LEASE))),
    }
}

/// Keeps the answer of a request that was worked on.
///
/// # Errors
/// Faults of the table.
pub async fn keep(records: &Records, held: Held, answer: StoredAnswer) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    Ok(requests::finish(table, held.tenant, held.request, &held.lease, answer).await?)
}

/// Ends the work on a request that was refused or failed: nothing is kept, and the same request may
/// come again.
///
/// # Errors
/// Faults of the table.
pub async fn let_go(records: &Records, held: Held) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let now = records.clock.now();
    Ok(requests::release(table, held.tenant, held.request, &held.lease, now).await?)
}

fn fresh(records: &Records, asked: KeyedRequest<'_>, now: Timestamp) -> IdempotentRequest {
    let request_hash =
        records.hasher.hash("idempotency_key", &format!("{}\0{}", asked.user, asked.key));
    let mut hash = Sha256::new();
    hash.update(asked.target.as_bytes());
    hash.update([0]);
    hash.update(asked.body);
    IdempotentRequest {
        request_hash,
        body_hash: hash.finalize().iter().map(|octet| format!("{octet:02x}")).collect(),
        began_at: now,
        unique: format!("{:032x}", records.fresh_bits()),
        kept_until: now.plus(limits::IDEMPOTENCY_LIFE),
        state: RequestState::Working { lease: String::new(), lease_until: now },
    }
}

fn busy(until: Timestamp) -> FlowError {
    let hint = "wait, then send the same request again";
    Refused::new(RefusalCode::IdempotencyKeyBusy, hint).with_retry_at(until).into()
}
