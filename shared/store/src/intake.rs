//! Intakes: one item a raw mail, with a lease while a worker holds it.
//!
//! ```text
//! absent --open--> working --finish--> done --queue (quarantined only)--> queued --open--> working
//!                   | lease runs out (the worker died): open again, one attempt more, or queue
//!                   | release (the worker failed cleanly): lease ends at once, attempt not counted
//! ```
//! Every move is one conditional put of the whole item, so two workers can't both make it.

use std::collections::BTreeSet;

use domain::ids::{IntakeId, TenantId};
use domain::intake::{Intake, IntakeState, Outcome};
use domain::limits;
use domain::timestamp::Timestamp;

use crate::item::{self, text};
use crate::keys;
use crate::table::{
    self, Condition, Index, Key, Page, PageMark, Query, SortRange, Table, TableFault, TableName,
};
use crate::table::{Write, WriteError};

const KIND: &str = "intake";

/// What became of the wish to work on an intake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// The caller holds the lease now.
    Leased(Intake),
    /// It is finished already.
    Done(Intake),
    /// Another worker holds it.
    Held,
}

/// Takes the lease of an intake: a new one (`fresh`), one whose lease ran out, or a queued one.
///
/// # Errors
/// A fault of the table.
pub async fn open(
    table: &dyn Table,
    fresh: Intake,
    lease: &str,
    now: Timestamp,
) -> Result<Opened, TableFault> {
    let first = leased(fresh, lease, now);
    match table.write(put(&first, Condition::Absent)?).await {
        Ok(_) => Ok(Opened::Leased(first)),
        Err(WriteError::Fault(fault)) => Err(fault),
        Err(WriteError::ConditionFailed(None)) => Ok(Opened::Held),
        Err(WriteError::ConditionFailed(Some(stored))) => {
            reopen(table, item::from_item(stored)?, lease, now).await
        }
    }
}

async fn reopen(
    table: &dyn Table,
    stored: Intake,
    lease: &str,
    now: Timestamp,
) -> Result<Opened, TableFault> {
    let unchanged = match &stored.state {
        IntakeState::Done { .. } => return Ok(Opened::Done(stored)),
        // Our own put, whose answer was lost on the way and which was then sent again.
        IntakeState::Working { lease: own, .. } if own == lease => {
            return Ok(Opened::Leased(stored));
        }
        IntakeState::Working { lease_until, .. } if now < *lease_until => return Ok(Opened::Held),
        IntakeState::Working { lease, .. } => Condition::Equals("lease", text(lease)),
        IntakeState::Queued { queued_at } => Condition::Equals("queued_at", text(queued_at)),
    };
    let again = leased(stored, lease, now);
    match table.write(put(&again, unchanged)?).await {
        Ok(_) => Ok(Opened::Leased(again)),
        Err(WriteError::ConditionFailed(_)) => Ok(Opened::Held),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

fn leased(mut intake: Intake, lease: &str, now: Timestamp) -> Intake {
    intake.attempts = intake.attempts.saturating_add(1);
    let lease_until = now.plus(limits::INTAKE_LEASE);
    intake.state = IntakeState::Working { lease: lease.to_owned(), lease_until };
    intake
}

/// Gives the lease back after a failure of ours, so that the next try need not wait for it. Does
/// nothing where the lease is somebody else's by now.
///
/// # Errors
/// A fault of the table.
pub async fn release(
    table: &dyn Table,
    mut held: Intake,
    lease: &str,
    now: Timestamp,
) -> Result<(), TableFault> {
    held.attempts = held.attempts.saturating_sub(1);
    held.state = IntakeState::Working { lease: lease.to_owned(), lease_until: now };
    match table.write(put(&held, holds(lease))?).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// The write that finishes an intake, if the lease is still the caller's. For a transaction with
/// what the outcome speaks of.
///
/// # Errors
/// See [`item::to_item`].
pub fn finish(
    held: &Intake,
    lease: &str,
    tenant: TenantId,
    outcome: Outcome,
    now: Timestamp,
) -> Result<Write, TableFault> {
    let mut done = held.clone();
    done.tenant = Some(tenant);
    done.state = IntakeState::Done { finished_at: now, outcome };
    put(&done, holds(lease))
}

/// The write that asks for another try of an intake, if it still stands as it was read: the number of
/// tries begins anew.
///
/// # Errors
/// See [`item::to_item`].
pub fn queue(stored: &Intake, now: Timestamp) -> Result<Write, TableFault> {
    let unchanged = match &stored.state {
        IntakeState::Done { finished_at, .. } => {
            Condition::Equals("finished_at", text(finished_at))
        }
        IntakeState::Working { lease, .. } => holds(lease),
        IntakeState::Queued { queued_at } => Condition::Equals("queued_at", text(queued_at)),
    };
    let mut queued = stored.clone();
    queued.attempts = 0;
    queued.state = IntakeState::Queued { queued_at: now };
    put(&queued, unchanged)
}

/// The write that ends a finished intake in another way, as a person decided, if it still stands as it
/// was read.
///
/// # Errors
/// See [`item::to_item`]; an intake that is not finished is no case of this.
pub fn decide(stored: &Intake, decided: &Intake) -> Result<Write, TableFault> {
    let IntakeState::Done { finished_at, .. } = &stored.state else {
        return Err(TableFault::new("decide an intake", "it is not finished"));
    };
    put(decided, Condition::Equals("finished_at", text(finished_at)))
}

fn holds(lease: &str) -> Condition {
    Condition::Equals("lease", text(lease))
}

fn put(intake: &Intake, condition: Condition) -> Result<Write, TableFault> {
    let quarantined =
        matches!(intake.state, IntakeState::Done { outcome: Outcome::Quarantined { .. }, .. });
    let keys = keys::intake(intake.tenant, intake.id, intake.announced_at, quarantined);
    let mut item = item::to_item(KIND, &keys, intake)?;
    item::expire(&mut item, intake.announced_at.plus(limits::INTAKE_LIFE));
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}

/// An intake by its id, whoever's it is: the caller checks the tenant.
///
/// # Errors
/// A fault of the table.
pub async fn get(table: &dyn Table, intake: IntakeId) -> Result<Option<Intake>, TableFault> {
    table.get(&keys::intake_lookup(intake)).await?.item.map(item::from_item).transpose()
}

/// Which of these intakes are there.
///
/// # Errors
/// A fault of the table.
pub async fn present(
    table: &dyn Table,
    ids: &BTreeSet<IntakeId>,
) -> Result<BTreeSet<IntakeId>, TableFault> {
    let keys: BTreeSet<Key> = ids.iter().map(|id| keys::intake_lookup(*id)).collect();
    let got = table::get_all(table, &keys).await?.items;
    let is_there = |id: &&IntakeId| got.contains_key(&keys::intake_lookup(**id));
    Ok(ids.iter().filter(is_there).copied().collect())
}

/// Which intakes of a tenant to list, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IntakeList {
    /// Those announced in a month (`yyyymm`).
    Month(String),
    /// Those in quarantine.
    Quarantine,
}

/// One page of a tenant's intakes and where the next begins.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    which: &IntakeList,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Intake>, Option<PageMark>), TableFault> {
    let (index, partition) = match which {
        IntakeList::Month(month) => (Index::Gsi1, keys::intake_month(tenant, month)),
        IntakeList::Quarantine => (Index::Gsi2, keys::quarantine_of(tenant)),
    };
    let query = Query {
        table: TableName::Delivery,
        index,
        partition,
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    let Page { items, next, .. } = table.query(&query).await?;
    Ok((items.into_iter().map(item::from_item).collect::<Result<_, _>>()?, next))
}
