//! The bounce report in its three forms, equal to what happened, and the rates.

use domain::bounce::BounceReason;
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ContactId, MessageId};
use domain::mail_event::{Bounce, ComplaintFact, Fact, ServerWords};
use domain::send::{Send, SendPlace};
use domain::timestamp::Timestamp;
use serde_json::{Value, json};
use store::table::Table;

use crate::office::{Firm, Office, items};

fn bounce(category: BounceCategory, reason: BounceReason, status: &str) -> Fact {
    Fact::Bounced(Bounce {
        at: Timestamp::parse("2026-11-22T09:00:00Z").unwrap(),
        permanence: category.permanence(),
        category,
        reason,
        hard: category == BounceCategory::BadMailbox,
        status: Some(status.to_owned()),
        reply: None,
        diagnostic: ServerWords::new("=cmd|' /C calc'!A0"),
    })
}

/// Sends a mail and learns what became of it, as the flow that applies events does.
async fn sent(office: &Office, firm: &Firm, place: SendPlace, to: &str, day: &str, facts: &[Fact]) {
    let at = Timestamp::parse(&format!("{day}T09:00:00Z")).unwrap();
    let mut send = Send::queued(place, EmailAddress::parse(to).unwrap(), None, at);
    let mut counted = Vec::new();
    for fact in std::iter::once(&Fact::Sent).chain(facts) {
        if let Some(one) = send.learn(at, fact) {
            counted.push((send.clone(), one));
        }
    }
    let facts: Vec<_> = counted.iter().map(|(send, one)| (send, *one)).collect();
    let mut writes = store::day_tallies::count(firm.id, &facts);
    let hasher = &office.world.records.hasher;
    writes.push(store::sends::create(firm.id, hasher, &send).unwrap());
    office.world.table.transact(writes).await.unwrap();
}

fn campaign() -> CampaignId {
    CampaignId::from_bits(5)
}

/// Nine mails: two mailboxes full, three gone, one refused by policy, one complaint, two delivered.
async fn scene() -> (Office, Firm) {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let full = || bounce(BounceCategory::MailboxFull, BounceReason::MailboxFull, "5.2.2");
    let gone = || bounce(BounceCategory::BadMailbox, BounceReason::UserUnknown, "5.1.1");
    let policy = || bounce(BounceCategory::PolicyRelated, BounceReason::PolicyViolation, "5.7.1");
    let at = Timestamp::parse("2026-11-22T09:00:00Z").unwrap();
    let complaint = || Fact::Complained(ComplaintFact { at, feedback_type: None });
    let mails = [
        ("a@harbour.example", "2026-11-20", vec![full()]),
        ("b@harbour.example", "2026-11-20", vec![gone()]),
        ("c@harbour.example", "2026-11-21", vec![gone()]),
        ("d@quay.example", "2026-11-21", vec![gone()]),
        ("e@quay.example", "2026-11-21", vec![full()]),
        ("f@pier.example", "2026-11-22", vec![policy()]),
        ("g@pier.example", "2026-11-22", vec![Fact::Delivered, complaint()]),
        ("h@pier.example", "2026-11-22", vec![Fact::Delivered]),
        ("i@pier.example", "2026-11-22", vec![Fact::Delivered]),
    ];
    for (number, (to, day, facts)) in (1_u32..).zip(mails) {
        let place = if number <= 3 {
            let contact = ContactId::from_bits(u128::from(number));
            SendPlace::Campaign { campaign: campaign(), chunk: number, contact }
        } else {
            SendPlace::OneOff { message: MessageId::from_bits(u128::from(number)) }
        };
        sent(&office, &firm, place, to, day, &facts).await;
    }
    (office, firm)
}

/// Value and count of each entry of a group.
fn counts(report: &Value, group: &str) -> Vec<(String, u64)> {
    let entries = report[group].as_array().unwrap().iter();
    entries
        .map(|one| (one["value"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap()))
        .collect()
}

fn pairs(all: &[(&str, u64)]) -> Vec<(String, u64)> {
    all.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
}

#[tokio::test]
async fn the_report_equals_what_happened_in_every_group() {
    let (office, firm) = scene().await;
    let path = "/v1/reports/bounces?from=2026-11-20&to=2026-11-22";
    office.world.table.reset_usage();
    let report = office.get(path).by(&firm.member).send().await.expect(200);
    assert!(office.world.table.usage().calls() <= 2 + 1 + 3 * 3 * 4, "bounded by days");
    assert_eq!(
        [&report["sent"], &report["delivered"], &report["bounced"], &report["complained"]],
        [9, 3, 6, 1]
    );
    assert_eq!(counts(&report, "by_type"), pairs(&[("temporary", 2), ("permanent", 4)]));
    let categories = [
        ("permanent/bad mailbox", 3),
        ("temporary/mailbox full", 2),
        ("permanent/policy related", 1),
    ];
    assert_eq!(counts(&report, "by_category"), pairs(&categories));
    let domains = [("harbour.example", 3), ("quay.example", 2), ("pier.example", 1)];
    assert_eq!(counts(&report, "by_domain"), pairs(&domains));
    let diagnostics =
        [("5.1.1 userunknown", 3), ("5.2.2 mailboxfull", 2), ("5.7.1 policyviolation", 1)];
    assert_eq!(counts(&report, "by_diagnostic"), pairs(&diagnostics));
    assert_eq!(counts(&report, "by_campaign"), pairs(&[(&campaign().to_string(), 3)]));
    let day = |day: &str, sent: u64, bounced: u64, complained: u64| json!({"day": day, "sent": sent, "bounced": bounced, "complained": complained});
    let days = [day("2026-11-20", 2, 2, 0), day("2026-11-21", 3, 3, 0), day("2026-11-22", 4, 1, 1)];
    assert_eq!(report["by_day"], json!(days));
    assert_eq!(report["complete"], true);
    let one = "/v1/reports/bounces?from=2026-11-20&to=2026-11-20";
    let one = office.get(one).by(&firm.member).send().await.expect(200);
    assert_eq!(counts(&one, "by_domain"), pairs(&[("harbour.example", 2)]));
}

#[tokio::test]
async fn the_csv_has_a_row_for_every_count() {
    let (office, firm) = scene().await;
    let path = "/v1/reports/bounces.csv?from=2026-11-20&to=2026-11-22";
    let reply = office.get(path).by(&firm.member).send().await;
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    let text = String::from_utf8(reply.octets).unwrap();
    let rows: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(rows.len(), 1 + 2 + 3 + 3 + 1 + 3 + 3 + 1, "{text}");
    for row in [
        "\"domain\",\"harbour.example\",\"3\",\"1\",\"2\",\"\"",
        "\"category\",\"permanent/bad mailbox\",\"3\",\"0\",\"3\",\"\"",
        "\"day\",\"2026-11-21\",\"3\",\"\",\"\",\"3\"",
    ] {
        assert!(rows.contains(&row), "{row} in {text}");
    }
}

#[tokio::test]
async fn the_charts_are_well_formed_and_show_the_exact_numbers() {
    let (office, firm) = scene().await;
    let path = "/v1/reports/bounces.svg?from=2026-11-20&to=2026-11-22";
    for (rev, language) in (1..).zip(["en", "de", "zh"]) {
        let patch = json!({"language": language});
        office.patch("/v1/settings", rev, patch).by(&firm.owner).send().await;
        let reply = office.get(path).by(&firm.member).send().await;
        assert_eq!(reply.headers["content-type"], "image/svg+xml");
        let text = String::from_utf8(reply.octets).unwrap();
        let document = roxmltree::Document::parse(&text).expect("well-formed XML");
        let shown = document.descendants().filter(|node| node.attribute("class") == Some("count"));
        let shown: Vec<&str> = shown.filter_map(|node| node.text()).collect();
        assert_eq!(shown, ["3", "2", "1", "2", "3", "1"], "{language}");
    }
}

#[tokio::test]
async fn a_report_is_asked_for_days_in_order_and_not_for_too_many() {
    let (office, firm) = scene().await;
    for query in ["from=2026-11-22&to=2026-11-20", "from=2026-01-01", "from=today", "day=1"] {
        let path = format!("/v1/reports/bounces?{query}");
        let refused = office.get(&path).by(&firm.member).send().await;
        refused.expect_problem(400, "query_malformed");
    }
    let month = office.get("/v1/reports/bounces").by(&firm.member).send().await.expect(200);
    assert_eq!((&month["from"], &month["to"]), (&json!("2026-10-24"), &json!("2026-11-22")));
}

#[tokio::test]
async fn the_rates_tell_volume_share_and_level() {
    let (office, firm) = scene().await;
    let path = format!("/v1/reports/rates?campaign={}", campaign());
    let told = office.get(&path).by(&firm.member).send().await.expect(200);
    let rate = |window: &str, metric: &str| {
        let mut all = items(&told).iter();
        let found = all.find(|one| one["window"] == window && one["metric"] == metric).unwrap();
        (found["sent"].clone(), found["count"].clone(), found["level"].clone())
    };
    assert_eq!(rate("last_day", "bounces"), (json!(7), json!(4), json!("too_few")));
    assert_eq!(rate("last_week", "bounces"), (json!(9), json!(6), json!("too_few")));
    assert_eq!(rate("campaign", "bounces"), (json!(3), json!(3), json!("too_few")));
    let other = office.firm("umbrella", false).await;
    let told = office.get(&path).by(&other.member).send().await.expect(200);
    assert!(items(&told).iter().all(|one| one["sent"] == 0 && one["rate_ppm"].is_null()));
}

#[tokio::test]
async fn bounces_and_complaints_are_listed_and_filtered() {
    let (office, firm) = scene().await;
    let listed = async |path: &str| {
        let listed = office.get(path).by(&firm.member).send().await.expect(200);
        let mut addresses: Vec<String> =
            items(&listed).iter().map(|one| one["address"].as_str().unwrap().to_owned()).collect();
        addresses.sort();
        addresses
    };
    assert_eq!(listed("/v1/bounces").await.len(), 6);
    let full = ["a@harbour.example", "e@quay.example"];
    assert_eq!(listed("/v1/bounces?type=temporary").await, full);
    assert_eq!(listed("/v1/bounces?category=temporary/mailbox%20full").await, full);
    assert_eq!(listed("/v1/complaints").await, ["g@pier.example"]);
    let of_it = format!("/v1/bounces?type=permanent&campaign={}", campaign());
    assert_eq!(listed(&of_it).await, ["b@harbour.example", "c@harbour.example"]);
    assert!(listed("/v1/bounces?from=2026-11-23").await.is_empty());
    let first = office.get("/v1/bounces?limit=4").by(&firm.member).send().await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/v1/bounces?limit=4&cursor={cursor}");
    let second = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!((items(&first).len(), items(&second).len()), (4, 2));
    let told = &items(&first)[0];
    assert!(told["recommendation"].as_str().unwrap().len() > 10);
}

#[tokio::test]
async fn an_invalid_address_is_listed_from_the_seventh_day_on() {
    let (office, firm) = scene().await;
    let listed = async || {
        let path = "/v1/address_statuses";
        let listed = office.get(path).by(&firm.member).send().await.expect(200);
        items(&listed).len()
    };
    let at = |text: &str| Timestamp::parse(text).unwrap();
    office.world.clock.set(at("2026-11-26T09:00:00Z"));
    assert_eq!(listed().await, 0, "day 6 after the first");
    office.world.clock.set(at("2026-11-27T09:00:00Z"));
    assert_eq!(listed().await, 1, "day 7");
    office.world.clock.set(at("2026-11-28T09:00:00Z"));
    assert_eq!(listed().await, 3);
}
