//! The counts that reports and rates are read from: exact in every order of the facts, and cheap.

use std::sync::Arc;

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::day_tally::Volume;
use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ContactId, MessageId, TenantId};
use domain::mail_event::{Bounce, ComplaintFact, Fact, ServerWords};
use domain::send::{Send, SendPlace};
use domain::timestamp::Timestamp;
use store::day_tallies::{self, Dimension};
use store::table::Table;
use testkit::memory_table::MemoryTable;

fn tenant() -> TenantId {
    TenantId::from_bits(1)
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn one_off(number: u128, to: &str, queued_at: &str) -> Send {
    let place = SendPlace::OneOff { message: MessageId::from_bits(number) };
    Send::queued(place, EmailAddress::parse(to).unwrap(), None, at(queued_at))
}

fn bounced(category: BounceCategory, reason: BounceReason, status: &str) -> Fact {
    Fact::Bounced(Bounce {
        at: at("2026-11-25T00:00:00Z"),
        permanence: category.permanence(),
        category,
        reason,
        hard: false,
        status: Some(status.to_owned()),
        reply: None,
        diagnostic: ServerWords::new("who knows"),
    })
}

/// Learns a fact and counts it, as the flow that applies events does.
async fn tell(table: &MemoryTable, send: &mut Send, fact: &Fact) {
    if let Some(counted) = send.learn(at("2026-11-25T00:00:00Z"), fact) {
        let writes = day_tallies::count(tenant(), &[(send, counted)]);
        if !writes.is_empty() {
            table.transact(writes).await.unwrap();
        }
    }
}

#[tokio::test]
async fn mail_is_counted_in_the_day_and_hour_it_was_queued_whenever_its_events_come() {
    let full = bounced(BounceCategory::MailboxFull, BounceReason::MailboxFull, "5.2.2");
    let gone = bounced(BounceCategory::BadMailbox, BounceReason::UserUnknown, "5.1.1");
    let complaint =
        Fact::Complained(ComplaintFact { at: at("2026-11-25T00:00:00Z"), feedback_type: None });
    let facts = [
        (0, Fact::Sent),
        (1, Fact::Sent),
        (2, Fact::Sent),
        (0, Fact::Delivered),
        (1, full),
        (1, gone.clone()),
        (2, gone),
        (0, complaint),
    ];
    for shift in 0..facts.len() {
        let table = MemoryTable::new();
        let mut sends = [
            one_off(1, "a@example.com", "2026-11-22T09:59:59Z"),
            one_off(2, "b@example.com", "2026-11-22T10:00:00Z"),
            one_off(3, "c@example.net", "2026-11-23T00:00:00Z"),
        ];
        // Twice around, from every start: repeated and in another order.
        for step in 0..2 * facts.len() {
            let (send, fact) = &facts[(shift + step * 3) % facts.len()];
            tell(&table, &mut sends[*send], fact).await;
        }
        let days = [day("2026-11-22"), day("2026-11-23")];
        let tallies = day_tallies::days(&table, tenant(), &days).await.unwrap();
        let first = &tallies[&days[0]];
        assert_eq!(first.hours[9], Volume { sent: 1, bounced: 0, complained: 1 }, "shift {shift}");
        assert_eq!(first.hours[10], Volume { sent: 1, bounced: 1, complained: 0 }, "shift {shift}");
        assert_eq!((first.delivered, first.bounces.all()), (1, 2));
        assert_eq!(first.bounces.of_type(Permanence::Permanent), 1);
        assert_eq!(tallies[&days[1]].volume(), Volume { sent: 1, bounced: 1, complained: 0 });
    }
}

#[tokio::test]
async fn bounces_are_told_apart_by_domain_diagnostic_and_campaign() {
    let table = MemoryTable::new();
    let campaign = CampaignId::from_bits(5);
    let place = SendPlace::Campaign { campaign, chunk: 3, contact: ContactId::from_bits(7) };
    let to = EmailAddress::parse("a@example.com").unwrap();
    let mut send = Send::queued(place, to, None, at("2026-11-22T09:00:00Z"));
    tell(&table, &mut send, &Fact::Sent).await;
    tell(
        &table,
        &mut send,
        &bounced(BounceCategory::BadMailbox, BounceReason::UserUnknown, "5.1.1"),
    )
    .await;
    let mut other = one_off(9, "b@example.net", "2026-11-22T12:00:00Z");
    tell(
        &table,
        &mut other,
        &bounced(BounceCategory::MailboxFull, BounceReason::MailboxFull, "4.2.2"),
    )
    .await;
    let by = async |dimension| {
        let found =
            day_tallies::breakdown(&table, tenant(), day("2026-11-22"), dimension).await.unwrap();
        assert!(!found.cut);
        found.values.into_iter().map(|(value, n)| (value, n.all())).collect::<Vec<_>>()
    };
    let counted = |pairs: &[(&str, u64)]| -> Vec<(String, u64)> {
        pairs.iter().map(|(value, n)| ((*value).to_owned(), *n)).collect()
    };
    assert_eq!(by(Dimension::Domain).await, counted(&[("example.com", 1), ("example.net", 1)]));
    let diagnostics = counted(&[("4.2.2 mailboxfull", 1), ("5.1.1 userunknown", 1)]);
    assert_eq!(by(Dimension::Diagnostic).await, diagnostics);
    assert_eq!(by(Dimension::Campaign).await, counted(&[(&campaign.to_string(), 1)]));
    let (volume, bounces) = day_tallies::campaign(&table, tenant(), campaign).await.unwrap();
    assert_eq!(volume, Volume { sent: 1, bounced: 1, complained: 0 });
    assert_eq!(bounces.of(BounceCategory::BadMailbox), 1);
    let (nothing, _) =
        day_tallies::campaign(&table, TenantId::from_bits(2), campaign).await.unwrap();
    assert_eq!(nothing, Volume::default());
}

#[tokio::test]
async fn praise_is_no_complaint() {
    let table = MemoryTable::new();
    let mut send = one_off(1, "a@example.com", "2026-11-22T09:00:00Z");
    let praise = ComplaintFact {
        at: at("2026-11-22T10:00:00Z"),
        feedback_type: Some("not-spam".to_owned()),
    };
    tell(&table, &mut send, &Fact::Complained(praise)).await;
    let days = [day("2026-11-22")];
    let tallies = day_tallies::days(&table, tenant(), &days).await.unwrap();
    assert_eq!(tallies[&days[0]].volume(), Volume::default());
}

#[tokio::test]
async fn a_hundred_facts_of_one_chunk_make_three_writes_and_a_month_is_read_in_two_calls() {
    let table = Arc::new(MemoryTable::new());
    let campaign = CampaignId::from_bits(5);
    let mut sends: Vec<Send> = (0..100)
        .map(|n| {
            let contact = ContactId::from_bits(n);
            let place = SendPlace::Campaign { campaign, chunk: 8, contact };
            let to = EmailAddress::parse(&format!("a{n}@example.com")).unwrap();
            Send::queued(place, to, None, at("2026-11-22T09:00:00Z"))
        })
        .collect();
    let mut facts = Vec::new();
    for send in &mut sends {
        let counted = send.learn(at("2026-11-22T09:00:01Z"), &Fact::Sent).unwrap();
        facts.push((&*send, counted));
    }
    let writes = day_tallies::count(tenant(), &facts);
    assert_eq!(writes.len(), 3);
    table.transact(writes).await.unwrap();
    assert_eq!(table.usage().units().write, 6.0);
    table.reset_usage();
    let last = day("2026-11-22");
    let month: Vec<Day> = last.all_from(last.back(30)).collect();
    let tallies = day_tallies::days(table.as_ref(), tenant(), &month).await.unwrap();
    assert_eq!(tallies.len(), 31);
    assert_eq!(tallies[&last].volume().sent, 100);
    assert_eq!(table.usage().calls(), 2);
}
