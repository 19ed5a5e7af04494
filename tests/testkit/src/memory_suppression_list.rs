//! The provider's suppression list in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::email_address::EmailAddress;
use flows::ports::{ListedFor, PortFault, SuppressionList};

/// The provider's list in memory; it can be told to fail.
#[derive(Default)]
pub struct MemorySuppressionList {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    addresses: BTreeMap<EmailAddress, ListedFor>,
    removals: u64,
    fails: bool,
}

impl MemorySuppressionList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an address on it, as the provider does by itself for a hard bounce.
    pub fn note(&self, address: EmailAddress) {
        self.lock().addresses.insert(address, ListedFor::Bounce);
    }

    /// Whether the address is on it.
    pub fn has(&self, address: &EmailAddress) -> bool {
        self.lock().addresses.contains_key(address)
    }

    /// How often an address was taken off, or was to be.
    pub fn removals(&self) -> u64 {
        self.lock().removals
    }

    /// Makes every call fail, or work again.
    pub fn fail(&self, fails: bool) {
        self.lock().fails = fails;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl SuppressionList for MemorySuppressionList {
    async fn put(&self, address: &EmailAddress, listed_for: ListedFor) -> Result<(), PortFault> {
        let mut state = self.lock();
        state.check("put")?;
        state.addresses.entry(address.clone()).or_insert(listed_for);
        Ok(())
    }

    async fn delete(&self, address: &EmailAddress) -> Result<(), PortFault> {
        let mut state = self.lock();
        state.removals += 1;
        state.check("delete")?;
        state.addresses.remove(address);
        Ok(())
    }

    async fn get(&self, address: &EmailAddress) -> Result<Option<ListedFor>, PortFault> {
        let state = self.lock();
        state.check("get")?;
        Ok(state.addresses.get(address).copied())
    }
}

impl State {
    fn check(&self, operation: &'static str) -> Result<(), PortFault> {
        if self.fails {
            let source = "the provider does not answer".into();
            return Err(PortFault { port: "suppression list", operation, source });
        }
        Ok(())
    }
}
