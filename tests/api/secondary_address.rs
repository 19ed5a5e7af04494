//! Mail to a record whose first address is blocked (H13), as the settings switch it.

use domain::bounce_category::BounceCategory;
use serde_json::{Value, json};

use crate::office::{Firm, Office, Reply};
use crate::suppressions::{block, contact};

const FIRST: &str = "lena@harbour.example";
const SECOND: &str = "lena@home.example";

async fn send(office: &Office, firm: &Firm, contact: &str, key: &str) -> Reply {
    let mail = json!({"contact": contact, "subject": "Offer", "text": "Hello"});
    office.post("/v1/messages", mail).by(&firm.member).once(key).send().await
}

async fn switch(office: &Office, firm: &Firm, rev: u64, to: Value) -> Value {
    let patch = json!({ "secondary_address": to });
    office.patch("/v1/settings", rev, patch).by(&firm.admin).send().await.expect(200)
}

#[tokio::test]
async fn switched_on_mail_goes_once_to_the_next_address_and_switched_off_it_is_refused() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lena = contact(&office, &firm, &[FIRST, SECOND]).await;
    block(&office, &firm, FIRST, BounceCategory::BadMailbox).await;
    let settings = office.get("/v1/settings").by(&firm.member).send().await.expect(200);
    assert_eq!(settings["secondary_address"], false, "as long as nobody says otherwise");
    let refused = send(&office, &firm, &lena, "1").await.expect_problem(422, "recipient_blocked");
    assert_eq!(refused["field"], "contact");
    assert!(office.world.sender.sent().is_empty());

    assert_eq!(switch(&office, &firm, 1, json!(true)).await["secondary_address"], true);
    for _ in 0..2 {
        send(&office, &firm, &lena, "2").await.expect(201);
    }
    let out = office.world.sender.sent();
    let to: Vec<&str> = out.iter().flat_map(|mail| &mail.to).map(|to| to.expose()).collect();
    assert_eq!(to, [SECOND]);

    assert_eq!(switch(&office, &firm, 2, Value::Null).await["secondary_address"], false);
    send(&office, &firm, &lena, "3").await.expect_problem(422, "recipient_blocked");
    assert_eq!(office.world.sender.sent().len(), 1);
}

#[tokio::test]
async fn switched_on_a_record_with_no_free_address_gets_nothing() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lena = contact(&office, &firm, &[FIRST, SECOND]).await;
    switch(&office, &firm, 1, json!(true)).await;
    send(&office, &firm, &lena, "1").await.expect(201);
    for address in [FIRST, SECOND] {
        block(&office, &firm, address, BounceCategory::MailboxFull).await;
    }
    send(&office, &firm, &lena, "2").await.expect_problem(422, "recipient_blocked");
    let out = office.world.sender.sent();
    assert_eq!((out.len(), out[0].to[0].expose()), (1, FIRST), "the free first one is used");
}

#[tokio::test]
async fn the_switch_is_a_truth_value_and_an_administrators_to_turn() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let ask = |value: Value| office.patch("/v1/settings", 1, json!({ "secondary_address": value }));
    let odd = ask(json!("yes")).by(&firm.admin).send().await.expect_problem(422, "field_invalid");
    assert_eq!(odd["field"], "secondary_address");
    ask(json!(true)).by(&firm.member).send().await.expect_problem(403, "right_missing");
}
