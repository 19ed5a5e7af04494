//! Late, repeated and reordered events give the same state (H1), at a known price.

use domain::day::Day;
use domain::send::{Counted, SendStatus};
use store::day_tallies::{self, Dimension};
use store::sends;
use store::table::Units;
use testkit::ses_events::{FULL, NO_MAILBOX, SentMail};

use crate::bench_of_events::Mailing;

const LENA: &str = "lena@harbour.example";

fn life(m: &Mailing, mail: &SentMail) -> Vec<String> {
    vec![
        mail.told("Send", m.at(0)),
        mail.delay(m.at(1), m.at(12)),
        mail.told("Delivery", m.at(2)),
        mail.told("Open", m.at(3)),
        mail.bounce(FULL, m.at(4)),
        mail.bounce(NO_MAILBOX, m.at(5)),
        mail.complaint(m.at(6)),
    ]
}

#[tokio::test]
async fn every_order_in_every_batching_leaves_the_same_records() {
    let expected = Mailing::new().await;
    let mail = expected.campaign(0, 1, LENA).await;
    expected.apply(&life(&expected, &mail)).await;
    for rotation in 0..7 {
        for batch in [1, 2, 7] {
            let m = Mailing::new().await;
            let mail = m.campaign(0, 1, LENA).await;
            let mut events = life(&m, &mail);
            events.rotate_left(rotation);
            if batch == 2 {
                events.reverse();
            }
            for some in events.chunks(batch) {
                m.apply(some).await;
                m.apply(some).await;
            }
            assert_eq!(m.state(), expected.state(), "{rotation} {batch}");
        }
    }
}

#[tokio::test]
async fn an_event_that_comes_three_times_counts_once() {
    let m = Mailing::new().await;
    let mail = m.campaign(3, 1, LENA).await;
    for _ in 0..3 {
        m.apply(&[mail.bounce(NO_MAILBOX, m.at(1)), mail.told("Send", m.at(0))]).await;
    }
    m.apply(&[mail.told("Send", m.at(0))]).await;
    assert_eq!(m.send(&mail).await.status(), SendStatus::BouncedPermanent, "a late Send");
    let table = m.world.records.table.as_ref();
    let chunk = sends::counts_of_chunk(table, m.tenant, &mail.place).await.unwrap();
    let once = [(Counted::Sent, 1), (Counted::BouncedPermanent, 1)].into();
    assert_eq!(chunk, once);
}

#[tokio::test]
async fn an_event_of_a_recipient_nobody_knows_is_counted_nowhere() {
    let m = Mailing::new().await;
    let known = m.one_off(1, LENA).await;
    let unknown = SentMail {
        to: domain::email_address::EmailAddress::parse("x@y.example").unwrap(),
        ..known
    };
    let applied = m.apply(&[unknown.told("Delivery", m.at(1))]).await;
    assert_eq!((applied.learned, applied.unattributed), (0, 1));
}

#[tokio::test]
async fn a_hundred_events_cost_at_most_one_transaction_more_than_they_have_chunks() {
    for chunks in [1_u32, 2, 5] {
        let m = Mailing::new().await;
        let mut events = Vec::new();
        for n in 0..100_u32 {
            let to = format!("p{n}@x{n}.example");
            let mail = m.campaign(n % chunks, n.into(), &to).await;
            events.push(if n % 2 == 0 {
                mail.told("Delivery", m.at(1))
            } else {
                mail.bounce(NO_MAILBOX, m.at(1))
            });
        }
        m.world.table.reset_usage();
        let applied = m.apply(&events).await;
        assert_eq!((applied.learned, applied.blocked), (100, 50));
        let transactions = m.world.table.usage().transact.calls;
        assert!(transactions <= u64::from(1 + chunks), "{transactions} for {chunks} chunks");
    }
}

#[tokio::test]
async fn a_hundred_bounces_of_a_hundred_domains_keep_that_bound_and_are_counted_by_domain() {
    for chunks in [1_u32, 2, 5] {
        let m = Mailing::new().await;
        let mut events = Vec::new();
        for n in 0..100_u32 {
            let mail = m.campaign(n % chunks, n.into(), &format!("p@x{n}.example")).await;
            events.push(mail.bounce(NO_MAILBOX, m.at(1)));
        }
        m.world.table.reset_usage();
        let applied = m.apply(&events).await;
        assert_eq!((applied.learned, applied.blocked), (100, 100));
        let transactions = m.world.table.usage().transact.calls;
        assert!(transactions <= u64::from(1 + chunks), "{transactions} for {chunks} chunks");
        let table = m.world.records.table.as_ref();
        let day = Day::of(m.at(0));
        let found = day_tallies::breakdown(table, m.tenant, day, Dimension::Domain).await.unwrap();
        assert_eq!(found.values.len(), 100);
        assert!(found.values.values().all(|bounces| bounces.all() == 1));
    }
}

/// ARCHITECTURE.md states the same figures.
#[tokio::test]
async fn the_price_of_events_is_known() {
    let m = Mailing::new().await;
    let mut mails = Vec::new();
    for n in 0..100_u32 {
        mails.push(m.campaign(n % 2, n.into(), &format!("p{n}@x{n}.example")).await);
    }
    let price = async |events: Vec<String>| {
        m.world.table.reset_usage();
        m.apply(&events).await;
        m.world.table.usage()
    };
    let delivered = price(mails.iter().map(|mail| mail.told("Delivery", m.at(1))).collect()).await;
    assert_eq!(delivered.units(), Units { read: 100.0, write: 224.0 });
    let repeated = price(mails.iter().map(|mail| mail.told("Delivery", m.at(1))).collect()).await;
    assert_eq!(repeated.units(), Units { read: 100.0, write: 0.0 });
    let back = price(mails.iter().map(|mail| mail.bounce(NO_MAILBOX, m.at(2))).collect()).await;
    assert_eq!(back.transact.calls, 2);
    assert_eq!(back.units(), Units { read: 301.0, write: 732.0 });
    let one = m.one_off(1, LENA).await;
    let alone = price(vec![one.told("Delivery", m.at(1))]).await;
    assert_eq!(alone.units(), Units { read: 1.0, write: 4.0 });
    let bounced = price(vec![one.bounce(NO_MAILBOX, m.at(2))]).await;
    assert_eq!(bounced.units(), Units { read: 4.0, write: 12.0 });
}
