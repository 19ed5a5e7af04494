//! The stores whose rules are conditions and transactions: what they promise, on both tables. Every test
//! has a tenant and addresses of its own, for the local cloud's tables are shared.

pub mod blocks;
pub mod sent_mail;

use std::sync::atomic::{AtomicU32, Ordering};

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::TenantId;
use domain::timestamp::Timestamp;
use store::table::{Table, TransactError, Write, WriteError};

static NUMBERS: AtomicU32 = AtomicU32::new(1);

/// The tenant of one test.
pub struct Shop {
    pub tenant: TenantId,
    pub hasher: KeyedHasher,
    number: u32,
}

impl Shop {
    pub fn new() -> Self {
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let tenant = TenantId::from_bits(u128::from(number) << 32);
        Self { tenant, hasher: KeyedHasher::new(b"the secret of every test"), number }
    }

    /// An address that no other test has.
    pub fn address(&self, name: &str) -> EmailAddress {
        EmailAddress::parse(&format!("{name}@shop{}.example", self.number)).expect("an address")
    }
}

/// The moment that many hours after the first.
pub fn at(hours: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_339_800 + hours * 3_600)
}

/// Whether a write happens: false where its condition fails.
pub async fn happens(table: &dyn Table, write: Write) -> bool {
    match table.write(write).await {
        Ok(_) => true,
        Err(WriteError::ConditionFailed(_)) => false,
        Err(WriteError::Fault(fault)) => panic!("{fault}: {}", fault.source),
    }
}

/// Whether a transaction happens: false where one of its conditions fails.
pub async fn all_happen(table: &dyn Table, writes: Vec<Write>) -> bool {
    match table.transact(writes).await {
        Ok(_) => true,
        Err(TransactError::Cancelled(_)) => false,
        Err(TransactError::Fault(fault)) => panic!("{fault}: {}", fault.source),
    }
}
