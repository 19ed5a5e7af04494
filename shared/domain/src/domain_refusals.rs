//! When a domain refuses us altogether (H12): the same cause at many of its recipients is one
//! incident of the domain and no fault of the addresses.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bounce_category::BounceCategory;
use crate::limits;
use crate::timestamp::Timestamp;

/// Who of a domain refused for one category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRefusals {
    /// The last refusal of each recipient, by the keyed hash of the address: the newest ones.
    recipients: BTreeMap<String, Timestamp>,
    /// When the present incident began.
    incident_at: Option<Timestamp>,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// Whether a category speaks of the domain or of us, and not of one mailbox or one mail.
pub fn concerns_domain(category: BounceCategory) -> bool {
    match category {
        BounceCategory::TemporaryDomainError
        | BounceCategory::AuthenticationFailed
        | BounceCategory::TemporaryNetworkError
        | BounceCategory::SenderRejected
        | BounceCategory::BadDomain
        | BounceCategory::PolicyRelated
        | BounceCategory::ProtocolError
        | BounceCategory::RelayDenied
        | BounceCategory::RoutingError
        | BounceCategory::PossibleSpam => true,
        BounceCategory::AutoReply
        | BounceCategory::MailboxFull
        | BounceCategory::ContentRelated
        | BounceCategory::TemporaryOther
        | BounceCategory::BadMailbox
        | BounceCategory::PermanentOther => false,
    }
}

impl DomainRefusals {
    /// Takes in a refusal; true where it changed anything.
    pub fn add(&mut self, recipient_hash: &str, at: Timestamp) -> bool {
        let before = self.recipients.clone();
        let last = self.recipients.entry(recipient_hash.to_owned()).or_insert(at);
        *last = (*last).max(at);
        self.forget_old();
        let changed = self.recipients != before;
        self.rev = self.rev.saturating_add(u64::from(changed));
        changed
    }

    /// The moment of an incident that begins now: `needed` recipients refused within the window, and
    /// there is none yet within it.
    pub fn incident(&mut self, needed: u64) -> Option<Timestamp> {
        let count = u64::try_from(self.recipients.len()).unwrap_or(u64::MAX);
        let newest = self.recipients.values().max().copied()?;
        let lasts = self.incident_at.is_some_and(|at| newest < at.plus(limits::DOMAIN_WINDOW));
        if count < needed || lasts {
            return None;
        }
        self.incident_at = Some(newest);
        self.rev = self.rev.saturating_add(1);
        Some(newest)
    }

    /// The moment of the incident that lasts, where there is one.
    pub fn incident_at(&self) -> Option<Timestamp> {
        self.incident_at
    }

    fn forget_old(&mut self) {
        let newest = self.recipients.values().max().copied().unwrap_or_default();
        let oldest = newest.minus(limits::DOMAIN_WINDOW);
        self.recipients.retain(|_, at| *at >= oldest);
        while self.recipients.len() > limits::DOMAIN_RECIPIENTS_MAX {
            let first = self.recipients.iter().min_by_key(|(hash, at)| (**at, (*hash).clone()));
            let Some(hash) = first.map(|(hash, _)| hash.clone()) else { return };
            self.recipients.remove(&hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_305_600 + minute * 60)
    }

    #[test]
    fn the_twentieth_recipient_makes_one_incident_and_the_next_ones_none() {
        let mut refusals = DomainRefusals::default();
        for n in 0..19 {
            refusals.add(&format!("r{n}"), at(n));
            refusals.add(&format!("r{n}"), at(n));
            assert_eq!(refusals.incident(20), None, "{n}");
        }
        refusals.add("r19", at(19));
        assert_eq!(refusals.incident(20), Some(at(19)));
        refusals.add("r20", at(20));
        assert_eq!(refusals.incident(20), None);
    }

    #[test]
    fn refusals_of_other_days_do_not_add_up_and_the_record_stays_small() {
        let mut refusals = DomainRefusals::default();
        for n in 0..1_000 {
            refusals.add(&format!("r{n}"), at(n * 24 * 60));
        }
        assert_eq!(refusals.incident(3), None);
        for n in 0..1_000 {
            refusals.add(&format!("s{n}"), at(2_000 * 24 * 60));
        }
        assert_eq!(refusals.recipients.len(), limits::DOMAIN_RECIPIENTS_MAX);
    }
}
