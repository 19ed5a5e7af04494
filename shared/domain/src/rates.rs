//! Bounce and complaint rates, and when they are too high (S4.2, I4).

use serde::{Deserialize, Serialize};

use crate::day_tally::Volume;
use crate::ids::CampaignId;
use crate::limits::{BOUNCE_VOLUME_MIN, COMPLAINT_VOLUME_MIN};

/// What a rate is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Recipients whose mail came back.
    Bounces,
    /// Recipients who complained.
    Complaints,
}

/// How a rate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Too little mail to tell.
    TooFew,
    /// As it should be.
    Good,
    /// Close to what is not accepted.
    Warn,
    /// Not acceptable.
    Alert,
    /// So high that sending has to stop.
    Stop,
}

impl Metric {
    /// Every metric.
    pub const ALL: [Self; 2] = [Self::Bounces, Self::Complaints];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bounces => "bounces",
            Self::Complaints => "complaints",
        }
    }

    /// Recipients it counts.
    pub fn count(self, volume: Volume) -> u64 {
        match self {
            Self::Bounces => volume.bounced,
            Self::Complaints => volume.complained,
        }
    }

    /// The share of recipients in millionths; none where nothing was sent.
    pub fn rate_ppm(self, volume: Volume) -> Option<u64> {
        self.count(volume).saturating_mul(1_000_000).checked_div(volume.sent)
    }

    /// The levels with the share in millionths at which each begins, the highest first: bounces warn
    /// at 3 %, alert at 5 % (S4.2) and stop at the 10 % at which SES pauses; complaints warn at
    /// 0.08 %, alert at the 0.1 % that SES reviews and stop at 0.3 %.
    pub fn levels(self) -> [(Level, u64); 3] {
        match self {
            Self::Bounces => {
                [(Level::Stop, 100_000), (Level::Alert, 50_000), (Level::Warn, 30_000)]
            }
            Self::Complaints => [(Level::Stop, 3_000), (Level::Alert, 1_000), (Level::Warn, 800)],
        }
    }

    /// The share in millionths from which on it is an alert.
    pub fn alert_from_ppm(self) -> u64 {
        let alert = self.levels().into_iter().find(|(level, _)| *level == Level::Alert);
        alert.map_or(0, |(_, from)| from)
    }

    /// Least recipients that tell anything.
    pub fn volume_min(self) -> u64 {
        match self {
            Self::Bounces => BOUNCE_VOLUME_MIN,
            Self::Complaints => COMPLAINT_VOLUME_MIN,
        }
    }

    /// How the rate of some mail stands. Compared in whole numbers, so 5.00 % is 5 % exactly.
    pub fn level(self, volume: Volume) -> Level {
        if volume.sent < self.volume_min() {
            return Level::TooFew;
        }
        let parts = u128::from(self.count(volume)) * 1_000_000;
        let reached = |from: u64| parts >= u128::from(from) * u128::from(volume.sent);
        let found = self.levels().into_iter().find(|(_, from)| reached(*from));
        found.map_or(Level::Good, |(level, _)| level)
    }
}

impl Level {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooFew => "too_few",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Alert => "alert",
            Self::Stop => "stop",
        }
    }
}

/// Which mail a rate is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// The mail of the present hour and the 24 before it.
    LastDay,
    /// The mail of today and the seven days before.
    LastWeek,
    /// As much mail as the sender sends in an ordinary week, counted back from now: as SES judges a
    /// sender, small and large ones alike ("representative volume").
    Representative,
    /// All mail of a campaign.
    Campaign(CampaignId),
}

impl Window {
    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::LastDay => "last_day",
            Self::LastWeek => "last_week",
            Self::Representative => "representative",
            Self::Campaign(_) => "campaign",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounces(bounced: u64, sent: u64) -> Level {
        Metric::Bounces.level(Volume { sent, bounced, complained: 0 })
    }

    fn complaints(complained: u64, sent: u64) -> Level {
        Metric::Complaints.level(Volume { sent, bounced: 0, complained })
    }

    #[test]
    fn five_percent_alert_and_a_hair_less_does_not() {
        assert_eq!(bounces(499, 10_000), Level::Warn);
        assert_eq!(bounces(500, 10_000), Level::Alert);
        assert_eq!(bounces(299, 10_000), Level::Good);
        assert_eq!(bounces(300, 10_000), Level::Warn);
        assert_eq!(bounces(1_000, 10_000), Level::Stop);
    }

    #[test]
    fn two_of_ten_tell_nothing() {
        assert_eq!(bounces(2, 10), Level::TooFew);
        assert_eq!(bounces(99, 99), Level::TooFew);
        assert_eq!(bounces(5, 100), Level::Alert);
        assert_eq!(bounces(0, 0), Level::TooFew);
        assert_eq!(Metric::Bounces.rate_ppm(Volume::default()), None);
    }

    #[test]
    fn complaints_warn_alert_and_stop_at_their_own_shares() {
        assert_eq!(complaints(7, 10_000), Level::Good);
        assert_eq!(complaints(8, 10_000), Level::Warn);
        assert_eq!(complaints(10, 10_000), Level::Alert);
        assert_eq!(complaints(30, 10_000), Level::Stop);
        assert_eq!(complaints(1, 999), Level::TooFew);
    }
}
