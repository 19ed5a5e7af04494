//! A domain that refuses us altogether is one incident, and what comes of it is the same in whichever
//! order and batches its refusals are told (H12).

use domain::limits::DOMAIN_WINDOW;
use domain::notice::Matter;
use domain::suppression::SuppressionScope;
use store::table::Item;
use testkit::ses_events::POLICY;
use testkit::time_and_chance::SeededRandomness;

use crate::bench_of_events::Mailing;

/// Refusals of a domain: recipient, and hours after the world began. The first incident reaches over
/// midnight, some recipients refuse twice, and two days later there is another.
fn refusals() -> Vec<(u32, i64)> {
    let first = (0..26).map(|n| (n, 4 + i64::from(n) / 2));
    let again = (0..8).map(|n| (n, 16 + i64::from(n)));
    let alone = [(90, 40), (91, 41)];
    let second = (40..61).map(|n| (n, 70 + i64::from(n % 3)));
    first.chain(again).chain(alone).chain(second).collect()
}

/// What is left when the refusals are told in this order, so many at once.
async fn told(order: &[(u32, i64)], batch: usize) -> (Mailing, Vec<Item>) {
    let m = Mailing::new().await;
    let mut events = Vec::new();
    for (recipient, hour) in order {
        // Each refusal is of a mail of its own, the same one in every order.
        let number = u128::from(*recipient) << 32 | u128::from(hour.unsigned_abs());
        let mail = m.campaign(0, number, &format!("p{recipient}@x.example")).await;
        events.push(mail.bounce(POLICY, m.at(*hour)));
    }
    for some in events.chunks(batch) {
        m.apply(some).await;
        m.apply(some).await;
    }
    let state = m.state();
    (m, state)
}

#[tokio::test]
async fn every_order_and_batching_of_refusals_leaves_the_same_blocks_and_notices() {
    let plain = refusals();
    let (m, expected) = told(&plain, plain.len()).await;
    let days: Vec<String> = m
        .notices()
        .into_iter()
        .filter(|notice| matches!(notice.matter, Matter::DomainRefuses { .. }))
        .map(|notice| notice.created_at.to_string().chars().take(10).collect())
        .collect();
    assert_eq!(days, ["2026-11-22", "2026-11-23", "2026-11-25"], "once for each day");
    let address = domain::email_address::EmailAddress::parse("new@x.example").unwrap();
    let block = m.block(SuppressionScope::Domain, &address).await.expect("mail to it rests");
    assert_eq!(block.blocked_at, m.at(72));
    assert_eq!(block.blocked_until, Some(m.at(72).plus(DOMAIN_WINDOW)));

    let random = SeededRandomness::new(12);
    for round in 0..8 {
        let mut order = plain.clone();
        for last in (1..order.len()).rev() {
            let other = random.below(u64::try_from(last + 1).unwrap());
            order.swap(last, usize::try_from(other).unwrap());
        }
        let batch = [1, 3, 10, order.len()][round % 4];
        let (_, state) = told(&order, batch).await;
        assert_eq!(state, expected, "round {round}");
    }
}

#[tokio::test]
async fn what_two_domains_refuse_does_not_add_up_and_one_that_rests_stops_no_other() {
    let m = Mailing::new().await;
    let mut events = Vec::new();
    for n in 0..19_u32 {
        for domain in ["x.example", "y.example"] {
            let (number, to) = (n * 2 + u32::from(domain > "x.f"), format!("p{n}@{domain}"));
            let mail = m.campaign(0, number.into(), &to).await;
            events.push(mail.bounce(POLICY, m.at(1)));
        }
    }
    m.apply(&events).await;
    assert!(m.notices().is_empty());
    assert!(m.stops("new@x.example", m.at(2)).await.is_none());
    let one = m.campaign(0, 900, "p19@x.example").await;
    m.apply(&[one.bounce(POLICY, m.at(1))]).await;
    assert!(m.stops("new@x.example", m.at(2)).await.is_some());
    assert!(m.stops("new@y.example", m.at(2)).await.is_none(), "others go on");
}
