//! When addresses were last mailed: a mail that comes back and names nothing of ours is believed of an
//! address that we wrote to lately, and of no other.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::TenantId;
use domain::limits::MAILED_LATELY;
use domain::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{self, text};
use crate::keys;
use crate::table::{self, Condition, Key, Table, TableFault, Write, WriteError};

#[derive(Serialize, Deserialize)]
struct Mailed {
    mailed_at: Timestamp,
}

/// Notes that an address is mailed. Order-free: the latest moment stays, and a second time of the same
/// changes nothing.
///
/// # Errors
/// A fault of the table.
pub async fn note(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    address: &EmailAddress,
    now: Timestamp,
) -> Result<(), TableFault> {
    let keys = keys::mailed_address(tenant, &hasher.address(address));
    let mut item = item::to_item("mailed_address", &keys, &Mailed { mailed_at: now })?;
    item::expire(&mut item, now.plus(MAILED_LATELY));
    let earlier = Condition::Less("mailed_at", text(now));
    let condition = Some(Condition::Any(vec![Condition::Absent, earlier]));
    match table.write(Write::Put { key: keys.key, item, condition }).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// Those of the addresses that were mailed lately, seen from `now`. One batch read.
///
/// # Errors
/// A fault of the table.
pub async fn lately(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    addresses: &BTreeSet<EmailAddress>,
    now: Timestamp,
) -> Result<BTreeSet<EmailAddress>, TableFault> {
    let key = |address: &EmailAddress| keys::mailed_address(tenant, &hasher.address(address)).key;
    let keys: BTreeMap<Key, &EmailAddress> =
        addresses.iter().map(|address| (key(address), address)).collect();
    let found = table::get_all(table, &keys.keys().cloned().collect()).await?.items;
    let mut mailed = BTreeSet::new();
    for (key, item) in found {
        let at = item::from_item::<Mailed>(item)?.mailed_at;
        if let Some(address) = keys.get(&key).filter(|_| now < at.plus(MAILED_LATELY)) {
            mailed.insert((*address).clone());
        }
    }
    Ok(mailed)
}
