//! Counts the octets that scanning loops look at, so tests can hold that the work grows as the
//! mail does. Counting is left out of release builds.

use std::cell::Cell;

thread_local! {
    static OCTETS: Cell<u64> = const { Cell::new(0) };
}

/// Adds to the count of this thread.
#[inline]
pub(crate) fn looked_at(octets: usize) {
    if cfg!(debug_assertions) {
        let octets = u64::try_from(octets).unwrap_or(u64::MAX);
        OCTETS.with(|count| count.set(count.get().saturating_add(octets)));
    }
}

/// Does something and gives how many octets it looked at; 0 in release builds.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, u64) {
    let before = OCTETS.with(Cell::get);
    let done = work();
    (done, OCTETS.with(Cell::get) - before)
}
