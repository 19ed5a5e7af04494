//! A bulletin: a mail to a tenant's administrators about an incident that began or is over (I4, H12).

use serde::{Deserialize, Serialize};

use crate::alert::Alert;
use crate::bounce_category::BounceCategory;
use crate::ids::TenantId;
use crate::timestamp::Timestamp;

/// One mail that is to go out, or went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    /// What it is about, in a text that is always the same for the same thing: there is one of each.
    pub subject_id: String,
    /// Whose administrators it is for.
    pub tenant: TenantId,
    /// What happened.
    pub news: News,
    /// How far it has come.
    pub state: BulletinState,
    /// When it happened.
    pub at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// A rate is too high.
    RateTooHigh(Alert),
    /// It is good again.
    RateRecovered(Alert),
    /// Many recipients of a domain refuse for one cause, and mail to it rests.
    DomainRefuses {
        /// The domain.
        domain: String,
        /// The cause.
        category: BounceCategory,
    },
}

/// How far a bulletin has come. From `Handed` nobody sends it again: it may have gone out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulletinState {
    /// It is to be sent.
    Waiting,
    /// Somebody took the right to send it.
    Handed,
    /// The provider took it.
    Sent,
    /// The provider refused it for good.
    Refused,
    /// The tenant wants none, or has nobody to read it.
    LeftOut,
}

impl Bulletin {
    /// A bulletin about an alert that was opened.
    pub fn opened(alert: &Alert) -> Self {
        let subject_id = format!("{}#opened", alert.id);
        let news = News::RateTooHigh(alert.clone());
        Self::new(subject_id, alert.tenant, news, alert.opened_at)
    }

    /// A bulletin about an alert whose incident ended at that moment.
    pub fn recovered(alert: &Alert, at: Timestamp) -> Self {
        let subject_id = format!("{}#recovered", alert.id);
        Self::new(subject_id, alert.tenant, News::RateRecovered(alert.clone()), at)
    }

    /// A bulletin about a domain that refuses from that moment on.
    pub fn domain_refuses(
        tenant: TenantId,
        domain: &str,
        category: BounceCategory,
        at: Timestamp,
    ) -> Self {
        let subject_id = format!("{domain}#{}#{at}", category.key());
        let news = News::DomainRefuses { domain: domain.to_owned(), category };
        Self::new(subject_id, tenant, news, at)
    }

    fn new(subject_id: String, tenant: TenantId, news: News, at: Timestamp) -> Self {
        Self { subject_id, tenant, news, state: BulletinState::Waiting, at, rev: 1 }
    }
}
