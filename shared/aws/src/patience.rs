//! Pauses between tries of what the SDK does not try again by itself.

use std::time::Duration;

/// Pauses that grow, each of a random length up to its bound ("full jitter").
pub struct Patience {
    pauses_left: u32,
    bound: Duration,
}

const FIRST_BOUND: Duration = Duration::from_millis(40);
const BOUND_MAX: Duration = Duration::from_secs(1);

impl Patience {
    /// Patience for so many tries in all.
    pub fn for_tries(tries: u32) -> Self {
        Self { pauses_left: tries.saturating_sub(1), bound: FIRST_BOUND }
    }

    /// Waits before the next try; false when there is none.
    pub async fn pause(&mut self) -> bool {
        if self.pauses_left == 0 {
            return false;
        }
        self.pauses_left -= 1;
        tokio::time::sleep(self.bound.mul_f64(share())).await;
        self.bound = (self.bound * 2).min(BOUND_MAX);
        true
    }
}

/// A random number from 0 to 1. Without randomness it is the whole: patience needs no secret.
fn share() -> f64 {
    getrandom::u32().map_or(1.0, |bits| f64::from(bits) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn patience_ends_after_its_tries() {
        let mut patience = Patience::for_tries(3);
        assert!(patience.pause().await && patience.pause().await);
        assert!(!patience.pause().await);
    }

    #[tokio::test(start_paused = true)]
    async fn no_pause_is_longer_than_its_bound() {
        let mut patience = Patience::for_tries(12);
        let before = tokio::time::Instant::now();
        while patience.pause().await {}
        assert!(before.elapsed() <= Duration::from_millis(40 + 80 + 160 + 320 + 640 + 6_000 + 20));
    }
}
