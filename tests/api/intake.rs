//! The intake: outcomes, quarantine, and another try.

use std::collections::BTreeMap;

use flows::ports::Work;
use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};
use store::table::TableName;
use testkit::raw_mail::Draft;

use crate::office::{Office, items, text_at};

/// Announces an object and tells the outcome's name.
async fn announce(office: &Office, key: &str, octets: Vec<u8>, recipient: &str) -> String {
    let world = &office.world;
    let arrived = MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw: world.archive.put(key, octets),
        recipients: vec![recipient.to_owned()],
        verdicts: BTreeMap::new(),
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    };
    let announcement = Announcement::Arrived(arrived);
    let settled = take_in_mail(&world.records, world.archive.as_ref(), &announcement).await;
    settled.unwrap().unwrap().outcome.name().to_owned()
}

fn mail(id: &str) -> Vec<u8> {
    Draft::new(id, "lena@harbour.example", "mia@acme.example.com").raw("1")
}

#[tokio::test]
async fn every_raw_mail_has_an_outcome_and_the_quarantine_is_a_list_of_its_own() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    assert_eq!(announce(&office, "a", mail("a"), "mia@acme.example.com").await, "filed");
    office.world.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(announce(&office, "b", Vec::new(), "mia@acme.example.com").await, "quarantined");

    let all = office.get("/v1/intake").by(&firm.admin).send().await.expect(200);
    let outcomes: Vec<&Value> = items(&all).iter().map(|i| &i["outcome"]["name"]).collect();
    assert_eq!(outcomes, ["quarantined", "filed"], "newest first");
    let month = office.get("/v1/intake?month=202610").by(&firm.admin).send().await.expect(200);
    assert!(items(&month).is_empty());
    let waiting = office.get("/v1/intake?state=quarantined").by(&firm.admin).send().await;
    let waiting = waiting.expect(200);
    assert_eq!(items(&waiting).len(), 1);
    let outcome = &waiting["items"][0]["outcome"];
    assert_eq!(outcome["reason"], "empty");
    assert!(text_at(outcome, "/hint").contains("send it again"));
    let path = format!("/v1/intake/{}", text_at(&waiting, "/items/0/id"));
    let one = office.get(&path).by(&firm.admin).send().await.expect(200);
    assert_eq!(one["recipients"], json!(["mia@acme.example.com"]));
}

#[tokio::test]
async fn the_list_goes_back_over_months_page_by_page() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for n in 0..4 {
        announce(&office, &format!("k{n}"), mail(&format!("m{n}")), "mia@acme.example.com").await;
        office.world.clock.advance(std::time::Duration::from_secs(20 * 86_400));
    }
    let mut times = Vec::new();
    let mut path = "/v1/intake?limit=1".to_owned();
    for _ in 0..8 {
        let page = office.get(&path).by(&firm.admin).send().await.expect(200);
        times.extend(items(&page).iter().map(|i| text_at(i, "/announced_at").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/intake?limit=1&cursor={cursor}");
    }
    assert_eq!(times.len(), 4);
    assert!(times.is_sorted_by(|a, b| a > b), "{times:?}");
}

#[tokio::test]
async fn what_nobody_can_be_found_for_is_the_operators_to_see() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    announce(&office, "x", mail("x"), "nobody@elsewhere.example").await;
    let seen = office.get("/v1/intake").by(&firm.admin).send().await.expect(200);
    assert_eq!(seen["items"][0]["outcome"]["reason"], "no_route");
    let path = format!("/v1/intake/{}", text_at(&seen, "/items/0/id"));
    let hidden = office.get("/v1/intake").by(&other.admin).send().await.expect(200);
    assert!(items(&hidden).is_empty());
    office.get(&path).by(&other.admin).send().await.expect_problem(404, "not_found");
    let retry = office.post(format!("{path}/retry"), Value::Null).by(&other.admin);
    retry.send().await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_quarantined_mail_is_tried_again_after_its_cause_is_gone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    announce(&office, "x", mail("x"), "sales@acme.example.com").await;
    let waiting = office.get("/v1/intake?state=quarantined").by(&firm.admin).send().await;
    let path = format!("/v1/intake/{}", text_at(&waiting.expect(200), "/items/0/id"));
    let body = json!({
        "address": "sales@acme.example.com",
        "mailbox": firm.member.user.mailbox.to_string(),
    });
    office.post("/v1/routes", body).by(&firm.admin).send().await.expect(201);

    let retry = || office.post(format!("{path}/retry"), Value::Null).by(&firm.admin).send();
    let queued = retry().await.expect(202);
    assert_eq!(queued["state"]["name"], "queued");
    let Some(Work::RetryIntake(id)) = office.world.queue.take() else { panic!("work") };
    let busy = retry().await.expect_problem(409, "intake_busy");
    assert_eq!(busy["retry_at"], "2026-11-22T09:35:00.000Z");
    assert!(office.world.queue.waiting().is_empty());

    let world = &office.world;
    let again = Announcement::Retry(id);
    take_in_mail(&world.records, world.archive.as_ref(), &again).await.unwrap();
    let done = office.get(&path).by(&firm.admin).send().await.expect(200);
    assert_eq!(done["outcome"]["name"], "filed");
    retry().await.expect_problem(409, "not_quarantined");
    let trail = format!("{:?}", world.table.items(TableName::Audit));
    assert!(trail.contains("intake.retried"));
}

#[tokio::test]
async fn of_two_retries_at_once_one_is_queued() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    announce(&office, "x", Vec::new(), "mia@acme.example.com").await;
    let waiting = office.get("/v1/intake?state=quarantined").by(&firm.admin).send().await;
    let path = format!("/v1/intake/{}/retry", text_at(&waiting.expect(200), "/items/0/id"));
    let retry = || office.post(&path, Value::Null).by(&firm.admin).send();
    let (one, two) = tokio::join!(retry(), retry());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409]);
    assert_eq!(office.world.queue.waiting().len(), 1);
}

#[tokio::test]
async fn a_mail_whose_worker_died_can_be_tried_again_when_its_lease_has_run_out() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let world = &office.world;
    announce(&office, "x", Vec::new(), "mia@acme.example.com").await;
    let waiting = office.get("/v1/intake").by(&firm.admin).send().await.expect(200);
    let id = text_at(&waiting, "/items/0/id").parse().unwrap();
    // A worker takes the retried mail in hand and dies.
    let now = flows::ports::Clock::now(world.clock.as_ref());
    let table = world.table.as_ref();
    let intake = store::intake::get(table, id).await.unwrap().unwrap();
    store::table::Table::write(table, store::intake::queue(&intake, now).unwrap()).await.unwrap();
    let queued = store::intake::get(table, id).await.unwrap().unwrap();
    store::intake::open(table, queued, "lease", now).await.unwrap();

    let path = format!("/v1/intake/{id}/retry");
    let retry = || office.post(&path, Value::Null).by(&firm.admin).send();
    retry().await.expect_problem(409, "intake_busy");
    world.clock.advance(domain::limits::INTAKE_LEASE);
    retry().await.expect(202);
    assert_eq!(world.queue.waiting(), [Work::RetryIntake(id)]);
}

#[tokio::test]
async fn filters_of_the_intake_are_checked() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for (query, field) in [
        ("state=filed", "state"),
        ("month=2026-11", "month"),
        ("state=quarantined&month=202611", "month"),
        ("colour=red", "colour"),
    ] {
        let refused = office.get(format!("/v1/intake?{query}")).by(&firm.admin).send().await;
        assert_eq!(refused.expect_problem(400, "query_malformed")["field"], field);
    }
}
