//! Sending a mail through the API.

use http::Method;
use serde_json::{Value, json};
use testkit::memory_sender::SendAnswer;

use crate::office::Office;

fn mail() -> Value {
    json!({"to": ["customer@example.org"], "subject": "Offer", "text": "Hello"})
}

#[tokio::test]
async fn a_mail_is_sent_once_for_a_key_and_shown_with_its_recipients() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let asking = office.post("/v1/messages", mail()).by(&firm.member).once("key-1");
        let sent = asking.send().await.expect(201);
        assert_eq!(sent["state"], "accepted");
        ids.push(sent["id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[1]);
    assert_eq!(office.world.sender.sent().len(), 1);
    let path = format!("/v1/messages/{}", ids[0]);
    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(shown["direction"], "sent");
    assert_eq!(shown["new_text"], "Hello");
    assert_eq!(shown["sends"][0]["status"], "sent");
    assert_eq!(shown["sends"][0]["to"], "customer@example.org");
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let asking = office.ask(Method::POST, "/v1/messages").json(mail());
    let problem = asking.by(&firm.member).send().await.expect(400);
    assert_eq!(problem["code"], "idempotency_key_missing");
    assert!(office.world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_slower_rate_is_told_and_the_same_request_succeeds_later() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    office.world.sender.script([SendAnswer::Throttle]);
    let ask = || office.post("/v1/messages", mail()).by(&firm.member).once("key-1");
    let problem = ask().send().await.expect(429);
    assert_eq!(problem["code"], "sending_throttled");
    assert!(problem["retry_at"].is_string());
    ask().send().await.expect(201);
    assert_eq!(office.world.sender.sent().len(), 1);
}
