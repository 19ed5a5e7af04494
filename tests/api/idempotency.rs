//! Requests with an idempotency key: worked on once, answered as often as they come.

use std::time::Duration;

use serde_json::{Value, json};
use store::table::TableName;

use crate::office::{Office, items, text_at};

fn contact() -> Value {
    json!({"name": "Lena", "addresses": ["lena@harbour.example"]})
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_makes_nothing() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let first = office.post("/v1/contacts", contact()).by(&firm.member).once("k1").send().await;
    assert!(!first.headers.contains_key("idempotency-replayed"));
    let etag = first.headers["etag"].clone();
    let first = first.expect(201);
    office.world.clock.advance(Duration::from_secs(3_600));
    let again = office.post("/v1/contacts", contact()).by(&firm.member).once("k1").send().await;
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(again.headers["etag"], etag);
    assert_eq!(again.expect(201), first);
    let all = office.get("/v1/contacts").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&all).len(), 1);
}

#[tokio::test]
async fn the_key_with_another_body_or_path_is_refused() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    office.post("/v1/contacts", contact()).by(&firm.admin).once("k1").send().await.expect(201);
    let other = json!({"name": "Other"});
    let refused = office.post("/v1/contacts", other).by(&firm.admin).once("k1").send().await;
    refused.expect_problem(409, "idempotency_key_reused");
    let user = json!({"name": "x", "email": "x@acme.example.com", "role": "member"});
    let refused = office.post("/v1/users", user).by(&firm.admin).once("k1").send().await;
    refused.expect_problem(409, "idempotency_key_reused");
}

#[tokio::test]
async fn the_keys_of_two_users_are_apart() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let named = |name: &str| json!({"name": name});
    let one = office.post("/v1/contacts", named("A")).by(&firm.member).once("k1").send().await;
    let two = office.post("/v1/contacts", named("B")).by(&firm.admin).once("k1").send().await;
    assert_ne!(one.expect(201)["id"], two.expect(201)["id"]);
}

#[tokio::test]
async fn of_two_at_once_one_works_and_the_other_is_told_when_to_come_again() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    // A worker that died: its request began and never ended.
    let body = contact().to_string();
    let begun = flows::repeat_request::begin(
        &office.world.records,
        flows::repeat_request::KeyedRequest {
            tenant: firm.id,
            user: firm.member.user.id,
            key: "k1",
            target: "POST /v1/contacts",
            body: body.as_bytes(),
        },
    );
    let held = match begun.await.map_err(|_| "begun").unwrap() {
        flows::repeat_request::Repeat::Work(held) => held,
        flows::repeat_request::Repeat::Answered(_) => panic!("nothing was asked before"),
    };
    let ask = || office.post("/v1/contacts", contact()).by(&firm.member).once("k1").send();
    let busy = ask().await;
    assert_eq!(busy.headers["retry-after"], "60");
    let busy = busy.expect_problem(409, "idempotency_key_busy");
    assert_eq!(busy["retry_at"], "2026-11-22T09:31:00.000Z");

    office.world.clock.advance(Duration::from_secs(60));
    let made = ask().await.expect(201);
    let id = domain::ids::ContactId::from_parts(held.origin.at, held.origin.bits);
    assert_eq!(made["id"], id.to_string(), "the second worker goes on from the first one's origin");
}

#[tokio::test]
async fn a_request_whose_worker_died_after_the_work_makes_nothing_twice() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let bodies = [
        ("/v1/contacts", contact()),
        ("/v1/users", json!({"name": "x", "email": "x@acme.example.com", "role": "member"})),
        ("/v1/api_keys", json!({"name": "k", "scopes": ["mail.read"], "expires_in_days": 1})),
        (
            "/v1/routes",
            json!({"domain": "acme.example.com", "mailbox": firm.owner.user.mailbox.to_string()}),
        ),
    ];
    for (path, body) in bodies {
        let ask = || office.post(path, body.clone()).by(&firm.admin).once(path).send();
        let first = ask().await.expect(201);
        forget_answers(&office).await;
        office.world.clock.advance(Duration::from_secs(60));
        let again = ask().await.expect(201);
        assert_eq!(again["id"], first["id"], "{path}");
    }
    let all = office.get("/v1/contacts").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&all).len(), 1);
}

/// Puts every answered request back to where its worker had done the work and not kept the answer.
async fn forget_answers(office: &Office) {
    use store::idempotent_requests::{IdempotentRequest, RequestState};
    let table = office.world.table.as_ref();
    for item in office.world.table.items(TableName::Delivery) {
        let Ok(mut request) = store::item::from_item::<IdempotentRequest>(item.clone()) else {
            continue;
        };
        let lease_until = flows::ports::Clock::now(office.world.clock.as_ref());
        request.state = RequestState::Working { lease: "dead".to_owned(), lease_until };
        let text = |name: &str| match item.get(name) {
            Some(serde_dynamo::AttributeValue::S(text)) => text.clone(),
            _ => panic!("a key attribute"),
        };
        let key = store::table::Key { table: TableName::Delivery, pk: text("pk"), sk: text("sk") };
        let keys = store::keys::ItemKeys { key: key.clone(), gsi1: None, gsi2: None };
        let item = store::item::to_item("idempotent_request", &keys, &request).unwrap();
        let write = store::table::Write::Put { key, item, condition: None };
        store::table::Table::write(table, write).await.unwrap();
    }
}

#[tokio::test]
async fn the_text_of_an_api_key_is_not_given_again() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = json!({"name": "k", "scopes": ["mail.read"], "expires_in_days": 1});
    let ask = || office.post("/v1/api_keys", body.clone()).by(&firm.member).once("k1").send();
    let first = ask().await.expect(201);
    let secret = text_at(&first, "/key").rsplit('_').next().unwrap().to_owned();
    let again = ask().await.expect(201);
    assert_eq!((&again["id"], &again["key"]), (&first["id"], &Value::Null));
    assert!(text_at(&again, "/hint").contains("not kept"));
    let stored = format!("{:?}", office.world.table.items(TableName::Delivery));
    assert!(!stored.contains(&secret));
}

#[tokio::test]
async fn a_refused_request_is_not_kept_and_may_succeed_later() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let first = office.post("/v1/contacts", contact()).by(&firm.member).send().await.expect(201);
    let ask = || office.post("/v1/contacts", contact()).by(&firm.member).once("k1").send();
    ask().await.expect_problem(409, "address_taken");
    let path = format!("/v1/contacts/{}", text_at(&first, "/id"));
    office.delete(&path, 1).by(&firm.member).send().await.expect(204);
    ask().await.expect(201);
}

#[tokio::test]
async fn after_a_day_the_key_is_as_good_as_new() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = || json!({"name": "Lena"});
    let ask = || office.post("/v1/contacts", body()).by(&firm.member).once("k1").send();
    let first = ask().await.expect(201);
    office.world.clock.advance(Duration::from_secs(86_401));
    assert_ne!(ask().await.expect(201)["id"], first["id"]);
}

#[tokio::test]
async fn a_key_that_can_not_be_used_is_refused() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for key in ["", "two words", &"x".repeat(256)] {
        let asked = office.post("/v1/contacts", contact()).by(&firm.member).once(key).send().await;
        asked.expect_problem(400, "idempotency_key_malformed");
    }
}
