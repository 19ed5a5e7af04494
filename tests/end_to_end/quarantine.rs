//! Mail that cannot be filed is kept with its reason, and can be tried again.

use http::Method;
use local::{demo::MAIL_DOMAIN, mail_api::MailApi};
use serde_json::{Value, json};

use crate::shared_cloud::{self, eventually, list, on_the_cloud};

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

/// On a system of its own, for it takes away the routes that every other test needs.
#[tokio::test(flavor = "multi_thread")]
async fn a_mail_without_a_route_is_filed_by_a_retry_once_there_is_one() {
    let folder = shared_cloud::folder("routes");
    let turn = std::fs::File::create(folder.with_extension("turn")).unwrap();
    turn.lock().unwrap();
    let cloud = shared_cloud::start(&folder).await;
    let api = cloud.api().unwrap();
    let routes = list(&api, "/v1/routes").await;
    for route in &routes {
        let (path, rev) =
            (format!("/v1/routes/{}", text(&route["id"])), format!("\"{}\"", route["rev"]));
        let answer = api.call(Method::DELETE, &path, &[("if-match", &rev)], &Value::Null).await;
        answer.unwrap().success("removing a route").unwrap();
    }
    let raw = format!(
        "From: <late@route.example>\r\nTo: <help@{MAIL_DOMAIN}>\r\nSubject: Late\r\n\
         Message-ID: <late@route.example>\r\nDate: Sun, 22 Nov 2026 13:20:00 +0000\r\n\r\nHello\r\n"
    );
    cloud.stack().drop_mail("late.eml", raw.into()).await.unwrap();
    let intake = eventually("the quarantine", async || {
        quarantined(&api, "no_route").await.into_iter().next()
    })
    .await;

    let route = json!({"domain": MAIL_DOMAIN, "mailbox": routes[0]["mailbox"]});
    let answer = api.call(Method::POST, "/v1/routes", &[("idempotency-key", "1")], &route).await;
    answer.unwrap().success("making a route").unwrap();
    let path = format!("/v1/intake/{}", text(&intake["id"]));
    let retry = format!("{path}/retry");
    let answer = api.call(Method::POST, &retry, &[("idempotency-key", "2")], &Value::Null).await;
    answer.unwrap().success("asking for a retry").unwrap();

    let filed = eventually("the outcome", async || {
        let intake = api.get(&path).await.unwrap();
        (intake["outcome"]["name"] == "filed").then_some(intake)
    })
    .await;
    let message = format!("/v1/messages/{}", text(&filed["outcome"]["message"]));
    assert_eq!(api.get(&message).await.unwrap()["subject"], "Late");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
