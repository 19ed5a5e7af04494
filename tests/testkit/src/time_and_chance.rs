//! A clock that moves only when told, and randomness that a seed decides.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use domain::timestamp::Timestamp;
use flows::ports::{Clock, Randomness};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SetClock {
    millis: AtomicI64,
}

impl SetClock {
    /// A clock that shows this moment.
    pub fn at(moment: Timestamp) -> Self {
        Self { millis: AtomicI64::new(moment.millis()) }
    }

    /// Makes it show another moment.
    pub fn set(&self, moment: Timestamp) {
        self.millis.store(moment.millis(), Ordering::Relaxed);
    }

    /// Moves it on.
    pub fn advance(&self, by: Duration) {
        self.set(self.now().plus(by));
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.millis.load(Ordering::Relaxed))
    }
}

/// Randomness that is the same for the same seed (splitmix64). Never for secrets.
#[derive(Debug)]
pub struct SeededRandomness {
    state: AtomicU64,
}

impl SeededRandomness {
    /// The sequence of a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    /// The next 64 bits.
    pub fn bits(&self) -> u64 {
        const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
        let mut z = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`; zero where the bound is zero.
    pub fn below(&self, bound: u64) -> u64 {
        self.bits().checked_rem(bound).unwrap_or(0)
    }
}

impl Randomness for SeededRandomness {
    fn octets(&self) -> [u8; 32] {
        let mut octets = [0; 32];
        for chunk in octets.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_be_bytes());
        }
        octets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_sequence_and_another_seed_another() {
        let draw = |seed| {
            let random = SeededRandomness::new(seed);
            [random.octets(), random.octets()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        assert_ne!(draw(7)[0], draw(7)[1]);
    }

    #[test]
    fn the_clock_moves_only_when_told() {
        let clock = SetClock::at(Timestamp::from_seconds(10));
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now(), Timestamp::from_millis(11_500));
        clock.set(Timestamp::from_seconds(5));
        assert_eq!(clock.now(), Timestamp::from_seconds(5));
    }
}
