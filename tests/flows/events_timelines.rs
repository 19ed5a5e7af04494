//! What events change, along the clock: H1, H4, H9 to H13.

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::contact::{Contact, ContactKind, ContactSource};
use domain::email_address::EmailAddress;
use domain::ids::ContactId;
use domain::notice::Matter;
use domain::send::SendStatus;
use domain::suppression::{SuppressionCause, SuppressionScope};
use domain::tenant::TenantSettings;
use flows::address_to_send::{Picked, address_to_send};
use testkit::ses_events::{Cause, FULL, NO_MAILBOX, POLICY};

use crate::bench_of_events::Mailing;

const LENA: &str = "lena@harbour.example";

#[tokio::test]
async fn a_permanent_bounce_blocks_at_once_and_is_seen_on_the_send() {
    let m = Mailing::new().await;
    let mail = m.one_off(1, LENA).await;
    let applied = m.apply(&[mail.bounce(NO_MAILBOX, m.at(1))]).await;
    assert_eq!((applied.learned, applied.blocked), (1, 1));
    let send = m.send(&mail).await;
    assert_eq!(send.status(), SendStatus::BouncedPermanent);
    assert_eq!(send.category(), Some(BounceCategory::BadMailbox));
    let block = m.stops(LENA, m.at(2)).await.expect("it is blocked");
    assert_eq!((block.permanence, block.cause), (Permanence::Permanent, SuppressionCause::Bounce));
    assert_eq!(block.review_at, m.at(1 + 183 * 24));
    assert!(m.stops("other@harbour.example", m.at(2)).await.is_none());
}

#[tokio::test]
async fn the_third_temporary_bounce_a_day_apart_blocks_and_the_block_ends_by_itself() {
    let m = Mailing::new().await;
    for (number, hours) in [(1, 0), (2, 3), (3, 30), (4, 31)] {
        let mail = m.one_off(number, LENA).await;
        m.apply(&[mail.bounce(FULL, m.at(hours))]).await;
        assert_eq!(m.send(&mail).await.status(), SendStatus::BouncedTemporary);
        assert!(m.stops(LENA, m.at(40)).await.is_none(), "after {hours} hours");
    }
    let mail = m.one_off(5, LENA).await;
    m.apply(&[mail.bounce(FULL, m.at(55))]).await;
    let block = m.stops(LENA, m.at(56)).await.expect("it is blocked");
    assert_eq!(
        (block.permanence, block.category),
        (Permanence::Temporary, Some(BounceCategory::MailboxFull),)
    );
    assert!(m.stops(LENA, m.at(55 + 30 * 24 - 1)).await.is_some());
    assert!(m.stops(LENA, m.at(55 + 30 * 24)).await.is_none());
}

#[tokio::test]
async fn an_address_that_bounces_softly_for_ever_is_blocked_again_after_each_block() {
    let m = Mailing::new().await;
    let mut blocked_days = 0;
    for day in 0..120_i64 {
        if m.stops(LENA, m.at(day * 24)).await.is_some() {
            blocked_days += 1;
        } else {
            let mail = m.one_off(u128::try_from(day + 1).unwrap(), LENA).await;
            m.apply(&[mail.bounce(FULL, m.at(day * 24))]).await;
        }
    }
    assert!(blocked_days >= 85, "{blocked_days}");
}

#[tokio::test]
async fn a_person_who_follows_a_link_clears_temporary_bounces_and_a_scanner_does_not() {
    let m = Mailing::new().await;
    let mail = m.one_off(1, LENA).await;
    for (number, hours) in [(2, 0), (3, 30), (4, 60)] {
        let bounced = m.one_off(number, LENA).await;
        m.apply(&[bounced.bounce(FULL, m.at(hours))]).await;
    }
    assert!(m.stops(LENA, m.at(61)).await.is_some());
    let scanner = serde_json::json!({ "userAgent": "ExampleBot/1.0 crawler" });
    m.apply(&[mail.event("Click", "click", scanner, m.at(62))]).await;
    assert!(m.stops(LENA, m.at(63)).await.is_some());
    assert_eq!(m.send(&mail).await.status(), SendStatus::Delivered);
    m.apply(&[mail.told("Click", m.at(64))]).await;
    assert!(m.stops(LENA, m.at(65)).await.is_none());
    assert_eq!(m.send(&mail).await.status(), SendStatus::Clicked);
    let late = m.one_off(5, LENA).await;
    m.apply(&[late.bounce(FULL, m.at(63))]).await;
    assert!(m.stops(LENA, m.at(66)).await.is_none(), "what is told late is older than the click");
}

#[tokio::test]
async fn a_click_does_not_lift_a_permanent_block() {
    let m = Mailing::new().await;
    let mail = m.one_off(1, LENA).await;
    m.apply(&[mail.bounce(NO_MAILBOX, m.at(1)), mail.told("Click", m.at(2))]).await;
    assert!(m.stops(LENA, m.at(3)).await.is_some());
}

#[tokio::test]
async fn a_complaint_stops_all_mail_of_the_stack_and_tells_the_owner_once() {
    let m = Mailing::new().await;
    let mail = m.campaign(0, 7, LENA).await;
    for _ in 0..3 {
        m.apply(&[mail.complaint(m.at(1))]).await;
    }
    assert_eq!(m.send(&mail).await.status(), SendStatus::Complained);
    let block = m.stops(LENA, m.at(1)).await.expect("it is blocked");
    assert_eq!((block.scope, block.cause), (SuppressionScope::Global, SuppressionCause::Complaint));
    let other = domain::ids::TenantId::from_bits(99);
    let asked = [store::suppressions::Asked::one_off(mail.to.clone())];
    let records = &m.world.records;
    let blocking = store::suppressions::blocking(
        records.table.as_ref(),
        other,
        &records.hasher,
        &asked,
        m.at(1),
    );
    assert!(blocking.await.unwrap().contains_key(&mail.to), "another tenant's mail too");
    let notices = m.notices();
    assert_eq!(notices.len(), 1);
    assert!(matches!(notices[0].matter, Matter::Complaint { contact: Some(_), .. }));
}

#[tokio::test]
async fn a_report_that_mail_is_no_spam_blocks_nothing() {
    let m = Mailing::new().await;
    let mail = m.one_off(1, LENA).await;
    let body = serde_json::json!({
        "complainedRecipients": [{ "emailAddress": LENA }], "complaintFeedbackType": "not-spam",
    });
    m.apply(&[mail.event("Complaint", "complaint", body, m.at(1))]).await;
    assert!(m.stops(LENA, m.at(2)).await.is_none());
}

#[tokio::test]
async fn an_address_on_the_list_of_ses_gets_our_entry() {
    let m = Mailing::new().await;
    let mail = m.one_off(1, LENA).await;
    let listed: Cause<'_> = ("Permanent", "OnAccountSuppressionList", "5.1.1", "");
    m.apply(&[mail.bounce(listed, m.at(1))]).await;
    let block = m.stops(LENA, m.at(2)).await.expect("it is blocked");
    assert_eq!(block.cause, SuppressionCause::ProviderList);
}

#[tokio::test]
async fn twenty_refusals_of_one_domain_are_one_incident_and_other_domains_go_on() {
    let m = Mailing::new().await;
    let mut events = Vec::new();
    for n in 0..20 {
        let mail = m.campaign(0, n, &format!("p{n}@x.example")).await;
        events.push(mail.bounce(POLICY, m.at(1)));
    }
    m.apply(&events[..19]).await;
    assert!(m.stops("new@x.example", m.at(2)).await.is_none());
    m.apply(&events[19..]).await;
    m.apply(&events).await;
    let block = m.stops("new@x.example", m.at(2)).await.expect("mail to the domain rests");
    assert_eq!(
        (block.scope, block.category),
        (SuppressionScope::Domain, Some(BounceCategory::PolicyRelated),)
    );
    assert!(m.stops("new@y.example", m.at(2)).await.is_none());
    assert!(m.stops("new@x.example", m.at(26)).await.is_none(), "a day later it goes on");
    let incidents = m.notices();
    assert_eq!(incidents.len(), 1);
    assert!(
        matches!(&incidents[0].matter, Matter::DomainRefuses { domain, .. } if domain == "x.example")
    );
}

#[tokio::test]
async fn twenty_dead_mailboxes_of_one_domain_are_no_incident() {
    let m = Mailing::new().await;
    let mut events = Vec::new();
    for n in 0..25 {
        let mail = m.campaign(0, n, &format!("p{n}@x.example")).await;
        events.push(mail.bounce(NO_MAILBOX, m.at(1)));
    }
    m.apply(&events).await;
    assert!(m.stops("new@x.example", m.at(2)).await.is_none());
}

#[tokio::test]
async fn a_delay_is_shown_with_its_end_and_turns_into_what_comes_of_it() {
    let m = Mailing::new().await;
    for order in [[0, 1], [1, 0]] {
        let mail = m.one_off(u128::try_from(order[0] + 1).unwrap(), LENA).await;
        let events = [mail.delay(m.at(1), m.at(13)), mail.told("Delivery", m.at(3))];
        m.apply(&[events[order[0]].clone()]).await;
        if order[0] == 0 {
            let send = m.send(&mail).await;
            assert_eq!(send.status(), SendStatus::Delayed);
            assert_eq!(send.delayed.unwrap().until, Some(m.at(13)));
        }
        m.apply(&[events[order[1]].clone()]).await;
        assert_eq!(m.send(&mail).await.status(), SendStatus::Delivered);
    }
}

#[tokio::test]
async fn what_a_person_lifted_stays_lifted_when_the_old_event_comes_again() {
    let m = Mailing::new().await;
    let mail = m.one_off(1, LENA).await;
    let event = mail.bounce(NO_MAILBOX, m.at(1));
    m.apply(std::slice::from_ref(&event)).await;
    let mut block = m.block(SuppressionScope::Bounces, &mail.to).await.unwrap();
    let rev_before = block.rev;
    block.lift(m.at(5), true);
    let lift = store::suppressions::replace(&block, rev_before).unwrap();
    m.world.records.table.write(lift).await.unwrap();
    m.apply(&[event]).await;
    assert!(m.stops(LENA, m.at(6)).await.is_none());
    let again = m.one_off(2, LENA).await;
    m.apply(&[again.bounce(NO_MAILBOX, m.at(7))]).await;
    let block = m.stops(LENA, m.at(8)).await.expect("a new bounce blocks anew");
    assert_eq!(block.lifts, 1);
}

fn contact(addresses: &[&str]) -> Contact {
    let at = domain::timestamp::Timestamp::from_seconds(1);
    let (id, kind) = (ContactId::from_bits(5), ContactKind::Contact);
    let addresses = addresses.iter().map(|a| EmailAddress::parse(a).unwrap()).collect();
    Contact { addresses, ..Contact::new(id, kind, "Lena".to_owned(), ContactSource::Api, at) }
}

#[tokio::test]
async fn mail_goes_to_the_second_address_where_the_first_is_blocked_and_the_tenant_wishes_it() {
    let m = Mailing::new().await;
    let lena = contact(&[LENA, "lena@home.example"]);
    let pick = async |on: bool| {
        let settings = TenantSettings { secondary_address: on, ..TenantSettings::default() };
        address_to_send(&m.world.records, m.tenant, &settings, &lena, None, None).await.unwrap()
    };
    assert_eq!(pick(true).await, Picked::Send(lena.addresses[0].clone()));
    let mail = m.one_off(1, LENA).await;
    m.apply(&[mail.bounce(NO_MAILBOX, m.at(-1))]).await;
    assert!(matches!(pick(false).await, Picked::Blocked(_)));
    assert_eq!(pick(true).await, Picked::Send(lena.addresses[1].clone()));
    m.apply(&[mail.complaint(m.at(-1))]).await;
    assert!(matches!(pick(true).await, Picked::Blocked(_)), "who complained is left alone");
}
