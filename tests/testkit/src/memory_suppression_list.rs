//! The provider's suppression list in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::email_address::EmailAddress;
use domain::timestamp::Timestamp;
use flows::ports::{Listed, ListedFor, ListedPage, PortFault, SuppressionList};

/// Entries of a page: few, so that tests turn pages.
const PAGE: usize = 4;

/// The provider's list in memory; it can be told to fail. As with SES, an address that is put again
/// gets the new reason, one that is taken off need not be there, and pages go by address.
#[derive(Default)]
pub struct MemorySuppressionList {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    addresses: BTreeMap<EmailAddress, (ListedFor, Timestamp)>,
    removals: u64,
    forgets_marks: bool,
    fails: bool,
}

impl MemorySuppressionList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an address on it, as the provider does by itself for a hard bounce.
    pub fn note(&self, address: EmailAddress) {
        self.note_for(address, ListedFor::Bounce, Timestamp::default());
    }

    /// Puts an address on it, for a reason and at a time.
    pub fn note_for(&self, address: EmailAddress, listed_for: ListedFor, at: Timestamp) {
        self.lock().addresses.insert(address, (listed_for, at));
    }

    /// Makes the marks of pages good for nothing, as SES does with old ones, or good again.
    pub fn forget_marks(&self, forgets: bool) {
        self.lock().forgets_marks = forgets;
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
        let at = state.addresses.get(address).map(|(_, at)| *at).unwrap_or_default();
        state.addresses.insert(address.clone(), (listed_for, at));
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
        Ok(state.addresses.get(address).map(|(listed_for, _)| *listed_for))
    }

    async fn listed(
        &self,
        since: Option<Timestamp>,
        mark: Option<&str>,
    ) -> Result<ListedPage, PortFault> {
        let state = self.lock();
        state.check("list")?;
        if state.forgets_marks && mark.is_some() {
            let source = "InvalidNextTokenException".into();
            return Err(PortFault { port: "suppression list", operation: "list", source });
        }
        let mut wanted = state.addresses.iter().filter(|(address, (_, at))| {
            since.is_none_or(|since| *at >= since)
                && mark.is_none_or(|mark| address.expose() > mark)
        });
        let entries = wanted.by_ref().take(PAGE).map(|(address, (listed_for, at))| Listed {
            address: address.clone(),
            listed_for: *listed_for,
            at: *at,
        });
        let entries: Vec<Listed> = entries.collect();
        let more = wanted.next().is_some();
        let next = entries.last().filter(|_| more).map(|last| last.address.expose().to_owned());
        Ok(ListedPage { entries, next })
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
