//! The tables in memory, exact where DynamoDB documents what it does: conditions, changes, sparse
//! indexes, bounds, pages, cancellation reasons with the old items, and consumed units.
//!
//! Two things are simpler on purpose: an index is never behind, and there is no throttling. The
//! contract suite runs on this table and on a real DynamoDB interface alike.

pub mod cost;
pub mod decimal;
pub mod rules;
pub mod shape;
mod shelf;

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use store::table::{
    BatchGot, CancelReason, Got, Item, Key, Page, Query, Table, TableFault, TableName,
    TransactError, Units, Write, WriteError,
};

use shape::{Invalid, invalid};
use shelf::Shelf;

/// Most keys of a batch read.
pub const BATCH_KEYS_MAX: usize = 100;
/// Most writes of a transaction.
pub const TRANSACTION_WRITES_MAX: usize = 100;
/// Most octets of all items of a transaction.
pub const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The tables in memory.
#[derive(Default)]
pub struct MemoryTable {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    shelf: Shelf,
    usage: Usage,
}

/// How often a verb was called, and what that cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Tally {
    /// Calls, failed ones included.
    pub calls: u64,
    /// Units, those of failed conditions included.
    pub units: Units,
}

impl Tally {
    fn count(&mut self, units: Units) {
        self.calls += 1;
        self.units += units;
    }
}

/// What was asked of the tables since the last reset.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Single reads.
    pub get: Tally,
    /// Batch reads.
    pub batch_get: Tally,
    /// Queries.
    pub query: Tally,
    /// Single writes.
    pub write: Tally,
    /// Transactions.
    pub transact: Tally,
}

impl Usage {
    fn all(&self) -> [Tally; 5] {
        [self.get, self.batch_get, self.query, self.write, self.transact]
    }

    /// Calls of all verbs.
    pub fn calls(&self) -> u64 {
        self.all().iter().map(|tally| tally.calls).sum()
    }

    /// Units of all verbs.
    pub fn units(&self) -> Units {
        self.all().iter().fold(Units::default(), |sum, tally| sum + tally.units)
    }
}

impl MemoryTable {
    /// Empty tables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls and units since the last reset.
    pub fn usage(&self) -> Usage {
        self.lock().usage
    }

    /// Starts counting anew.
    pub fn reset_usage(&self) {
        self.lock().usage = Usage::default();
    }

    /// Every item of a table, by partition and sort key. Not counted.
    pub fn items(&self, table: TableName) -> Vec<Item> {
        self.lock().shelf.all(table).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Table for MemoryTable {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        let mut state = self.lock();
        let got = state.shelf.get(key).map_err(|e| TableFault::new("get", e));
        state.usage.get.count(got.as_ref().map(|got| got.units).unwrap_or_default());
        got
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        let mut state = self.lock();
        let got = batch_get(&state.shelf, keys).map_err(|e| TableFault::new("batch_get", e));
        state.usage.batch_get.count(got.as_ref().map(|got| got.units).unwrap_or_default());
        got
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        let mut state = self.lock();
        let page = state.shelf.query(query).map_err(|e| TableFault::new("query", e));
        state.usage.query.count(page.as_ref().map(|page| page.units).unwrap_or_default());
        page
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let fault = |e: Invalid| TableFault::new("write", e);
        if matches!(write, Write::Check { .. }) {
            return Err(fault(Invalid("a check stands in transactions only".to_owned())).into());
        }
        let planned = plan(&state.shelf, &write, cost::write).map_err(fault)?;
        state.usage.write.count(planned.units);
        match planned.then {
            Then::Store(after) => state.shelf.store(write.key(), after),
            Then::Nothing => {}
            Then::Refuse(found) => return Err(WriteError::ConditionFailed(found)),
        }
        Ok(planned.units)
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        let mut guard = self.lock();
        let state = &mut *guard;
        let planned =
            plan_all(&state.shelf, &writes).map_err(|e| TableFault::new("transact", e))?;
        let units = planned.iter().fold(Units::default(), |sum, plan| sum + plan.units);
        state.usage.transact.count(units);
        if planned.iter().any(|plan| matches!(plan.then, Then::Refuse(_))) {
            let reasons = planned.into_iter().map(|plan| match plan.then {
                Then::Store(_) | Then::Nothing => CancelReason::None,
                Then::Refuse(found) => CancelReason::ConditionFailed(found),
            });
            return Err(TransactError::Cancelled(reasons.collect()));
        }
        for (write, plan) in writes.iter().zip(planned) {
            if let Then::Store(after) = plan.then {
                state.shelf.store(write.key(), after);
            }
        }
        Ok(units)
    }
}

/// What a write comes to.
struct Planned {
    units: Units,
    then: Then,
}

enum Then {
    /// The item is this from now on, or is not there.
    Store(Option<Item>),
    /// The condition of a check holds.
    Nothing,
    /// The condition does not hold of the item as it stands.
    Refuse(Option<Item>),
}

type Cost = fn(&Key, Option<&Item>, Option<&Item>) -> Units;

fn plan(shelf: &Shelf, write: &Write, cost: Cost) -> Result<Planned, Invalid> {
    let key = write.key();
    shape::check_key(key)?;
    let before = shelf.item(key);
    let (condition, after) = match write {
        Write::Put { item, condition, .. } => {
            let pairs = item.iter().map(|(n, v)| Ok((n.clone(), shape::stored(v.clone())?)));
            let item: Item = pairs.collect::<Result<_, Invalid>>()?;
            shape::check_item(key, &item)?;
            (condition.as_ref(), Some(Some(item)))
        }
        Write::Update { condition, .. } => (condition.as_ref(), None),
        Write::Delete { condition, .. } => (condition.as_ref(), Some(None)),
        Write::Check { condition, .. } => (Some(condition), None),
    };
    let holds = condition.map_or(Ok(true), |condition| rules::holds(condition, before))?;
    if !holds {
        return Ok(Planned {
            units: cost(key, before, before),
            then: Then::Refuse(before.cloned()),
        });
    }
    let then = match (write, after) {
        (Write::Update { changes, .. }, _) => {
            let item = rules::changed(key, before, changes)?;
            shape::check_item(key, &item)?;
            Then::Store(Some(item))
        }
        (_, Some(after)) => Then::Store(after),
        (_, None) => Then::Nothing,
    };
    let units = match &then {
        Then::Store(after) => cost(key, before, after.as_ref()),
        Then::Nothing | Then::Refuse(_) => cost(key, before, before),
    };
    Ok(Planned { units, then })
}

fn plan_all(shelf: &Shelf, writes: &[Write]) -> Result<Vec<Planned>, Invalid> {
    if writes.is_empty() || writes.len() > TRANSACTION_WRITES_MAX {
        return invalid(format!("a transaction has {} writes, not 1 to 100", writes.len()));
    }
    let mut keys: Vec<&Key> = writes.iter().map(Write::key).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair.first() == pair.last()) {
        return invalid("a transaction has two writes on one item");
    }
    let plan = |write| plan(shelf, write, cost::transaction_write);
    let planned: Vec<Planned> = writes.iter().map(plan).collect::<Result<_, _>>()?;
    let bytes = |plan: &Planned| match &plan.then {
        Then::Store(Some(item)) => shape::item_bytes(item),
        Then::Store(None) | Then::Nothing | Then::Refuse(_) => 0,
    };
    if planned.iter().map(bytes).sum::<usize>() > TRANSACTION_BYTES_MAX {
        return invalid("the items of a transaction have more than 4 MB");
    }
    Ok(planned)
}

fn batch_get(shelf: &Shelf, keys: &[Key]) -> Result<BatchGot, Invalid> {
    let mut wanted: Vec<&Key> = keys.iter().collect();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.len() > BATCH_KEYS_MAX {
        return invalid(format!("a batch has {} keys, more than {BATCH_KEYS_MAX}", wanted.len()));
    }
    let mut batch = BatchGot { items: Default::default(), units: Units::default() };
    for key in wanted {
        let got = shelf.get(key)?;
        batch.units += got.units;
        batch.items.extend(got.item.map(|item| (key.clone(), item)));
    }
    Ok(batch)
}
