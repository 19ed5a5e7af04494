//! What follows from mail that comes back: blocks, histories, alerts; and the bounds of our answers.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::alert::{Alert, AlertState, Reading, Watched};
use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::day_tally::Volume;
use domain::ids::AlertId;
use domain::rates::{Level, Metric, Window};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::temporary_bounces::TemporaryBounces;
use store::auto_answers::{self, Bucket};
use store::suppressions::{self, Asked, Blocked};
use store::table::Table;
use store::{alerts, bounce_history};

use super::{Shop, all_happen, at, happens};

fn block(shop: &Shop, scope: SuppressionScope, permanence: Permanence, hour: i64) -> Suppression {
    Suppression {
        scope,
        tenant: shop.tenant,
        address_hash: Some(shop.hasher.address(&shop.address("lena"))),
        domain: shop.address("lena").domain().to_owned(),
        contact: None,
        cause: SuppressionCause::Bounce,
        permanence,
        category: Some(BounceCategory::MailboxFull),
        reason: None,
        status: None,
        source: None,
        blocked_at: at(hour),
        blocked_until: None,
        review_at: Suppression::review_of(at(hour)),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    }
}

async fn stands(table: &dyn Table, shop: &Shop) -> Option<Suppression> {
    let asked = [Asked::one_off(shop.address("lena"))];
    let found = suppressions::blocking(table, shop.tenant, &shop.hasher, &asked, at(99)).await;
    found.expect("a read").remove(&shop.address("lena"))
}

pub async fn two_blocks_of_one_address_leave_the_same_one_in_both_orders(table: &dyn Table) {
    let scope = SuppressionScope::Bounces;
    let mut left = Vec::new();
    for turned in [false, true] {
        let shop = Shop::new();
        let mut both = [
            block(&shop, scope, Permanence::Temporary, 5),
            block(&shop, scope, Permanence::Permanent, 3),
        ];
        if turned {
            both.reverse();
        }
        // Neither worker knows of the other's.
        for wanted in &both {
            suppressions::block(table, wanted, None).await.expect("a write");
        }
        let again = suppressions::block(table, &both[0], None).await.expect("a write");
        assert!(matches!(again, Blocked::Known(_)), "told again it is nothing new");
        let found = stands(table, &shop).await.expect("it is blocked");
        left.push((found.permanence, found.blocked_at));
    }
    assert_eq!(left, [(Permanence::Permanent, at(3)); 2]);
}

pub async fn a_block_is_listed_while_it_stands_and_lifted_under_its_revision(table: &dyn Table) {
    let shop = Shop::new();
    let wanted = block(&shop, SuppressionScope::Bounces, Permanence::Temporary, 1);
    suppressions::block(table, &wanted, None).await.expect("a write");
    let listed = async || {
        let permanence = Permanence::Temporary;
        let by_type = suppressions::of_type(table, shop.tenant, permanence, 10, None).await;
        let category = BounceCategory::MailboxFull.key();
        let by_category =
            suppressions::of_category(table, shop.tenant, category, None, 10, None).await;
        (by_type.expect("a page").0.len(), by_category.expect("a page").0.len())
    };
    assert_eq!(listed().await, (1, 1));
    let mut lifted = wanted.clone();
    lifted.lift(at(2), true);
    let lift = || suppressions::replace(&lifted, wanted.rev).expect("a write");
    assert!(happens(table, lift()).await);
    assert!(!happens(table, lift()).await, "somebody lifted it before");
    assert_eq!(listed().await, (0, 0));
    assert_eq!(stands(table, &shop).await, None);
    // A late telling of what was lifted blocks no more; what came later does.
    let late = suppressions::block(table, &wanted, None).await.expect("a write");
    assert!(matches!(late, Blocked::Known(_)));
    let later = block(&shop, SuppressionScope::Bounces, Permanence::Temporary, 3);
    let new = suppressions::block(table, &later, None).await.expect("a write");
    let Blocked::New(new) = new else { panic!("{new:?}") };
    assert_eq!((new.lifts, listed().await), (1, (1, 1)));
    suppressions::lift_temporary(table, later, at(4)).await.expect("a write");
    assert_eq!(stands(table, &shop).await, None, "a sign of life lifts it, read late or not");
}

pub async fn a_history_is_kept_only_as_it_was_read(table: &dyn Table) {
    let shop = Shop::new();
    let hash = shop.hasher.address(&shop.address("lena"));
    let mut bounces = TemporaryBounces::default();
    assert!(bounces.add(at(1)));
    let put = |bounces: &TemporaryBounces, before| {
        bounce_history::put_address(shop.tenant, &hash, bounces, before).expect("a write")
    };
    assert!(happens(table, put(&bounces, 0)).await);
    assert!(!happens(table, put(&bounces, 0)).await, "there is one");
    let before = bounces.rev;
    assert!(bounces.add(at(30)));
    assert!(happens(table, put(&bounces, before)).await);
    assert!(!happens(table, put(&bounces, before)).await, "it changed meanwhile");
}

pub async fn a_rate_has_one_open_alert_until_its_own_end(table: &dyn Table) {
    let shop = Shop::new();
    let volume = Volume { sent: 1_000, bounced: 60, complained: 0 };
    let alert = |number| Alert {
        id: AlertId::from_bits(number),
        tenant: shop.tenant,
        metric: Metric::Bounces,
        about: Watched::Sender,
        worst: Reading { window: Window::LastDay, level: Level::Alert, volume },
        opened_at: at(1),
        recovered_at: None,
        rev: 1,
    };
    let open = |number| alerts::open(&alert(number)).expect("writes");
    assert!(all_happen(table, open(1)).await);
    assert!(!all_happen(table, open(2)).await, "one incident, one alert");
    let rates = BTreeSet::from([(Metric::Bounces, Watched::Sender)]);
    let lasting = async || {
        let found = alerts::lasting(table, shop.tenant, &rates).await.expect("a read");
        found.into_values().map(|alert| alert.id).collect::<Vec<_>>()
    };
    assert_eq!(lasting().await, [AlertId::from_bits(1)]);
    let ended = |number| Alert { recovered_at: Some(at(2)), rev: 2, ..alert(number) };
    let end = |number| alerts::end(&ended(number), 1).expect("writes");
    assert!(!all_happen(table, end(2)).await, "it is another's incident");
    assert!(all_happen(table, end(1)).await);
    assert!(!all_happen(table, end(1)).await, "it is over");
    assert_eq!(lasting().await, []);
    let open_ones = alerts::list(table, shop.tenant, Some(AlertState::Open), 10, None).await;
    assert_eq!(open_ones.expect("a page").0, []);
    assert!(all_happen(table, open(3)).await, "the next incident");
}

pub async fn answers_of_ours_are_bounded_whoever_else_answers(table: &dyn Table) {
    let shop = Shop::new();
    let lena = shop.address("lena");
    let claim = |hour| {
        let pause = Duration::from_secs(86_400);
        auto_answers::claim_day(shop.tenant, &shop.hasher, &lena, at(hour), pause)
    };
    assert!(happens(table, claim(0).expect("a write")).await);
    assert!(!happens(table, claim(24).expect("a write")).await);
    assert!(happens(table, claim(25).expect("a write")).await);
    let (empty, one) = (Bucket::default(), Bucket { full_at: Some(at(1)) });
    let two = Bucket { full_at: Some(at(2)) };
    let take = |before: &Bucket, after: &Bucket| {
        auto_answers::take_token(shop.tenant, &shop.hasher, &lena, before, after).expect("a write")
    };
    assert!(happens(table, take(&empty, &one)).await);
    assert!(!happens(table, take(&empty, &one)).await, "another took that token");
    assert!(happens(table, take(&one, &two)).await);
    let found = auto_answers::bucket(table, shop.tenant, &shop.hasher, &lena).await;
    assert_eq!(found.expect("a read"), two);
}
