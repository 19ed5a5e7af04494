//! Mail that cannot be filed is kept with its reason, and can be tried again.

use http::Method;
use local::mail_api::MailApi;
use serde_json::{Value, json};

use crate::shared_cloud::{eventually, list, on_the_cloud};

/// The quarantined intakes with this reason.
async fn quarantined(api: &MailApi, reason: &str) -> Vec<Value> {
    let mut intakes = list(api, "/v1/intake").await;
    intakes.retain(|intake| intake["outcome"]["reason"] == reason);
    intakes
}

#[test]
fn what_is_no_mail_is_quarantined_with_its_reason_and_acknowledged() {
    on_the_cloud(async |cloud, api| {
        cloud.stack().drop_mail("empty.eml", "".into()).await.unwrap();
        let found = eventually("the quarantine", async || {
            quarantined(&api, "empty").await.into_iter().next()
        })
        .await;
        assert_eq!(found["state"]["name"], "done");
        assert!(found["outcome"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()));

        cloud.stack().announce("this is no event").await.unwrap();
        eventually("the malformed event", async || {
            quarantined(&api, "malformed_event").await.into_iter().next()
        })
        .await;
    });
}

#[test]
fn a_mail_without_a_route_is_filed_by_a_retry_once_there_is_one() {
    on_the_cloud(async |cloud, api| {
        let raw = "From: <late@route.example>\r\nTo: <help@second.example.com>\r\n\
                   Subject: Late\r\nMessage-ID: <late@route.example>\r\n\
                   Date: Sun, 22 Nov 2026 13:20:00 +0000\r\n\r\nHello\r\n";
        cloud.stack().drop_mail("late.eml", raw.into()).await.unwrap();
        let intake = eventually("the quarantine", async || {
            quarantined(&api, "no_route").await.into_iter().next()
        })
        .await;

        let mailbox = &list(&api, "/v1/routes").await[0]["mailbox"];
        let route = json!({"address": "help@second.example.com", "mailbox": mailbox});
        let answer =
            api.call(Method::POST, "/v1/routes", &[("idempotency-key", "late")], &route).await;
        answer.unwrap().success("making a route").unwrap();
        let path = format!("/v1/intake/{}", intake["id"].as_str().unwrap());
        let retry = format!("{path}/retry");
        let answer =
            api.call(Method::POST, &retry, &[("idempotency-key", "r")], &Value::Null).await;
        answer.unwrap().success("asking for a retry").unwrap();

        let filed = eventually("the outcome", async || {
            let intake = api.get(&path).await.unwrap();
            (intake["outcome"]["name"] == "filed").then_some(intake)
        })
        .await;
        let message = filed["outcome"]["message"].as_str().unwrap();
        assert_eq!(api.get(&format!("/v1/messages/{message}")).await.unwrap()["subject"], "Late");
    });
}
