//! Sender addresses: unverified, pending, verified, by a code that is mailed.

use std::time::Duration;

use domain::limits::{SENDER_CODE_LIFE, SENDER_CODE_TRIES};
use serde_json::{Value, json};
use testkit::memory_sender::SendAnswer;

use crate::office::{Firm, Office, items, text_at};

const PRIVATE: &str = "Mia@Private.example";

async fn ask(office: &Office, firm: &Firm) -> Value {
    let body = json!({"address": PRIVATE});
    office.post("/v1/sender_addresses", body).by(&firm.member).send().await.expect(202)
}

/// The code of the newest mail, read as its receiver does.
fn code(office: &Office) -> String {
    let mail = office.world.sender.sent().pop().unwrap();
    assert_eq!(mail.to[0].normal(), "mia@private.example");
    let read = mail::parse::parse(&mail.mime).unwrap();
    assert!(read.kind.forbids_auto_reply());
    let line = read.body.text.lines().map(str::trim).find(|line| line.len() == 8);
    line.filter(|line| line.bytes().all(|b| b.is_ascii_digit())).unwrap().to_owned()
}

fn confirming(code: &str) -> Value {
    json!({"address": PRIVATE, "code": code})
}

#[tokio::test]
async fn an_address_goes_from_pending_to_verified_by_its_code() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let pending = ask(&office, &firm).await;
    assert_eq!((&pending["state"], &pending["verified_at"]), (&json!("pending"), &Value::Null));
    let code = code(&office);
    let confirm = |body| office.post("/v1/sender_addresses/confirm", body).by(&firm.member).send();
    let verified = confirm(confirming(&code)).await.expect(200);
    assert_eq!(verified["state"], "verified");
    let list = office.get("/v1/sender_addresses").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&list), &[verified]);
    let others = office.get("/v1/sender_addresses").by(&firm.admin).send().await.expect(200);
    assert!(items(&others).is_empty());
    // Asking again changes nothing and mails nothing.
    assert_eq!(ask(&office, &firm).await["state"], "verified");
    assert_eq!(office.world.sender.sent().len(), 1);

    let body = json!({"address": PRIVATE});
    let remove = || office.post("/v1/sender_addresses/remove", body.clone()).by(&firm.member);
    remove().send().await.expect(204);
    remove().send().await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_code_is_good_for_fifteen_days_and_few_tries() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let confirm = |code: &str| {
        let body = confirming(code);
        office.post("/v1/sender_addresses/confirm", body).by(&firm.member).send()
    };
    ask(&office, &firm).await;
    let first = code(&office);
    office.world.clock.advance(SENDER_CODE_LIFE);
    confirm(&first).await.expect_problem(422, "code_invalid");
    let list = office.get("/v1/sender_addresses").by(&firm.member).send().await.expect(200);
    assert_eq!(list["items"][0]["state"], "unverified");

    ask(&office, &firm).await;
    let second = code(&office);
    confirm(&first).await.expect_problem(422, "code_invalid");
    for _ in 1..SENDER_CODE_TRIES {
        confirm("00000000").await.expect_problem(422, "code_invalid");
    }
    confirm(&second).await.expect_problem(422, "code_invalid");
    office.world.clock.advance(Duration::from_secs(60));
    ask(&office, &firm).await;
    office.world.clock.advance(SENDER_CODE_LIFE - Duration::from_secs(1));
    confirm(&code(&office)).await.expect(200);
}

#[tokio::test]
async fn nobody_is_flooded_and_what_was_not_sent_is_told() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    ask(&office, &firm).await;
    let body = || json!({"address": PRIVATE});
    let soon = office.post("/v1/sender_addresses", body()).by(&firm.member).send().await;
    let soon = soon.expect_problem(409, "code_too_soon");
    assert_eq!(text_at(&soon, "/retry_at"), "2026-11-22T09:31:00.000Z");
    office.world.clock.advance(Duration::from_secs(60));
    office.world.sender.script([SendAnswer::Reject("no".to_owned())]);
    let refused = office.post("/v1/sender_addresses", body()).by(&firm.member).send().await;
    refused.expect_problem(409, "mail_not_taken");
}

#[tokio::test]
async fn of_two_users_one_verifies_an_address() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    ask(&office, &firm).await;
    let mine = code(&office);
    let body = json!({"address": PRIVATE});
    office.post("/v1/sender_addresses", body).by(&firm.admin).send().await.expect(202);
    let theirs = code(&office);
    let confirm = |code: &str, by| {
        office.post("/v1/sender_addresses/confirm", confirming(code)).by(by).send()
    };
    confirm(&mine, &firm.member).await.expect(200);
    confirm(&theirs, &firm.admin).await.expect_problem(409, "address_taken");
}
