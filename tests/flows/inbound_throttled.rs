//! A table that throttles a worker: its mail comes again, and that is no death of the mail's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use domain::limits;
use flows::error::{Failure, FlowError};
use flows::take_in_mail::take_in_mail;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_table::MemoryTable;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, CUSTOMER, Inbound};

/// A table whose transactions, or batch reads, are throttled for a while.
struct Throttled {
    inner: Arc<MemoryTable>,
    transactions: AtomicU64,
    reads: AtomicU64,
}

impl Throttled {
    fn over(inner: Arc<MemoryTable>, transactions: u64, reads: u64) -> Arc<Self> {
        let (transactions, reads) = (AtomicU64::new(transactions), AtomicU64::new(reads));
        Arc::new(Self { inner, transactions, reads })
    }

    fn strikes(left: &AtomicU64) -> bool {
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    fn fault() -> TableFault {
        TableFault::new("anything", "ThrottlingException")
    }
}

#[async_trait]
impl Table for Throttled {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.inner.get(key).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        if Self::strikes(&self.reads) {
            Err(Self::fault())
        } else {
            self.inner.batch_get(keys).await
        }
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        self.inner.write(write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        if Self::strikes(&self.transactions) {
            return Err(Self::fault().into());
        }
        self.inner.transact(writes).await
    }
}

#[tokio::test]
async fn a_throttled_worker_gives_its_mail_back_and_it_is_filed_however_often_that_was() {
    let often = limits::INTAKE_ATTEMPTS_MAX * 3;
    for (transactions, reads) in [(often, 0), (0, often)] {
        let inbound = Inbound::new().await;
        let announced = inbound.received(&Draft::new("x", CUSTOMER, ANNA), &[ANNA]);
        let table = Throttled::over(inbound.world.table.clone(), transactions, reads);
        let records = inbound.world.records_through(table);
        let take_in =
            async || take_in_mail(&records, inbound.world.archive.as_ref(), &announced).await;
        let mut tries = 0;
        let settled = loop {
            match take_in().await {
                // Given back: the next try needs not wait for a lease to run out.
                Err(FlowError::Failed(Failure::Table(_))) => tries += 1,
                other => break other.unwrap().unwrap(),
            }
        };
        assert_eq!((tries, settled.outcome.name()), (often, "filed"));
        let intake = inbound.intake(settled.intake);
        assert_eq!(intake.attempts, 1, "the tries that were throttled do not count");
        assert_eq!(inbound.messages().len(), 1);
    }
}
