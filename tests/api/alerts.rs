//! Alerts about rates and the reports of reviews, as who may read reports sees them.

use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::ids::AlertId;
use domain::timestamp::Timestamp;
use flows::ports::Clock;
use flows::review_blocks::{ReviewPorts, review_blocks};
use flows::watch_rates::watch_rates;
use serde_json::json;
use store::keys;
use store::table::{Change, Table, Write};
use testkit::memory_dns::MemoryDns;
use testkit::memory_sending_health::MemorySendingHealth;

use crate::office::{Firm, Office, items, text_at};
use crate::suppressions::block;

/// Counts so much mail of today as sent, and looks at the rates.
async fn look_after(office: &Office, firm: &Firm, sent: i64, bounced: i64) {
    let key = keys::tally_of_day(firm.id, Day::of(office.world.clock.now()), 0).key;
    let changes = vec![Change::Add("sent_09", sent), Change::Add("bounced_09", bounced)];
    office.world.table.write(Write::Update { key, changes, condition: None }).await.unwrap();
    watch_rates(&office.world.records, firm.id).await.unwrap();
}

#[tokio::test]
async fn alerts_are_listed_by_state_the_newest_first_and_shown() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    look_after(&office, &firm, 1_000, 50).await;
    look_after(&office, &firm, 10_000, 0).await;
    office.world.clock.advance(std::time::Duration::from_secs(3_600));
    look_after(&office, &firm, 0, 1_500).await;
    let list = async |query: &str| {
        let asked = office.get(format!("/v1/alerts{query}")).by(&firm.member);
        asked.send().await.expect(200)
    };
    let all = list("").await;
    assert_eq!(items(&all).len(), 2);
    let newest = &items(&all)[0];
    assert_eq!(
        (&newest["state"], &newest["metric"], &newest["level"], &newest["recovered_at"]),
        (&json!("open"), &json!("bounces"), &json!("stop"), &json!(null))
    );
    assert_eq!((&newest["sent"], &newest["count"]), (&json!(11_000), &json!(1_550)));
    assert_eq!((&newest["campaign"], &newest["window"]), (&json!(null), &json!("last_day")));
    let recovered = list("?state=recovered").await;
    assert_eq!(items(&recovered).len(), 1);
    assert_eq!(items(&recovered)[0]["rate_ppm"], 50_000);
    assert_eq!(items(&list("?state=open").await).len(), 1);
    // Paged.
    let first = list("?limit=1").await;
    let next = list(&format!("?limit=1&cursor={}", text_at(&first, "/next_cursor"))).await;
    assert_eq!(items(&next)[0], items(&recovered)[0]);
    // One by one, and not for others.
    let path = format!("/v1/alerts/{}", text_at(newest, "/id"));
    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(&shown, newest);
    let other = office.firm("other", false).await;
    office.get(&path).by(&other.member).send().await.expect_problem(404, "not_found");
    let asked = office.get("/v1/alerts?state=past").by(&firm.member).send().await;
    asked.expect_problem(400, "query_malformed");
    let none = AlertId::from_parts(Timestamp::from_millis(0), 1);
    let asked = office.get(format!("/v1/alerts/{none}")).by(&firm.member).send().await;
    asked.expect_problem(404, "not_found");
}

#[tokio::test]
async fn the_report_of_a_review_names_what_was_lifted_and_kept() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let full = block(&office, &firm, "full@harbour.example", BounceCategory::MailboxFull).await;
    let gone = block(&office, &firm, "gone@harbour.example", BounceCategory::BadMailbox).await;
    office.world.clock.advance(domain::limits::BLOCK_REVIEW);
    let (health, dns) = (MemorySendingHealth::default(), MemoryDns::default());
    let now = office.world.clock.now();
    let list = office.world.suppression_list.as_ref();
    let ports = ReviewPorts { list, health: &health, dns: &dns };
    review_blocks(&office.world.records, ports, firm.id, now).await.unwrap();
    let asked = office.get("/v1/reports/reviews").by(&firm.member).send().await.expect(200);
    let report = &items(&asked)[0];
    assert_eq!(text_at(report, "/day"), Day::of(now).to_string());
    let line =
        |id: &str, category, verdict| json!([{"id": id, "category": category, "verdict": verdict}]);
    assert_eq!(report["lifted"], line(&full, "temporary/mailbox full", "ended"));
    assert_eq!(report["kept"], line(&gone, "permanent/bad mailbox", "never_lifted"));
    assert_eq!((&report["lifted_count"], &report["kept_count"]), (&json!(1), &json!(1)));
    let other = office.firm("other", false).await;
    let asked = office.get("/v1/reports/reviews").by(&other.member).send().await.expect(200);
    assert_eq!(items(&asked).len(), 0);
}
