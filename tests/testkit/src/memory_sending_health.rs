//! Which domains' mail passes authentication, in memory.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use flows::ports::{PortFault, SendingHealth};

/// Which domains' mail passes; it can be told to fail.
#[derive(Default)]
pub struct MemorySendingHealth {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    domains: BTreeSet<String>,
    asked: u64,
    fails: bool,
}

impl MemorySendingHealth {
    /// Makes mail from a domain pass.
    pub fn mend(&self, domain: &str) {
        self.lock().domains.insert(domain.to_owned());
    }

    /// Makes every call fail, or work again.
    pub fn fail(&self, fails: bool) {
        self.lock().fails = fails;
    }

    /// How often it was asked.
    pub fn asked(&self) -> u64 {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SendingHealth for MemorySendingHealth {
    async fn authenticated(&self, domain: &str) -> Result<bool, PortFault> {
        let mut state = self.lock();
        state.asked += 1;
        if state.fails {
            let source = "the provider does not answer".into();
            return Err(PortFault { port: "identities", operation: "get", source });
        }
        Ok(state.domains.contains(domain))
    }
}
