//! How the provider sends mail of domains, in memory.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use flows::ports::{PortFault, SendingHealth, Signing};

/// How mail of domains is sent; it can be told to fail.
#[derive(Default)]
pub struct MemorySendingHealth {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    domains: BTreeMap<String, Signing>,
    asked: u64,
    fails: bool,
}

impl MemorySendingHealth {
    /// Signs mail from a domain, under the provider's envelope domain.
    pub fn mend(&self, domain: &str) {
        self.lock().domains.insert(domain.to_owned(), Signing { signs: true, mail_from: None });
    }

    /// Signs mail from a domain, under an envelope domain of its own.
    pub fn mend_with_envelope(&self, domain: &str, mail_from: &str) {
        let signing = Signing { signs: true, mail_from: Some(mail_from.to_owned()) };
        self.lock().domains.insert(domain.to_owned(), signing);
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
    async fn signing(&self, domain: &str) -> Result<Signing, PortFault> {
        let mut state = self.lock();
        state.asked += 1;
        if state.fails {
            let source = "the provider does not answer".into();
            return Err(PortFault { port: "identities", operation: "get", source });
        }
        Ok(state.domains.get(domain).cloned().unwrap_or_default())
    }
}
