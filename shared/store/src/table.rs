//! The one seam to the tables: what DynamoDB can do, in our own words.
//!
//! Production uses the DynamoDB adapter (crate `aws`), tests an exact table in memory (crate
//! `testkit`); the same contract suite runs on both. Every verb tells the capacity units it consumed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Add, AddAssign};

use async_trait::async_trait;
use serde_dynamo::AttributeValue;

/// The attributes of one item, keys included.
pub type Item = BTreeMap<String, AttributeValue>;

/// Which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableName {
    /// Records, for as long as they live; with indexes, a stream and point-in-time recovery.
    Crm,
    /// Bulk with an end of life: intake, idempotent requests, sends and their events.
    Delivery,
    /// The append-only trail.
    Audit,
}

/// The primary key of one item. Made in [`crate::keys`] only.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The table it is in.
    pub table: TableName,
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

/// The primary key or one of the indexes, which all have a partition and a sort key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Index {
    /// `pk`, `sk`: read with strong consistency.
    Primary,
    /// `gsi1pk`, `gsi1sk`: a little behind.
    Gsi1,
    /// `gsi2pk`, `gsi2sk`: a little behind.
    Gsi2,
}

impl Index {
    /// The attribute names of partition and sort key.
    pub fn attributes(self) -> (&'static str, &'static str) {
        match self {
            Self::Primary => ("pk", "sk"),
            Self::Gsi1 => ("gsi1pk", "gsi1sk"),
            Self::Gsi2 => ("gsi2pk", "gsi2sk"),
        }
    }
}

/// Which items of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortRange {
    /// All of them.
    All,
    /// Those whose sort key begins so.
    StartsWith(String),
    /// Those from the first to the second, both included.
    Between(String, String),
}

/// A query of one partition, page by page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The table.
    pub table: TableName,
    /// The key it goes by.
    pub index: Index,
    /// The partition.
    pub partition: String,
    /// Which of its items.
    pub range: SortRange,
    /// Whether the greatest sort key comes first.
    pub descending: bool,
    /// Most items on the page, at least 1.
    pub limit: u32,
    /// Where the page begins: what the page before gave as `next`.
    pub after: Option<PageMark>,
}

/// Where a page ended: the key attributes of its last item.
pub type PageMark = BTreeMap<String, String>;

/// One page of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The items, in order.
    pub items: Vec<Item>,
    /// Where the next page begins; none at the end.
    pub next: Option<PageMark>,
    /// What it cost.
    pub units: Units,
}

/// What must hold of the item as it stands for a write to happen.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// There is no such item.
    Absent,
    /// There is one.
    Exists,
    /// The attribute has this value.
    Equals(&'static str, AttributeValue),
    /// The attribute is there and less (numbers by value, texts by octets).
    Less(&'static str, AttributeValue),
    /// The attribute is there and greater.
    Greater(&'static str, AttributeValue),
    /// The attribute is there.
    Has(&'static str),
    /// The attribute is not there.
    Lacks(&'static str),
    /// All of them hold.
    All(Vec<Condition>),
    /// At least one holds.
    Any(Vec<Condition>),
}

/// One change to an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Gives it the value.
    Set(&'static str, AttributeValue),
    /// Gives it the value unless it has one.
    SetIfAbsent(&'static str, AttributeValue),
    /// Adds to its number; a missing one counts as zero.
    Add(&'static str, i64),
    /// The same, where the name is data itself: one item counts many things.
    Count(String, i64),
    /// Puts texts, at least one, into its set; a missing set is empty. Order-free, and may be repeated.
    Include(&'static str, BTreeSet<String>),
    /// Takes it away.
    Remove(&'static str),
}

/// One write. In a transaction each key may stand once.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Replaces the whole item. The item has its key attributes.
    Put {
        /// Where.
        key: Key,
        /// What.
        item: Item,
        /// Only if.
        condition: Option<Condition>,
    },
    /// Changes attributes; an item that is not there is made, unless the condition forbids it.
    Update {
        /// Where.
        key: Key,
        /// What; at least one.
        changes: Vec<Change>,
        /// Only if.
        condition: Option<Condition>,
    },
    /// Takes the item away.
    Delete {
        /// Where.
        key: Key,
        /// Only if.
        condition: Option<Condition>,
    },
    /// Writes nothing: a transaction happens only if this holds. Only for transactions.
    Check {
        /// Where.
        key: Key,
        /// What must hold.
        condition: Condition,
    },
}

impl Write {
    /// The key it is about.
    pub fn key(&self) -> &Key {
        match self {
            Self::Put { key, .. }
            | Self::Update { key, .. }
            | Self::Delete { key, .. }
            | Self::Check { key, .. } => key,
        }
    }
}

/// Capacity units, as DynamoDB counts them: one read unit is 4 KB read consistently, one write unit
/// 1 KB written; a transaction costs double.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Units {
    /// Read units.
    pub read: f64,
    /// Write units, indexes included.
    pub write: f64,
}

impl Add for Units {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { read: self.read + other.read, write: self.write + other.write }
    }
}

impl AddAssign for Units {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// The answer of a `get`.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    /// The item, if there is one.
    pub item: Option<Item>,
    /// What it cost.
    pub units: Units,
}

/// The answer of a `batch_get`.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchGot {
    /// The items that are there, by key.
    pub items: BTreeMap<Key, Item>,
    /// What it cost.
    pub units: Units,
}

/// The table could not do its work: throttled for too long, not reachable, not allowed, or an item
/// of a shape we never write. Whether the write happened is not known.
#[derive(Debug, thiserror::Error)]
#[error("the table failed at {operation}")]
pub struct TableFault {
    /// What was tried.
    pub operation: &'static str,
    /// What came back.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl TableFault {
    /// A fault at `operation` with its source.
    pub fn new(
        operation: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self { operation, source: source.into() }
    }
}

/// Why a single write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The condition does not hold; the item as it stands comes with it.
    #[error("the condition of the write does not hold")]
    ConditionFailed(Option<Item>),
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] TableFault),
}

/// Why a transaction did not happen.
#[derive(Debug, thiserror::Error)]
pub enum TransactError {
    /// Conditions do not hold, or another transaction was at the same items.
    #[error("the transaction was cancelled")]
    Cancelled(Vec<CancelReason>),
    /// The table failed.
    #[error(transparent)]
    Fault(#[from] TableFault),
}

/// What one write of a cancelled transaction has to do with it, in the order of the writes.
#[derive(Clone, Debug, PartialEq)]
pub enum CancelReason {
    /// Nothing.
    None,
    /// Its condition does not hold; the item as it stands comes with it.
    ConditionFailed(Option<Item>),
    /// Another transaction was at the same item: try again.
    Conflict,
}

/// The tables.
#[async_trait]
pub trait Table: Send + Sync {
    /// One item, read consistently.
    async fn get(&self, key: &Key) -> Result<Got, TableFault>;

    /// Up to 100 items, read consistently; the same key may be named twice.
    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault>;

    /// One page of a partition. A page may be shorter than its limit and still have a next one.
    async fn query(&self, query: &Query) -> Result<Page, TableFault>;

    /// One write.
    async fn write(&self, write: Write) -> Result<Units, WriteError>;

    /// Up to 100 writes, all or none, each on another key.
    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError>;
}

/// Most keys of one [`Table::batch_get`].
pub const BATCH_KEYS_MAX: usize = 100;

/// Any number of items, in as many batches as it takes; each key is asked for once.
///
/// # Errors
/// The first fault of a batch.
pub async fn get_all(table: &dyn Table, keys: &BTreeSet<Key>) -> Result<BatchGot, TableFault> {
    let mut all = BatchGot { items: BTreeMap::new(), units: Units::default() };
    let keys: Vec<Key> = keys.iter().cloned().collect();
    for batch in keys.chunks(BATCH_KEYS_MAX) {
        let got = table.batch_get(batch).await?;
        all.items.extend(got.items);
        all.units += got.units;
    }
    Ok(all)
}
