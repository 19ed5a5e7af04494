//! The account: its rate and its quota, both counted in recipients, and what GetAccount tells.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// A new account out of the sandbox: 14 recipients a second, 50,000 in 24 hours.
const RATE_PER_SECOND: u32 = 14;
const QUOTA_PER_DAY: u32 = 50_000;
const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Sending limits, and what was sent under them.
#[derive(Debug)]
pub struct Account {
    rate_per_second: u32,
    quota_per_day: u32,
    /// When, and to how many.
    sent: VecDeque<(Timestamp, u32)>,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            rate_per_second: RATE_PER_SECOND,
            quota_per_day: QUOTA_PER_DAY,
            sent: VecDeque::new(),
        }
    }
}

impl Account {
    /// Sets both limits.
    pub fn impose(&mut self, rate_per_second: u32, quota_per_day: u32) {
        self.rate_per_second = rate_per_second;
        self.quota_per_day = quota_per_day;
    }

    /// Takes a mail to so many recipients under both limits.
    ///
    /// # Errors
    /// What SES says of the limit that is reached.
    pub fn take(&mut self, recipients: u32, now: Timestamp) -> Result<(), &'static str> {
        self.forget(now);
        if self.since(now, DAY).saturating_add(recipients) > self.quota_per_day {
            return Err("Daily message quota exceeded.");
        }
        // A mail with more recipients than the rate goes out when nothing else does.
        let lately = self.since(now, SECOND);
        if lately > 0 && lately.saturating_add(recipients) > self.rate_per_second {
            return Err("Maximum sending rate exceeded.");
        }
        self.sent.push_back((now, recipients));
        Ok(())
    }

    /// What GetAccount answers.
    #[must_use]
    pub fn shown(&self, now: Timestamp) -> Value {
        json!({
            "DedicatedIpAutoWarmupEnabled": false,
            "EnforcementStatus": "HEALTHY",
            "ProductionAccessEnabled": true,
            "SendQuota": {
                "Max24HourSend": self.quota_per_day,
                "MaxSendRate": self.rate_per_second,
                "SentLast24Hours": self.since(now, DAY),
            },
            "SendingEnabled": true,
            "SuppressionAttributes": {"SuppressedReasons": ["BOUNCE", "COMPLAINT"]},
        })
    }

    fn since(&self, now: Timestamp, span: SignedDuration) -> u32 {
        let within = self.sent.iter().rev().take_while(|(at, _)| now.duration_since(*at) < span);
        within.fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    fn forget(&mut self, now: Timestamp) {
        while self.sent.front().is_some_and(|(at, _)| now.duration_since(*at) >= DAY) {
            self.sent.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_339_800_000 + milliseconds).unwrap()
    }

    #[test]
    fn the_rate_counts_recipients_of_the_last_second() {
        let mut account = Account::default();
        account.impose(3, 100);
        assert!(account.take(2, at(0)).is_ok());
        assert!(account.take(1, at(500)).is_ok());
        assert_eq!(account.take(1, at(900)), Err("Maximum sending rate exceeded."));
        assert!(account.take(1, at(1_000)).is_ok());
        assert!(account.take(50, at(9_000)).is_ok(), "alone, a large one goes");
    }

    #[test]
    fn the_quota_counts_recipients_of_the_last_day_and_frees_itself() {
        let mut account = Account::default();
        account.impose(10, 3);
        assert!(account.take(3, at(0)).is_ok());
        assert_eq!(account.take(1, at(60_000)), Err("Daily message quota exceeded."));
        assert_eq!(account.shown(at(60_000))["SendQuota"]["SentLast24Hours"], 3);
        assert!(account.take(1, at(86_400_000)).is_ok());
    }
}
