//! Everything a flow needs, in memory, from one seed.

use std::sync::Arc;

use domain::email_address::KeyedHasher;
use domain::timestamp::Timestamp;
use flows::ports::Records;
use store::table::Table;

use crate::memory_archive::MemoryArchive;
use crate::memory_queue::MemoryQueue;
use crate::memory_sender::MemorySender;
use crate::memory_suppression_list::MemorySuppressionList;
use crate::memory_table::MemoryTable;
use crate::time_and_chance::{SeededRandomness, SetClock};

/// The fakes a test looks into, and the [`Records`] over them that flows take.
pub struct World {
    /// The tables.
    pub table: Arc<MemoryTable>,
    /// The clock.
    pub clock: Arc<SetClock>,
    /// The randomness.
    pub random: Arc<SeededRandomness>,
    /// The archive.
    pub archive: Arc<MemoryArchive>,
    /// The work queue.
    pub queue: Arc<MemoryQueue>,
    /// The sender.
    pub sender: Arc<MemorySender>,
    /// The provider's suppression list.
    pub suppression_list: Arc<MemorySuppressionList>,
    /// What flows take.
    pub records: Records,
}

impl World {
    /// A world of its own on 22 November 2026, 09:30 UTC, decided by `seed`.
    pub fn new(seed: u64) -> Self {
        let table = Arc::new(MemoryTable::new());
        let clock = Arc::new(SetClock::at(Timestamp::from_seconds(1_795_339_800)));
        let random = Arc::new(SeededRandomness::new(seed));
        let records = records(table.clone(), &clock, &random);
        Self {
            table,
            clock,
            random,
            archive: Arc::new(MemoryArchive::new()),
            queue: Arc::new(MemoryQueue::new()),
            sender: Arc::new(MemorySender::new()),
            suppression_list: Arc::new(MemorySuppressionList::new()),
            records,
        }
    }

    /// The records of this world through another table: one that fails or counts on the way.
    pub fn records_through(&self, table: Arc<dyn Table>) -> Records {
        records(table, &self.clock, &self.random)
    }
}

/// Records over any table, with the secret that all tests share.
pub fn records(
    table: Arc<dyn Table>,
    clock: &Arc<SetClock>,
    random: &Arc<SeededRandomness>,
) -> Records {
    Records {
        table,
        clock: clock.clone(),
        random: random.clone(),
        hasher: KeyedHasher::new(b"the secret of every test"),
    }
}
