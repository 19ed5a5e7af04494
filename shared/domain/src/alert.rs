//! An alert: bounces or complaints of a sender's mail that are too many, from when they are until they
//! are no more (S4.2, I4).

use serde::{Deserialize, Serialize};

use crate::day_tally::Volume;
use crate::ids::{AlertId, CampaignId, TenantId};
use crate::rates::{Level, Metric, Window};
use crate::timestamp::Timestamp;

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Its id.
    pub id: AlertId,
    /// Whose mail it is about.
    pub tenant: TenantId,
    /// What there is too much of.
    pub metric: Metric,
    /// Whose rate it is.
    pub about: Watched,
    /// The worst that was seen while it lasted.
    pub worst: Reading,
    /// When it began to be seen.
    pub opened_at: Timestamp,
    /// When the rate was seen to be good again; none while it lasts.
    pub recovered_at: Option<Timestamp>,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// Whose rate is watched. One incident of each at a time, however many windows show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    /// All mail of the tenant.
    Sender,
    /// The mail of one campaign.
    Campaign(CampaignId),
}

/// A rate as it was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The mail it is of.
    pub window: Window,
    /// How it stands.
    pub level: Level,
    /// The counts it comes of.
    pub volume: Volume,
}

/// Whether an alert lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertState {
    /// It lasts.
    Open,
    /// The rate is good again.
    Recovered,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 2] = [Self::Open, Self::Recovered];

    /// Its name in the API and in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Recovered => "recovered",
        }
    }
}

impl Alert {
    /// Whether it lasts.
    pub fn state(&self) -> AlertState {
        self.recovered_at.map_or(AlertState::Open, |_| AlertState::Recovered)
    }
}

impl Reading {
    /// The worst of a metric in some mail; none where there is no mail to look at.
    pub fn worst(metric: Metric, volumes: &[(Window, Volume)]) -> Option<Self> {
        let of = |(window, volume): &(Window, Volume)| {
            let (window, volume) = (*window, *volume);
            Self { window, level: metric.level(volume), volume }
        };
        // Of equal ones the first, the nearest in time.
        volumes.iter().map(of).reduce(|a, b| if b.level > a.level { b } else { a })
    }

    /// Whether it begins an incident.
    pub fn alerts(&self) -> bool {
        self.level >= Level::Alert
    }

    /// Whether it ends one: what only warns does not, else a rate that wavers about its bound would
    /// alert again and again. Where too little mail is left to tell, the mail that led to the
    /// incident is past.
    pub fn is_over(&self) -> bool {
        self.level < Level::Warn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn volume(sent: u64, bounced: u64) -> Volume {
        Volume { sent, bounced, complained: 0 }
    }

    #[test]
    fn the_worst_window_speaks_and_of_equal_ones_the_nearest() {
        let worst = |day, week| {
            let volumes = [(Window::LastDay, day), (Window::LastWeek, week)];
            Reading::worst(Metric::Bounces, &volumes).unwrap()
        };
        let few = worst(volume(10, 2), volume(1_000, 50));
        assert_eq!((few.window, few.level), (Window::LastWeek, Level::Alert));
        let equal = worst(volume(100, 5), volume(1_000, 50));
        assert_eq!(equal.window, Window::LastDay);
        assert_eq!(Reading::worst(Metric::Bounces, &[]), None);
    }

    #[test]
    fn what_warns_neither_begins_nor_ends_an_incident() {
        let of = |bounced| {
            let reading = [(Window::LastDay, volume(10_000, bounced))];
            let reading = Reading::worst(Metric::Bounces, &reading).unwrap();
            (reading.alerts(), reading.is_over())
        };
        assert_eq!(of(299), (false, true));
        assert_eq!(of(300), (false, false));
        assert_eq!(of(499), (false, false));
        assert_eq!(of(500), (true, false));
    }
}
