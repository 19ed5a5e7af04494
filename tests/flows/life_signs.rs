//! Mail from an address shows that it lives (H4): temporary bounces are past, permanent ones are not.

use std::time::Duration;

use domain::email_address::EmailAddress;
use domain::suppression::SuppressionScope;
use flows::ports::Clock;
use flows::take_in_mail::take_in_mail;
use store::suppressions::{self, Asked};
use store::table::Units;
use testkit::people::send_one_off;
use testkit::raw_mail::Draft;
use testkit::ses_events::{Cause, FULL, NO_MAILBOX};

use crate::bench_of_inbound::{ANNA, CUSTOMER, Inbound};
use crate::sending_deaths::DyingTable;

const LENA: &str = "lena@harbour.example";
const PASS: &[(&str, &str)] = &[("dmarc", "pass")];

/// Lena's mailbox has refused three mails, a day apart.
async fn blocked(cause: Cause<'static>) -> Inbound {
    let inbound = Inbound::new().await;
    bounce(&inbound, cause, 1..4).await;
    assert!(is_blocked(&inbound).await);
    inbound.world.clock.advance(Duration::from_secs(60));
    inbound
}

async fn bounce(inbound: &Inbound, cause: Cause<'static>, numbers: std::ops::Range<u128>) {
    let records = &inbound.world.records;
    for number in numbers {
        inbound.world.clock.advance(Duration::from_secs(25 * 3_600));
        let sent = send_one_off(records, inbound.tenant.id, number, LENA).await.unwrap();
        let now = inbound.world.clock.now();
        let json = sent.bounce(cause, now);
        let decoded = mail::bounce::decode(json.as_bytes());
        let events = flows::apply_mail_event::locate(records, &decoded, now).await.unwrap();
        flows::apply_mail_event::apply_mail_events(records, &events).await.unwrap();
    }
}

async fn is_blocked(inbound: &Inbound) -> bool {
    let records = &inbound.world.records;
    let asked = [Asked::one_off(EmailAddress::parse(LENA).unwrap())];
    let (table, now) = (records.table.as_ref(), records.clock.now());
    let found =
        suppressions::blocking(table, inbound.tenant.id, &records.hasher, &asked, now).await;
    !found.unwrap().is_empty()
}

fn mail() -> Draft {
    Draft::new("alive", CUSTOMER, ANNA)
}

#[tokio::test]
async fn an_authenticated_mail_lifts_the_block_and_the_count_begins_anew() {
    let inbound = blocked(FULL).await;
    inbound.bring_to(&mail(), &[ANNA], PASS).await;
    assert!(!is_blocked(&inbound).await);
    bounce(&inbound, FULL, 4..6).await;
    assert!(!is_blocked(&inbound).await, "two since then");
    bounce(&inbound, FULL, 6..7).await;
    assert!(is_blocked(&inbound).await, "three since then");
}

#[tokio::test]
async fn a_mail_that_anybody_or_a_program_could_have_written_changes_nothing() {
    let inbound = blocked(FULL).await;
    for verdicts in [&[][..], &[("dmarc", "fail")], &[("dmarc", "pass"), ("spam", "fail")]] {
        inbound.bring_to(&mail(), &[ANNA], verdicts).await;
    }
    for line in ["Auto-Submitted: auto-replied", "List-Id: <news.harbour.example>"] {
        inbound.bring_to(&mail().field(line), &[ANNA], PASS).await;
    }
    let two = Draft::new("two", &format!("{CUSTOMER}, Tom <tom@harbour.example>"), ANNA);
    inbound.bring_to(&two, &[ANNA], PASS).await;
    let other = Draft::new("other", "Tom <tom@harbour.example>", ANNA);
    inbound.bring_to(&other, &[ANNA], PASS).await;
    assert!(is_blocked(&inbound).await);
    // A tag that only looks like one of ours is none.
    let forged = format!("anna+r0m{}{}@crm.example.com", "0".repeat(26), "a".repeat(13));
    inbound.bring_to(&mail(), &[&forged], &[]).await;
    assert!(is_blocked(&inbound).await);
}

#[tokio::test]
async fn a_permanent_block_is_not_lifted_by_a_mail() {
    let inbound = blocked(NO_MAILBOX).await;
    inbound.bring_to(&mail(), &[ANNA], PASS).await;
    assert!(is_blocked(&inbound).await);
}

#[tokio::test]
async fn a_mail_told_late_does_not_lift_what_came_after_it() {
    let inbound = Inbound::new().await;
    let announced = inbound.judged(&mail(), &[ANNA], PASS);
    bounce(&inbound, FULL, 1..4).await;
    inbound.take_in(&announced).await;
    assert!(is_blocked(&inbound).await);
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_of_the_table_leaves_the_rest_to_the_next() {
    let cut = async |calls, done_first| {
        let inbound = blocked(FULL).await;
        let announced = inbound.judged(&mail(), &[ANNA], PASS);
        let table = DyingTable::over(inbound.world.table.clone(), calls, done_first);
        let records = inbound.world.records_through(table);
        let archive = inbound.world.archive.as_ref();
        let cut = take_in_mail(&records, archive, &announced).await.is_err();
        inbound.world.clock.advance(Duration::from_secs(3_600));
        inbound.take_in(&announced).await;
        assert!(!is_blocked(&inbound).await, "died after {calls} calls");
        let address = EmailAddress::parse(LENA).unwrap();
        let (records, tenant) = (&inbound.world.records, inbound.tenant.id);
        let key = store::bounce_history::address_key(tenant, &records.hasher.address(&address));
        let stored = records.table.get(&key).await.unwrap().item.unwrap();
        let history: domain::temporary_bounces::TemporaryBounces =
            store::item::from_item(stored).unwrap();
        assert!(history.is_empty(), "died after {calls} calls");
        cut
    };
    let mut calls = 1;
    while cut(calls, false).await {
        assert!(cut(calls, true).await);
        calls += 1;
    }
    assert!(calls > 7, "{calls}");
}

#[tokio::test]
async fn the_look_at_it_costs_one_read_unit_and_no_call() {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("first", CUSTOMER, ANNA)).await;
    let next = Draft::new("second", CUSTOMER, ANNA).answering(&["first"]);
    let announced = inbound.judged(&next, &[ANNA], PASS);
    inbound.world.table.reset_usage();
    inbound.take_in(&announced).await;
    let usage = inbound.world.table.usage();
    assert_eq!((usage.calls(), usage.units()), (4, Units { read: 18.0, write: 14.0 }));
    let scope = SuppressionScope::Bounces;
    let address = EmailAddress::parse(LENA).unwrap();
    let records = &inbound.world.records;
    let (table, hasher) = (records.table.as_ref(), &records.hasher);
    let block = suppressions::get(table, inbound.tenant.id, hasher, scope, &address).await;
    assert_eq!(block.unwrap(), None);
}
