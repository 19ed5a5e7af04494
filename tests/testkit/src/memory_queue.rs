//! A queue in memory that keeps what it was given, in order.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use flows::ports::{PortFault, Work, WorkQueue};

/// A queue in memory.
#[derive(Default)]
pub struct MemoryQueue {
    waiting: Mutex<VecDeque<Work>>,
}

impl MemoryQueue {
    /// An empty queue.
    pub fn new() -> Self {
        Self::default()
    }

    /// What waits, the oldest first.
    pub fn waiting(&self) -> Vec<Work> {
        self.lock().iter().cloned().collect()
    }

    /// Takes the oldest out.
    pub fn take(&self) -> Option<Work> {
        self.lock().pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Work>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl WorkQueue for MemoryQueue {
    async fn put(&self, work: &Work) -> Result<(), PortFault> {
        self.lock().push_back(work.clone());
        Ok(())
    }
}
