//! The sending side of SES, which the local cloud lacks: the SES v2 calls that the functions make, on a
//! port of 127.0.0.1 that they find by `AWS_ENDPOINT_URL_SESV2`.
//!
//! A mail that is taken lies in the outbox as SES would send it; what becomes of it at each recipient
//! is decided by [`outcome`] and published as AWS documents it ([`events`]) to the topics of the
//! configuration set, which the local cloud knows from the template. Known differences: no identity
//! has to be verified, rights are not checked (the local cloud checks those of all other services),
//! and a tag that SES would refuse is refused only for its characters.

pub mod account;
pub mod calls;
pub mod delivery;
pub mod events;
pub mod http_door;
pub mod mime;
pub mod outbox;
pub mod outcome;
pub mod send_email;
pub mod suppression;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::Result;
use tokio::task::JoinSet;

use crate::aws_calls::Aws;
use crate::receiving::ReceiptRule;
use account::Account;
use outbox::{Outbox, SentMail};
use outcome::{Outcome, Outcomes};
use suppression::SuppressionList;

/// A running SES; dropping it closes its door.
#[derive(Debug)]
pub struct LocalSes {
    desk: Arc<Desk>,
    port: u16,
    _door: JoinSet<()>,
}

/// What its calls work with.
#[derive(Debug)]
pub struct Desk {
    outbox: Outbox,
    outcomes: Outcomes,
    suppression: Mutex<SuppressionList>,
    account: Mutex<Account>,
    surroundings: OnceLock<Surroundings>,
}

/// What is around it, known once the stack is deployed.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The local cloud: its topics, and the configuration sets of the template.
    pub aws: Aws,
    /// The receiving side: answers of recipients, and mail to our own domain, come in by it.
    pub receipt_rule: ReceiptRule,
    /// Domain whose mail comes in.
    pub mail_domain: String,
}

impl LocalSes {
    /// Opens the door on a free port. What is kept lies in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be made, or what it holds cannot be read.
    pub async fn start(folder: PathBuf) -> Result<Self> {
        let desk = Arc::new(Desk {
            outbox: Outbox::open(folder.join("outbox"))?,
            outcomes: Outcomes::of(folder.join("outcomes.json")),
            suppression: Mutex::new(SuppressionList::open(folder.join("suppressed.json"))?),
            account: Mutex::new(Account::default()),
            surroundings: OnceLock::new(),
        });
        let listener = http_door::bind().await?;
        let port = listener.local_addr()?.port();
        let mut door = JoinSet::new();
        door.spawn(http_door::serve(listener, Arc::clone(&desk)));
        Ok(Self { desk, port, _door: door })
    }

    /// Base URL of its calls.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Tells it what is around it; mails are taken from then on.
    pub fn connect(&self, surroundings: Surroundings) {
        // Told once, at the start; a second word would change nothing.
        let _ = self.desk.surroundings.set(surroundings);
    }

    /// From now on mail to this address, or to all of `@domain`, ends so.
    ///
    /// # Errors
    /// When the choice cannot be kept.
    pub fn set_outcome(&self, address: &str, outcome: Outcome) -> Result<()> {
        self.desk.outcomes.set(address, outcome)
    }

    /// Imposes a rate, in recipients a second, and a quota, in recipients in 24 hours.
    pub fn impose(&self, rate_per_second: u32, quota_per_day: u32) {
        self.desk.account().impose(rate_per_second, quota_per_day);
    }

    /// Every mail that was taken, oldest first.
    ///
    /// # Errors
    /// When the outbox cannot be read.
    pub fn outbox(&self) -> Result<Vec<SentMail>> {
        self.desk.outbox.list()
    }

    /// Addresses on the account's suppression list.
    #[must_use]
    pub fn suppressed(&self) -> Vec<String> {
        self.desk.suppression().addresses()
    }
}

impl Desk {
    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn suppression(&self) -> MutexGuard<'_, SuppressionList> {
        self.suppression.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
