//! The provider's suppression list and ours, in step both ways.

use domain::email_address::EmailAddress;
use domain::ids::MessageId;
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::timestamp::Timestamp;
use flows::ports::{Clock, ListedFor, SuppressionList};
use flows::take_in_provider_list::take_in_provider_list;
use flows::tell_provider_list::tell_provider_list;
use mail::reply_token::{ReplyKey, ReplyTarget, ReplyToken};
use store::suppressions;
use store::table::Table;
use testkit::people::{self, send_one_off};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::sending_deaths::DyingTable;

const LENA: &str = "lena@harbour.example";

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// A bounce of a mail to Lena has come by mail, or a complaint about it.
async fn returned(part: &str) -> Inbound {
    let inbound = Inbound::new().await;
    let records = &inbound.world.records;
    send_one_off(records, inbound.tenant.id, 7, LENA).await.unwrap();
    let key = ReplyKey::current(&records.hasher);
    let target = ReplyTarget::Message(MessageId::from_bits(7));
    let token = ReplyToken::sign(key, inbound.tenant.id, target);
    let to = format!("anna+{}@crm.example.com", token.as_str());
    let raw = format!(
        "From: MAILER-DAEMON@mx.harbour.example\nTo: {ANNA}\nSubject: Returned\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; boundary=\"b\"; report-type={part}"
    );
    let raw = raw.replace('\n', "\r\n").into_bytes();
    let announced = inbound.announce("inbound/0", raw, &[&to]);
    inbound.take_in(&announced).await;
    inbound
}

const BOUNCE: &str = "delivery-status\n\n--b\nContent-Type: text/plain\n\nNo such user.\n\n\
                      --b\nContent-Type: message/delivery-status\n\n\
                      Reporting-MTA: dns; mx.harbour.example\n\n\
                      Final-Recipient: rfc822; lena@harbour.example\nAction: failed\nStatus: 5.1.1\n\
                      Diagnostic-Code: smtp; 550 5.1.1 no such user here\n\n--b--\n";
const COMPLAINT: &str = "feedback-report\n\n--b\nContent-Type: text/plain\n\nA complaint.\n\n\
                         --b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\n\
                         User-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: lena@harbour.example\n\n\
                         --b\nContent-Type: text/rfc822-headers\n\nSubject: Offer\n\n--b--\n";

async fn tell(inbound: &Inbound) -> u64 {
    let list = inbound.world.suppression_list.as_ref();
    tell_provider_list(&inbound.world.records, list, inbound.tenant.id).await.unwrap()
}

async fn block(inbound: &Inbound, scope: SuppressionScope) -> Option<Suppression> {
    let records = &inbound.world.records;
    let table = records.table.as_ref();
    let (tenant, hasher) = (inbound.tenant.id, &records.hasher);
    suppressions::get(table, tenant, hasher, scope, &address(LENA)).await.unwrap()
}

#[tokio::test]
async fn what_is_learned_by_mail_is_told_to_the_provider_once() {
    for (part, listed_for) in [(BOUNCE, ListedFor::Bounce), (COMPLAINT, ListedFor::Complaint)] {
        let inbound = returned(part).await;
        let list = inbound.world.suppression_list.clone();
        assert!(!list.has(&address(LENA)));
        assert_eq!((tell(&inbound).await, tell(&inbound).await), (1, 0));
        assert_eq!(list.get(&address(LENA)).await.unwrap(), Some(listed_for));
    }
}

#[tokio::test]
async fn what_was_lifted_meanwhile_is_not_listed() {
    let inbound = returned(BOUNCE).await;
    let mut block = block(&inbound, SuppressionScope::Bounces).await.unwrap();
    let rev = block.rev;
    block.lift(inbound.world.clock.now(), true);
    inbound.world.table.write(suppressions::replace(&block, rev).unwrap()).await.unwrap();
    assert_eq!(tell(&inbound).await, 0);
    assert!(!inbound.world.suppression_list.has(&address(LENA)));
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_told_by_the_next_run() {
    let inbound = returned(BOUNCE).await;
    let list = inbound.world.suppression_list.clone();
    list.fail(true);
    let records = &inbound.world.records;
    assert!(tell_provider_list(records, list.as_ref(), inbound.tenant.id).await.is_err());
    list.fail(false);
    assert_eq!(tell(&inbound).await, 1);
}

#[tokio::test]
async fn a_run_that_dies_at_any_call_is_made_good_by_the_next() {
    let mut calls = 1;
    loop {
        let inbound = returned(BOUNCE).await;
        let table = DyingTable::over(inbound.world.table.clone(), calls, false);
        let records = inbound.world.records_through(table);
        let list = inbound.world.suppression_list.as_ref();
        let cut = tell_provider_list(&records, list, inbound.tenant.id).await.is_err();
        tell(&inbound).await;
        assert!(list.has(&address(LENA)), "died after {calls} calls");
        assert_eq!(tell(&inbound).await, 0);
        if !cut {
            break;
        }
        calls += 1;
    }
    assert_eq!(calls, 5, "four calls");
}

async fn take_in(inbound: &Inbound) -> u64 {
    let list = inbound.world.suppression_list.as_ref();
    take_in_provider_list(&inbound.world.records, list).await.unwrap()
}

/// People of ours have records of these.
async fn with_contacts(names: &[String]) -> Inbound {
    let inbound = Inbound::new().await;
    for name in names {
        inbound.bring(&Draft::new(name, name, ANNA)).await;
    }
    inbound
}

#[tokio::test]
async fn entries_of_the_provider_block_those_whom_a_tenant_knows() {
    let inbound = with_contacts(&[LENA.to_owned()]).await;
    people::make_tenant(&inbound.world.records, 2, &[]).await.unwrap();
    let (list, now) = (inbound.world.suppression_list.clone(), inbound.world.clock.now());
    list.note_for(address(LENA), ListedFor::Bounce, now);
    list.note_for(address("nobody@harbour.example"), ListedFor::Bounce, now);
    assert_eq!(take_in(&inbound).await, 1);
    let found = block(&inbound, SuppressionScope::Bounces).await.unwrap();
    assert_eq!((found.cause, found.blocked_at), (SuppressionCause::ProviderList, now));
    assert_eq!(found.contact, Some(inbound.contacts()[0].id));
    let all: Vec<Suppression> = inbound.records(store::table::TableName::Crm, "suppression");
    assert_eq!(all.len(), 1);
    assert_eq!(take_in(&inbound).await, 0);
    list.note_for(address(LENA), ListedFor::Complaint, now);
    assert_eq!(take_in(&inbound).await, 1);
    assert!(block(&inbound, SuppressionScope::Global).await.is_some());
}

#[tokio::test]
async fn what_we_know_by_ourselves_stays_and_what_people_lifted_stays_lifted() {
    let inbound = returned(BOUNCE).await;
    inbound.bring(&Draft::new("a", LENA, ANNA)).await;
    let list = inbound.world.suppression_list.clone();
    let earlier = Timestamp::from_seconds(1_795_000_000);
    list.note_for(address(LENA), ListedFor::Bounce, earlier);
    assert_eq!(take_in(&inbound).await, 0);
    let mut known = block(&inbound, SuppressionScope::Bounces).await.unwrap();
    assert_eq!(known.cause, SuppressionCause::Bounce);
    let rev = known.rev;
    known.lift(inbound.world.clock.now(), true);
    inbound.world.table.write(suppressions::replace(&known, rev).unwrap()).await.unwrap();
    assert_eq!(take_in(&inbound).await, 0);
    assert!(block(&inbound, SuppressionScope::Bounces).await.unwrap().is_lifted());
}

#[tokio::test]
async fn many_entries_are_taken_in_page_by_page_and_later_only_what_is_new() {
    let names: Vec<String> = (0..50).map(|n| format!("a{n:02}@harbour.example")).collect();
    let inbound = with_contacts(&names).await;
    let (list, now) = (inbound.world.suppression_list.clone(), inbound.world.clock.now());
    for name in &names {
        list.note_for(address(name), ListedFor::Bounce, now);
    }
    // Ten pages of four entries a run.
    assert_eq!((take_in(&inbound).await, take_in(&inbound).await), (40, 10));
    assert_eq!(take_in(&inbound).await, 0);
    list.forget_marks(true);
    inbound.world.clock.advance(std::time::Duration::from_secs(3 * 86_400));
    assert_eq!(take_in(&inbound).await, 0, "it ends at its first page");
}

#[tokio::test]
async fn a_mark_that_is_good_no_more_begins_the_pass_anew() {
    let names: Vec<String> = (0..50).map(|n| format!("a{n:02}@harbour.example")).collect();
    let inbound = with_contacts(&names).await;
    let (list, now) = (inbound.world.suppression_list.clone(), inbound.world.clock.now());
    for name in &names {
        list.note_for(address(name), ListedFor::Bounce, now);
    }
    assert_eq!(take_in(&inbound).await, 40);
    list.forget_marks(true);
    assert_eq!(take_in(&inbound).await, 0);
    list.forget_marks(false);
    assert_eq!((take_in(&inbound).await, take_in(&inbound).await), (0, 10));
}
