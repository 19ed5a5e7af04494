//! The system's clock and randomness.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::timestamp::Timestamp;
use flows::ports::{Clock, Randomness};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// The system's randomness.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn octets(&self) -> [u8; 32] {
        let mut octets = [0; 32];
        match getrandom::fill(&mut octets) {
            Ok(()) => octets,
            // Without randomness every secret could be guessed: better not to go on.
            Err(_) => std::process::abort(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ_and_the_clock_is_past_2025() {
        assert_ne!(SystemRandomness.octets(), SystemRandomness.octets());
        assert!(SystemClock.now() > Timestamp::from_seconds(1_767_225_600));
    }
}
