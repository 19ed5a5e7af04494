//! A table at which others are faster.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_table::MemoryTable;

/// What others do just before the first transaction of a worker.
pub type Meanwhile = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A table at which others are faster, and which may lose the answer of a transaction.
pub struct Crossed {
    inner: Arc<MemoryTable>,
    meanwhile: Mutex<Option<Meanwhile>>,
    loses_answer: Mutex<bool>,
}

#[async_trait]
impl Table for Crossed {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.inner.get(key).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        self.inner.batch_get(keys).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        self.inner.write(write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile.await;
        }
        let done = self.inner.transact(writes).await;
        if done.is_ok() && std::mem::take(&mut *self.loses_answer.lock().unwrap()) {
            return Err(TableFault::new("transact", "the answer was lost").into());
        }
        done
    }
}

impl Crossed {
    /// The table, with what happens meanwhile, and whether the first transaction's answer is lost.
    pub fn new(
        inner: Arc<MemoryTable>,
        meanwhile: Option<Meanwhile>,
        loses_answer: bool,
    ) -> Arc<Self> {
        let (meanwhile, loses_answer) = (Mutex::new(meanwhile), Mutex::new(loses_answer));
        Arc::new(Self { inner, meanwhile, loses_answer })
    }
}
