//! What bounds our automatic answers (B10): a sender is answered once in a while, and his domain has a
//! token bucket.

use std::time::Duration;

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::TenantId;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{self, text};
use crate::keys::{self, ItemKeys};
use crate::table::{CancelReason, Condition, Table, TableFault, Write};

/// How long the items are kept after their last use.
const KEPT: Duration = Duration::from_secs(2 * 86_400);

#[derive(Serialize)]
struct AnsweredSender {
    answered_at: Timestamp,
}

/// A token bucket, as the moment when it will be full again: each token that is taken moves it on by the
/// time that one token takes to come back (the generic cell rate algorithm of ITU-T I.371).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bucket {
    /// When it will be full; none where nothing was ever taken.
    pub full_at: Option<Timestamp>,
}

fn domain_keys(tenant: TenantId, hasher: &KeyedHasher, sender: &EmailAddress) -> ItemKeys {
    keys::answered_domain(tenant, &hasher.hash("answered_domain", sender.domain()))
}

/// The write that claims the right to answer a sender, if he was not answered within `pause`. It goes
/// first in its transaction: see [`is_answered`].
///
/// # Errors
/// See [`item::to_item`].
pub fn claim_day(
    tenant: TenantId,
    hasher: &KeyedHasher,
    sender: &EmailAddress,
    now: Timestamp,
    pause: Duration,
) -> Result<Write, TableFault> {
    let keys = keys::answered_sender(tenant, &hasher.address(sender));
    let record = AnsweredSender { answered_at: now };
    let mut item = item::to_item("answered_sender", &keys, &record)?;
    item::expire(&mut item, now.plus(KEPT));
    let long_ago = Condition::Less("answered_at", text(now.minus(pause)));
    let condition = Some(Condition::Any(vec![Condition::Absent, long_ago]));
    Ok(Write::Put { key: keys.key, item, condition })
}

/// Whether a transaction that began with [`claim_day`] was cancelled because the sender was answered.
pub fn is_answered(reasons: &[CancelReason]) -> bool {
    matches!(reasons.first(), Some(CancelReason::ConditionFailed(_)))
}

/// The bucket of a sender's domain.
///
/// # Errors
/// A fault of the table.
pub async fn bucket(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    sender: &EmailAddress,
) -> Result<Bucket, TableFault> {
    let got = table.get(&domain_keys(tenant, hasher, sender).key).await?;
    Ok(got.item.map(item::from_item).transpose()?.unwrap_or_default())
}

/// The write that takes a token, if the bucket still stands as it was read.
///
/// # Errors
/// See [`item::to_item`].
pub fn take_token(
    tenant: TenantId,
    hasher: &KeyedHasher,
    sender: &EmailAddress,
    before: &Bucket,
    after: &Bucket,
) -> Result<Write, TableFault> {
    let keys = domain_keys(tenant, hasher, sender);
    let mut item = item::to_item("answered_domain", &keys, after)?;
    if let Some(full_at) = after.full_at {
        item::expire(&mut item, full_at.plus(KEPT));
    }
    let unchanged = match before.full_at {
        Some(full_at) => Condition::Equals("full_at", text(full_at)),
        None => Condition::Absent,
    };
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged) })
}
