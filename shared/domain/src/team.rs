//! Who reports to whom (J1): a tree of users. Who stands above somebody sees his mail.
//!
//! Everybody's place names his manager and all who stand below him, at whatever depth. So one item tells
//! whose mail somebody sees, and when a manager changes, the places of those above are all that changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::ids::UserId;

/// Somebody's place in the tree. Who has none reports to nobody, and nobody to him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Whose it is.
    pub user: UserId,
    /// To whom he reports.
    pub manager: Option<UserId>,
    /// All who stand below him: who report to him, who report to those, and so on.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub team: BTreeSet<UserId>,
    /// Revision: grows by one with each change of the manager.
    pub rev: u64,
    /// Grows by one with each writing, and each change above or below is one: two changes that could
    /// make a circle together can't both happen.
    pub version: u64,
}

impl Place {
    /// The place of somebody who was never given one.
    pub fn alone(user: UserId) -> Self {
        Self { user, manager: None, team: BTreeSet::new(), rev: 0, version: 0 }
    }
}

/// How many levels stand below somebody, as the places of his team tell it; zero without a team.
pub fn levels_below(top: UserId, team: &BTreeMap<UserId, Place>) -> usize {
    let mut deepest = 0;
    for place in team.values() {
        let mut levels = 1;
        let mut manager = place.manager;
        while let Some(above) = manager.filter(|above| *above != top) {
            // A circle can't be; but nothing here relies on that.
            if levels > team.len() {
                break;
            }
            levels += 1;
            manager = team.get(&above).and_then(|place| place.manager);
        }
        deepest = deepest.max(levels);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(n: u128) -> UserId {
        UserId::from_bits(n)
    }

    #[test]
    fn levels_are_counted_along_the_longest_way_down() {
        let below = |n: u128, manager: u128| {
            (user(n), Place { manager: Some(user(manager)), ..Place::alone(user(n)) })
        };
        assert_eq!(levels_below(user(1), &BTreeMap::new()), 0);
        let flat = BTreeMap::from([below(2, 1), below(3, 1)]);
        assert_eq!(levels_below(user(1), &flat), 1);
        let deep = BTreeMap::from([below(2, 1), below(3, 2), below(4, 3), below(5, 1)]);
        assert_eq!(levels_below(user(1), &deep), 3);
        let circle = BTreeMap::from([below(2, 3), below(3, 2)]);
        assert!(levels_below(user(1), &circle) >= 2, "it ends");
    }
}
