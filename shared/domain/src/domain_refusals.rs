//! When a domain refuses us altogether (H12): the same cause at many of its recipients is one
//! incident of the domain and no fault of the addresses.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::bounce_category::BounceCategory;
use crate::day::Day;
use crate::limits;
use crate::timestamp::Timestamp;

/// Who of a domain refused for one category on one day. Of each recipient the first refusal of the day
/// is kept, and of recipients the first ones: the same whichever came first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainRefusals {
    /// The first refusal of each recipient, by the keyed hash of the address.
    recipients: BTreeMap<String, Timestamp>,
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
    /// Takes in a refusal of the day; true where it changed anything.
    pub fn add(&mut self, recipient_hash: &str, at: Timestamp) -> bool {
        let before = self.recipients.clone();
        let first = self.recipients.entry(recipient_hash.to_owned()).or_insert(at);
        *first = (*first).min(at);
        while self.recipients.len() > limits::DOMAIN_RECIPIENTS_MAX {
            let last = self.recipients.iter().max_by_key(|(hash, at)| (**at, (*hash).clone()));
            let Some(hash) = last.map(|(hash, _)| hash.clone()) else { break };
            self.recipients.remove(&hash);
        }
        let changed = self.recipients != before;
        self.rev = self.rev.saturating_add(u64::from(changed));
        changed
    }
}

/// The days on which an incident lasts, each with its last refusal: with it `needed` recipients or more
/// have refused within [`limits::DOMAIN_WINDOW`]. `records` are those of days that follow each other.
///
/// What is told later adds days and makes the last refusals later, and never the contrary: whoever acts
/// on what he sees by now has acted on nothing that is not so in the end.
pub fn incidents(records: &[DomainRefusals], needed: u64) -> BTreeMap<Day, Timestamp> {
    let mut refusals: Vec<(Timestamp, &str)> = records
        .iter()
        .flat_map(|record| record.recipients.iter().map(|(hash, at)| (*at, hash.as_str())))
        .collect();
    refusals.sort_unstable();
    let mut days = BTreeMap::new();
    for (at, _) in &refusals {
        let within = |(other, _): &&(Timestamp, &str)| {
            *other <= *at && *at < other.plus(limits::DOMAIN_WINDOW)
        };
        let who: BTreeSet<&str> = refusals.iter().filter(within).map(|(_, hash)| *hash).collect();
        if u64::try_from(who.len()).unwrap_or(u64::MAX) >= needed.max(1) {
            days.insert(Day::of(*at), *at);
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        // A minute before noon, so that two windows of the tests meet on one day.
        Timestamp::from_seconds(1_795_305_600 + minute * 60)
    }

    /// The records of all days after these refusals, in this order.
    fn records(refusals: &[(String, Timestamp)]) -> Vec<DomainRefusals> {
        let mut days: BTreeMap<Day, DomainRefusals> = BTreeMap::new();
        for (hash, at) in refusals {
            days.entry(Day::of(*at)).or_default().add(hash, *at);
        }
        days.into_values().collect()
    }

    fn many(count: i64, minute: impl Fn(i64) -> i64) -> Vec<(String, Timestamp)> {
        (0..count).map(|n| (format!("r{n}"), at(minute(n)))).collect()
    }

    #[test]
    fn the_twentieth_recipient_makes_an_incident_and_repeats_make_none() {
        let mut all = many(19, |n| n);
        all.extend(many(19, |n| n + 30));
        assert!(incidents(&records(&all), 20).is_empty());
        all.push(("r19".to_owned(), at(60)));
        assert_eq!(incidents(&records(&all), 20), [(Day::of(at(60)), at(60))].into());
    }

    #[test]
    fn an_incident_reaches_over_midnight_and_refusals_a_day_apart_do_not_add_up() {
        let minutes_to_midnight = (Day::of(at(0)).end().seconds() - at(0).seconds()) / 60;
        let over = many(20, |n| minutes_to_midnight - 10 + n);
        let found = incidents(&records(&over), 20);
        assert_eq!(found.into_values().collect::<Vec<_>>(), [over[19].1]);
        let apart = many(20, |n| if n < 10 { 0 } else { 24 * 60 });
        assert!(incidents(&records(&apart), 20).is_empty());
        let close = many(20, |n| if n < 10 { 1 } else { 24 * 60 });
        assert_eq!(incidents(&records(&close), 20).len(), 1);
    }

    #[test]
    fn a_record_is_the_same_in_every_order_and_stays_small() {
        let mut all = many(300, |n| (n * 37) % 240);
        all.extend(many(300, |n| (n * 11) % 240));
        let expected = records(&all);
        for rotation in [1, 77, 150, 299, 411] {
            let mut turned = all.clone();
            turned.rotate_left(rotation);
            let plain = |records: Vec<DomainRefusals>| {
                records.into_iter().map(|record| record.recipients).collect::<Vec<_>>()
            };
            assert_eq!(plain(records(&turned)), plain(expected.clone()), "{rotation}");
            turned.reverse();
            assert_eq!(plain(records(&turned)), plain(expected.clone()), "{rotation}");
        }
        let sizes: Vec<usize> = expected.iter().map(|record| record.recipients.len()).collect();
        assert!(sizes.iter().all(|size| *size <= limits::DOMAIN_RECIPIENTS_MAX), "{sizes:?}");
    }

    #[test]
    fn what_is_told_later_takes_no_incident_back() {
        let mut all = many(60, |n| (n * 97) % (3 * 24 * 60));
        all.sort_by_key(|(hash, _)| hash.clone());
        let mut before: BTreeMap<Day, Timestamp> = BTreeMap::new();
        for count in 0..=all.len() {
            let now = incidents(&records(&all[..count]), 12);
            for (day, at) in &before {
                assert!(now.get(day).is_some_and(|later| later >= at), "{count}");
            }
            before = now;
        }
        assert!(!before.is_empty());
    }
}
