//! Permanent blocks: two administrators, one after the other.

use std::time::Duration;

use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::permission::Scope;
use domain::user::Role;
use serde_json::{Value, json};

use crate::office::{Firm, Office, Person, items, text_at};
use crate::suppressions::block;

const LENA: &str = "lena@harbour.example";

async fn scene() -> (Office, Firm, String) {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = json!({"name": "Lena", "addresses": [LENA]});
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    let id = block(&office, &firm, LENA, BounceCategory::BadMailbox).await;
    office.world.suppression_list.note(EmailAddress::parse(LENA).unwrap());
    (office, firm, id)
}

async fn open(office: &Office, by: &Person, id: &str) -> Value {
    let body = json!({"ids": [id], "reason": "a typing error of ours", "cause_resolved": true});
    office.post("/v1/unblock_requests", body).by(by).send().await.expect(201)
}

async fn decide(office: &Office, by: &Person, request: &Value, verb: &str) -> crate::office::Reply {
    let path = format!("/v1/unblock_requests/{}/{verb}", text_at(request, "/id"));
    office.post(&path, json!({"reason": "checked with her"})).by(by).send().await
}

async fn is_blocked(office: &Office, firm: &Firm) -> bool {
    let body = json!({"email": LENA});
    let asked = office.post("/v1/suppressions/lookup", body).by(&firm.member);
    asked.send().await.expect(200)["blocked"] == true
}

#[tokio::test]
async fn another_administrator_confirms_and_the_providers_entry_goes_too() {
    let (office, firm, id) = scene().await;
    let opened = open(&office, &firm.admin, &id).await;
    assert_eq!((&opened["state"], &opened["ids"]), (&json!("open"), &json!([id])));
    let own = decide(&office, &firm.admin, &opened, "confirm").await;
    own.expect_problem(403, "second_person_needed");
    assert!(is_blocked(&office, &firm).await);
    let confirmed = decide(&office, &firm.owner, &opened, "confirm").await.expect(200);
    assert_eq!(confirmed["request"]["state"], "confirmed");
    assert_eq!(confirmed["request"]["decision"]["lifted"], json!([id]));
    assert_eq!(confirmed["items"][0]["outcome"], "lifted");
    assert!(!is_blocked(&office, &firm).await);
    assert!(!office.world.suppression_list.has(&EmailAddress::parse(LENA).unwrap()));
    let again = decide(&office, &firm.owner, &opened, "confirm").await;
    again.expect_problem(409, "unblock_request_closed");
    let listed = office.get("/v1/unblock_requests").by(&firm.owner).send().await.expect(200);
    assert_eq!(items(&listed)[0]["decision"]["by"], firm.owner.user.id.to_string());
}

#[tokio::test]
async fn where_the_provider_fails_the_block_stands_and_another_try_lifts_it() {
    let (office, firm, id) = scene().await;
    let opened = open(&office, &firm.admin, &id).await;
    office.world.suppression_list.fail(true);
    let failed = decide(&office, &firm.owner, &opened, "confirm").await.expect(200);
    assert_eq!(failed["items"][0]["outcome"], "failed");
    assert_eq!(failed["request"]["state"], "open");
    assert!(is_blocked(&office, &firm).await);
    office.world.suppression_list.fail(false);
    let confirmed = decide(&office, &firm.owner, &opened, "confirm").await.expect(200);
    assert_eq!(confirmed["items"][0]["outcome"], "lifted");
    assert!(!is_blocked(&office, &firm).await);
}

#[tokio::test]
async fn a_request_is_withdrawn_or_expires() {
    let (office, firm, id) = scene().await;
    let first = open(&office, &firm.admin, &id).await;
    let withdrawn = decide(&office, &firm.admin, &first, "withdraw").await.expect(200);
    assert_eq!(withdrawn["state"], "withdrawn");
    let late = decide(&office, &firm.owner, &first, "confirm").await;
    late.expect_problem(409, "unblock_request_closed");
    let second = open(&office, &firm.admin, &id).await;
    office.world.clock.advance(Duration::from_secs(7 * 86_400));
    let late = decide(&office, &firm.owner, &second, "confirm").await;
    late.expect_problem(409, "unblock_request_closed");
    let path = format!("/v1/unblock_requests/{}", text_at(&second, "/id"));
    assert_eq!(office.get(&path).by(&firm.owner).send().await.expect(200)["state"], "expired");
    assert!(is_blocked(&office, &firm).await);
}

#[tokio::test]
async fn a_request_needs_the_box_a_reason_and_blocks_that_are_there() {
    let (office, firm, id) = scene().await;
    let cases = [
        (json!({"ids": [id], "reason": "r"}), 422, "cause_unresolved"),
        (json!({"ids": [id], "reason": " ", "cause_resolved": true}), 422, "field_missing"),
        (json!({"ids": [], "reason": "r", "cause_resolved": true}), 422, "field_missing"),
        (
            json!({"ids": ["sup_bounces.X"], "reason": "r", "cause_resolved": true}),
            404,
            "not_found",
        ),
        (json!({"ids": ["x"], "reason": "r", "cause_resolved": true}), 422, "field_invalid"),
    ];
    for (body, status, code) in cases {
        let refused = office.post("/v1/unblock_requests", body).by(&firm.admin).send().await;
        refused.expect_problem(status, code);
    }
    assert_eq!(Scope::OverrideBlocks.least_role(), Role::Admin);
}

#[tokio::test]
async fn the_same_idempotency_key_opens_one_request() {
    let (office, firm, id) = scene().await;
    let body = json!({"ids": [id], "reason": "r", "cause_resolved": true});
    let ask = || office.post("/v1/unblock_requests", body.clone()).by(&firm.admin).once("k").send();
    let (one, two) = (ask().await.expect(201), ask().await.expect(201));
    assert_eq!(one["id"], two["id"]);
    let listed = office.get("/v1/unblock_requests").by(&firm.admin).send().await.expect(200);
    assert_eq!(items(&listed).len(), 1);
}
