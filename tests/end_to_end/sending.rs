//! Mail goes out by the real functions, and what becomes of it comes back as events.

use http::Method;
use local::{bounce_demo, demo::MAIL_DOMAIN, mail_api::MailApi, ses::outcome::Outcome};
use serde_json::{Value, json};

use crate::{
    shared_cloud::{eventually, on_the_cloud},
    smtp_client,
};

/// Sends a mail; answers its id.
async fn sent(api: &MailApi, to: &str) -> String {
    let answer = bounce_demo::send(api, to, &format!("first-{to}")).await.unwrap();
    let answer = answer.success("sending").unwrap().json().unwrap();
    assert_eq!(answer["state"], "accepted", "{answer}");
    answer["id"].as_str().unwrap().to_owned()
}

/// The mail, once its recipient has this status.
async fn with_status(api: &MailApi, id: &str, status: &str) -> Value {
    eventually(status, async || {
        let message = api.get(&format!("/v1/messages/{id}")).await.unwrap();
        (message["sends"][0]["status"] == status).then_some(message)
    })
    .await
}

#[test]
fn a_mail_that_comes_back_for_good_blocks_its_address() {
    on_the_cloud(async |cloud, api| {
        let to = "gone@bounce.example";
        cloud.ses().set_outcome(to, Outcome::NoEmail).unwrap();
        let id = sent(&api, to).await;
        let message = with_status(&api, &id, "bounced_permanent").await;
        assert_eq!(message["direction"], "sent");
        eventually("the block", async || {
            let answer = bounce_demo::send(&api, to, "second").await.unwrap();
            (answer.json().unwrap()["code"] == "recipient_blocked").then_some(())
        })
        .await;
    });
}

#[test]
fn a_delivered_mail_says_so_and_the_same_key_sends_it_once() {
    on_the_cloud(async |cloud, api| {
        let to = "success+delivered@simulator.amazonses.com";
        let id = sent(&api, to).await;
        with_status(&api, &id, "delivered").await;
        assert_eq!(sent(&api, to).await, id);
        let outbox = cloud.ses().outbox().unwrap();
        let mails: Vec<_> = outbox.iter().filter(|mail| mail.to.contains(&to.to_owned())).collect();
        assert_eq!(mails.len(), 1);
        assert!(mails[0].tags.contains(&("message".to_owned(), id)));
    });
}

#[test]
fn an_answer_that_quotes_only_the_id_of_ses_joins_the_conversation() {
    on_the_cloud(async |cloud, api| {
        let to = "thread@answers.example";
        let id = sent(&api, to).await;
        let outbox = cloud.ses().outbox().unwrap();
        let mail = outbox.iter().find(|mail| mail.to.contains(&to.to_owned())).unwrap();
        let owner = format!("owner@{MAIL_DOMAIN}");
        let raw = format!(
            "From: <{to}>\r\nTo: <{owner}>\r\nSubject: Something else\r\n\
             Message-ID: <1@answers.example>\r\nIn-Reply-To: <{}>\r\n\
             Date: Sun, 22 Nov 2026 13:20:00 +0000\r\n\r\nYes.\r\n",
            mail.header_id()
        );
        smtp_client::send(cloud.smtp_port(), to, &[&owner], raw.as_bytes()).unwrap();
        let message = api.get(&format!("/v1/messages/{id}")).await.unwrap();
        let path = format!("/v1/threads/{}", message["thread"].as_str().unwrap());
        eventually("the answer in the thread", async || {
            let answer = api.call(Method::GET, &path, &[], &Value::Null).await.unwrap();
            let thread = answer.json().unwrap();
            let mails = thread["items"].as_array().map_or(0, Vec::len);
            (mails == 2).then_some(())
        })
        .await;
    });
}

#[test]
fn a_block_for_good_is_lifted_by_two_administrators_alone_and_mail_goes_out_again() {
    on_the_cloud(async |cloud, api| {
        let to = "returned@bounce.example";
        cloud.ses().set_outcome(to, Outcome::NoEmail).unwrap();
        let id = sent(&api, to).await;
        with_status(&api, &id, "bounced_permanent").await;
        let post = async |api: &MailApi, path: &str, body: Value| {
            api.call(Method::POST, path, &[], &body).await.unwrap()
        };
        let block = eventually("the block", async || {
            let found = post(&api, "/v1/suppressions/lookup", json!({"email": to})).await;
            found.json().unwrap()["blocks"][0]["id"].as_str().map(str::to_owned)
        })
        .await;
        let lift = json!({"ids": [block], "cause_resolved": true});
        let alone = post(&api, "/v1/suppressions/unblock", lift).await;
        assert!(!alone.text().contains("\"lifted\""), "{}", alone.text());

        let user = json!({"name": "Second", "email": "second@bounce.example", "role": "admin"});
        let user = post(&api, "/v1/users", user).await.json().unwrap();
        let key = json!({"name": "second", "user": user["id"], "expires_in_days": 1,
            "scopes": ["blocks.read", "blocks.lift", "blocks.override"]});
        let key = post(&api, "/v1/api_keys", key).await.json().unwrap();
        let second = api.with_key(key["key"].as_str().unwrap());

        let open = json!({"ids": [block], "reason": "is back at work", "cause_resolved": true});
        let opened = post(&api, "/v1/unblock_requests", open).await;
        let opened = opened.success("opening a request").unwrap().json().unwrap();
        let path = format!("/v1/unblock_requests/{}/confirm", opened["id"].as_str().unwrap());
        let reason = json!({"reason": "I have asked"});
        assert_eq!(post(&api, &path, reason.clone()).await.status, 403, "not by himself");
        let confirmed = post(&second, &path, reason).await;
        confirmed.success("confirming").unwrap();

        cloud.ses().set_outcome(to, Outcome::Delivered).unwrap();
        let answer = bounce_demo::send(&api, to, "after-the-lift").await.unwrap();
        let answer = answer.success("sending again").unwrap().json().unwrap();
        with_status(&api, answer["id"].as_str().unwrap(), "delivered").await;
    });
}
