//! How many calls of the table come one after another: calls that wait for no other's answer count
//! as one round.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_table::MemoryTable;

/// A table that lets calls made together run together, and counts rounds.
pub struct RoundCounter {
    inner: Arc<MemoryTable>,
    rounds: Mutex<u32>,
}

impl RoundCounter {
    pub fn over(inner: Arc<MemoryTable>) -> Self {
        Self { inner, rounds: Mutex::new(0) }
    }

    pub fn rounds(&self) -> u32 {
        *self.rounds.lock().unwrap()
    }

    /// A call is in the round after the last one that had ended when it began.
    async fn call<T>(&self, effect: impl Future<Output = T> + Send) -> T {
        let round = self.rounds() + 1;
        tokio::task::yield_now().await;
        let result = effect.await;
        let mut rounds = self.rounds.lock().unwrap();
        *rounds = (*rounds).max(round);
        result
    }
}

#[async_trait]
impl Table for RoundCounter {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.call(self.inner.get(key)).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        self.call(self.inner.batch_get(keys)).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.call(self.inner.query(query)).await
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        self.call(self.inner.write(write)).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        self.call(self.inner.transact(writes)).await
    }
}
