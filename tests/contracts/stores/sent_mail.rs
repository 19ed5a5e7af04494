//! What we sent, and what is counted over it.

use std::collections::BTreeSet;

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::hand_over::{HandOver, HandOverState};
use domain::ids::{CampaignId, ContactId, MessageId, ThreadId};
use domain::limits::MAILED_LATELY;
use domain::mail_event::{Bounce, Fact, ServerWords};
use domain::send::{Counted, Send, SendPlace, Stopped};
use store::day_tallies::{self, Dimension};
use store::table::Table;
use store::{hand_overs, mailed_addresses, sends};

use super::{Shop, all_happen, at, happens};

fn message() -> MessageId {
    MessageId::from_bits(7)
}

fn queued(shop: &Shop, place: SendPlace, name: &str) -> Send {
    Send::queued(place, shop.address(name), None, at(0))
}

fn in_campaign(contact: u128) -> SendPlace {
    let (campaign, contact) = (CampaignId::from_bits(1), ContactId::from_bits(contact));
    SendPlace::Campaign { campaign, chunk: 3, contact }
}

fn bounced() -> Fact {
    Fact::Bounced(Bounce {
        at: at(1),
        permanence: Permanence::Permanent,
        category: BounceCategory::BadMailbox,
        reason: BounceReason::UserUnknown,
        hard: true,
        status: Some("5.1.1".to_owned()),
        reply: Some(550),
        diagnostic: ServerWords::new("550 5.1.1 no such user"),
    })
}

/// The recipient with one fact more, and what that is to be counted as.
fn learned(send: &Send, fact: &Fact) -> (Send, Counted) {
    let mut after = send.clone();
    let counted = after.learn(at(1), fact).expect("it is new");
    after.rev += 1;
    (after, counted)
}

pub async fn a_send_is_made_once_and_replaced_only_as_it_was_read(table: &dyn Table) {
    let shop = Shop::new();
    let place = SendPlace::OneOff { message: message() };
    let send = queued(&shop, place, "lena");
    let create = || sends::create(shop.tenant, &shop.hasher, &send).expect("a write");
    assert!(happens(table, create()).await);
    assert!(!happens(table, create()).await);
    let (after, _) = learned(&send, &Fact::Delivered);
    let replace = || sends::replace(shop.tenant, &shop.hasher, &after, send.rev).expect("a write");
    assert!(happens(table, replace()).await);
    assert!(!happens(table, replace()).await, "the revision is another now");
    let noted = sends::handed_over(shop.tenant, &shop.hasher, &send, "0102");
    assert!(happens(table, noted).await);
    let found = sends::get(table, shop.tenant, &shop.hasher, &place, &send.to).await;
    let found = found.expect("a read").expect("it was made");
    assert_eq!((found.rev, found.provider_id.as_deref()), (after.rev + 1, Some("0102")));
    let nobody = queued(&shop, place, "nobody");
    let noted = sends::handed_over(shop.tenant, &shop.hasher, &nobody, "0102");
    assert!(!happens(table, noted).await, "nobody is made by an answer");
}

pub async fn what_comes_back_is_in_the_list_of_its_month(table: &dyn Table) {
    let shop = Shop::new();
    let send = queued(&shop, SendPlace::OneOff { message: message() }, "lena");
    let create = sends::create(shop.tenant, &shop.hasher, &send).expect("a write");
    assert!(happens(table, create).await);
    let listed = async || {
        let page = sends::bounced(table, shop.tenant, &at(1).month(), 10, None).await;
        page.expect("a page").0
    };
    assert_eq!(listed().await, []);
    let (after, _) = learned(&send, &bounced());
    let replace = sends::replace(shop.tenant, &shop.hasher, &after, send.rev).expect("a write");
    assert!(happens(table, replace).await);
    assert_eq!(listed().await, [after]);
}

pub async fn facts_and_their_counts_happen_together_and_once(table: &dyn Table) {
    let shop = Shop::new();
    let mut writes = Vec::new();
    let mut facts = Vec::new();
    for n in 0..40_u32 {
        let place = in_campaign(n.into());
        let to = format!("p{n}@x{n}.example");
        let to = domain::email_address::EmailAddress::parse(&to).expect("an address");
        let send = Send::queued(place, to, None, at(0));
        let create = sends::create(shop.tenant, &shop.hasher, &send).expect("a write");
        assert!(happens(table, create).await);
        let (after, counted) = learned(&send, &bounced());
        writes.push(sends::replace(shop.tenant, &shop.hasher, &after, send.rev).expect("a write"));
        facts.push((after, counted));
    }
    let told: Vec<(&Send, Counted)> = facts.iter().map(|(send, fact)| (send, *fact)).collect();
    writes.extend(day_tallies::count(shop.tenant, &told));
    let counts = [(Counted::BouncedPermanent, 40)].into();
    writes.extend(sends::add_to_chunk(shop.tenant, &in_campaign(0), &counts));
    let found = async |dimension| {
        let day = Day::of(at(0));
        let found = day_tallies::breakdown(table, shop.tenant, day, dimension).await;
        found.expect("a read").values
    };
    for _ in 0..2 {
        all_happen(table, writes.clone()).await;
        let domains = found(Dimension::Domain).await;
        assert_eq!(domains.len(), 40);
        assert!(domains.values().all(|n| n.of(BounceCategory::BadMailbox) == 1));
        let diagnostics = found(Dimension::Diagnostic).await;
        assert_eq!(diagnostics["5.1.1 userunknown"].all(), 40);
        let chunk = sends::counts_of_chunk(table, shop.tenant, &in_campaign(0)).await;
        assert_eq!(chunk.expect("a read"), counts);
    }
    assert!(!all_happen(table, writes).await, "its facts are known");
}

pub async fn an_address_is_mailed_lately_by_its_latest_time_in_both_orders(table: &dyn Table) {
    let shop = Shop::new();
    let (lena, ole, stranger) = (shop.address("lena"), shop.address("ole"), shop.address("x"));
    for (address, times) in [(&lena, [1, 5]), (&ole, [5, 1])] {
        for hour in times {
            let noted =
                mailed_addresses::note(table, shop.tenant, &shop.hasher, address, at(hour)).await;
            noted.expect("a write");
        }
    }
    let asked = BTreeSet::from([lena.clone(), ole.clone(), stranger]);
    let lately = async |now| {
        let found = mailed_addresses::lately(table, shop.tenant, &shop.hasher, &asked, now).await;
        found.expect("a read")
    };
    let both = BTreeSet::from([lena, ole]);
    assert_eq!(lately(at(5)).await, both);
    assert_eq!(lately(at(4).plus(MAILED_LATELY)).await, both);
    assert_eq!(lately(at(5).plus(MAILED_LATELY)).await, BTreeSet::new());
    let other = Shop::new();
    let found = mailed_addresses::lately(table, other.tenant, &other.hasher, &asked, at(5)).await;
    assert_eq!(found.expect("a read"), BTreeSet::new(), "another tenant mailed nobody");
}

pub async fn a_hand_over_is_begun_by_one_and_given_back_by_that_one_alone(table: &dyn Table) {
    let shop = Shop::new();
    let hand_over = HandOver {
        message: message(),
        thread: ThreadId::from_bits(1),
        queued_at: at(0),
        begun_at: None,
        provider_id: None,
        refused: None,
    };
    let begin = async |hour| {
        let begun = hand_overs::begin(table, shop.tenant, message(), at(hour)).await;
        begun.expect("a write")
    };
    assert!(!begin(0).await, "there is none yet");
    let create = hand_overs::create(shop.tenant, &hand_over).expect("a write");
    assert!(happens(table, create).await);
    assert!(begin(1).await && !begin(2).await);
    for hour in [2, 1] {
        let back = hand_overs::give_back(table, shop.tenant, message(), at(hour)).await;
        back.expect("a write");
        assert_eq!(begin(3).await, hour == 1, "only who began gives back");
    }
    assert!(happens(table, hand_overs::accepted(shop.tenant, message(), "0102")).await);
    assert!(happens(table, hand_overs::accepted(shop.tenant, message(), "0103")).await);
    let found = hand_overs::get(table, shop.tenant, message()).await.expect("a read");
    let state = found.expect("it was made").state();
    assert_eq!(state, HandOverState::Accepted("0102".to_owned()), "the first answer stays");
    let stopped = Stopped { at: at(4), reason: "no".to_owned() };
    let other = hand_overs::refused(shop.tenant, MessageId::from_bits(8), &stopped);
    assert!(!happens(table, other.expect("a write")).await, "none is made by an answer");
}
