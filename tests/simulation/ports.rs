//! The ports of one simulated worker: each call lets the others run first, and may be struck.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use domain::message::RawMail;
use flows::ports::{MailArchive, PortFault, SignedFile};
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_archive::MemoryArchive;

use crate::fate::{Blow, Fates};

/// One worker's connection to the fates.
#[derive(Clone)]
pub struct Thread {
    pub fates: Arc<Fates>,
    pub dead: Arc<AtomicBool>,
}

impl Thread {
    async fn call<T, E>(
        &self,
        effect: impl Future<Output = Result<T, E>> + Send,
        fault: impl Fn() -> E + Copy + Send,
    ) -> Result<T, E> {
        self.call_or(effect, fault, fault).await
    }

    /// A call whose caller tells a throttled one, which had no effect, from one whose answer is lost.
    pub async fn call_or<T, E>(
        &self,
        effect: impl Future<Output = Result<T, E>> + Send,
        throttled: impl FnOnce() -> E + Send,
        lost: impl FnOnce() -> E + Send,
    ) -> Result<T, E> {
        OthersFirst::default().await;
        match self.fates.next() {
            None => effect.await,
            Some(Blow::Throttled) => Err(throttled()),
            Some(Blow::AnswerLost) => effect.await.and_then(|_| Err(lost())),
            Some(Blow::DiesBefore) => self.die().await,
            Some(Blow::DiesAfter) => {
                let lost = effect.await;
                drop(lost);
                self.die().await
            }
        }
    }

    async fn die<T>(&self) -> T {
        self.dead.store(true, Ordering::Relaxed);
        pending().await
    }
}

/// Pending once, so that the driver can run another worker in between.
#[derive(Default)]
struct OthersFirst {
    waited: bool,
}

impl Future for OthersFirst {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.waited {
            return Poll::Ready(());
        }
        self.waited = true;
        // Calls beside each other are looked at again only when they ask for it.
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// The tables as one worker meets them.
pub struct StruckTable {
    pub inner: Arc<dyn Table>,
    pub thread: Thread,
}

fn table_fault() -> TableFault {
    TableFault::new("simulated", "struck")
}

#[async_trait]
impl Table for StruckTable {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.thread.call(self.inner.get(key), table_fault).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        self.thread.call(self.inner.batch_get(keys), table_fault).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.thread.call(self.inner.query(query), table_fault).await
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        self.thread.call(self.inner.write(write), || table_fault().into()).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        self.thread.call(self.inner.transact(writes), || table_fault().into()).await
    }
}

/// The archive as one worker meets it.
pub struct StruckArchive {
    pub inner: Arc<MemoryArchive>,
    pub thread: Thread,
}

fn archive_fault() -> PortFault {
    PortFault { port: "archive", operation: "simulated", source: "struck".into() }
}

#[async_trait]
impl MailArchive for StruckArchive {
    fn bucket(&self) -> &str {
        self.inner.bucket()
    }

    async fn read(&self, raw: &RawMail) -> Result<Option<Bytes>, PortFault> {
        self.thread.call(self.inner.read(raw), archive_fault).await
    }

    async fn keep(&self, key: &str, media_type: &str, octets: Bytes) -> Result<(), PortFault> {
        self.thread.call(self.inner.keep(key, media_type, octets), archive_fault).await
    }

    async fn signed_url(&self, file: &SignedFile, life: Duration) -> Result<String, PortFault> {
        self.thread.call(self.inner.signed_url(file, life), archive_fault).await
    }
}
