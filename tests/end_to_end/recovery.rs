//! A bounce from the mail that met it to the mail that goes out again: blocked, seen in three places,
//! lifted by a person, or looked at again when its time has come.

use http::Method;
use local::{
    bounce_demo, cloud::Cloud, functions, mail_api::MailApi, ses::outcome::Outcome, stack::STACK,
};
use serde_json::{Value, json};

use crate::shared_cloud::{eventually, list, on_the_cloud};

async fn post(api: &MailApi, path: &str, body: Value) -> Value {
    let answer = api.call(Method::POST, path, &[], &body).await.unwrap();
    answer.success(path).unwrap().json().unwrap()
}

/// Lets one full mailbox block, where three a day apart would take days.
async fn block_at_the_first(api: &MailApi) {
    eventually("the limit", async || {
        let settings = api.get("/v1/settings").await.unwrap();
        let revision = format!("\"{}\"", settings["rev"]);
        let patch = json!({"limits": {"temporary_bounces_to_block": 1}});
        let headers = [("if-match", revision.as_str())];
        let answer = api.call(Method::PATCH, "/v1/settings", &headers, &patch).await.unwrap();
        answer.status.is_success().then_some(())
    })
    .await;
}

/// Sends a mail; answers what its recipient's record says once it has this status.
async fn sent(api: &MailApi, to: &str, turn: u32, status: &str) -> Value {
    let answer = bounce_demo::send(api, to, &format!("recovery-{to}-{turn}")).await.unwrap();
    let answer = answer.success("sending").unwrap().json().unwrap();
    let path = format!("/v1/messages/{}", answer["id"].as_str().unwrap());
    eventually(status, async || {
        let message = api.get(&path).await.unwrap();
        (message["sends"][0]["status"] == status).then(|| message["sends"][0].clone())
    })
    .await
}

/// The block of an address, once it stands.
async fn block(api: &MailApi, to: &str) -> Value {
    eventually("the block", async || {
        let found = post(api, "/v1/suppressions/lookup", json!({"email": to})).await;
        found["blocks"].get(0).cloned()
    })
    .await
}

#[test]
fn a_bounce_is_seen_in_three_places_lifted_and_mail_goes_out_again() {
    on_the_cloud(async |cloud, api| {
        let to = "full@recovery.example";
        block_at_the_first(&api).await;
        let body = json!({"kind": "lead", "name": "Full", "addresses": [to]});
        let headers = [("idempotency-key", "recovery-lead")];
        let lead = api.call(Method::POST, "/v1/contacts", &headers, &body).await.unwrap();
        let lead = lead.success("the lead").unwrap().json().unwrap();
        let path = format!("/v1/contacts/{}", lead["id"].as_str().unwrap());
        cloud.ses().set_outcome(to, Outcome::MailboxFull).unwrap();
        let send = sent(&api, to, 1, "bounced_temporary").await;
        assert_eq!(send["category"], "temporary/mailbox full", "{send}");
        let block = block(&api, to).await;
        let again = bounce_demo::send(&api, to, "recovery-blocked").await.unwrap();
        assert_eq!(again.json().unwrap()["code"], "recipient_blocked");

        // 1 the record
        let states = api.get(&format!("{path}/address_states")).await.unwrap();
        let state = &states["addresses"][0];
        assert_eq!((&state["blocked"], &state["invalid"]), (&json!(true), &json!(false)));
        assert_eq!(state["blocks"][0]["id"], block["id"]);
        assert_eq!(state["blocks"][0]["type"], "temporary");
        assert!(state["blocks"][0]["icon"].is_object(), "{state}");
        // 2 the related list
        let timeline = eventually("the timeline", async || {
            let lines = list(&api, &format!("{path}/timeline")).await;
            lines.into_iter().find(|line| !line["sends"][0].is_null())
        })
        .await;
        assert_eq!(timeline["sends"][0]["status"], "bounced_temporary");
        assert_eq!(timeline["sends"][0]["bounce_category"], "temporary/mailbox full");
        // 3 the filter of the list
        let listed = async |query: &str| {
            let page = api.get(&format!("/v1/blocked_contacts?{query}")).await.unwrap();
            let items = page["items"].as_array().unwrap().clone();
            items.iter().any(|item| item["contact"] == lead["id"])
        };
        assert!(listed("type=temporary&category=temporary/mailbox%20full").await);
        assert!(
            listed("category=temporary/mailbox%20full").await && listed("type=temporary").await
        );
        assert!(!listed("type=permanent").await);
        assert!(!listed("category=permanent/bad%20mailbox").await);

        let lift = json!({"ids": [block["id"]], "cause_resolved": false});
        let answer = api.call(Method::POST, "/v1/suppressions/unblock", &[], &lift).await.unwrap();
        assert_eq!(answer.status, 422, "without the box: {}", answer.text());
        let lift = json!({"ids": [block["id"]], "cause_resolved": true});
        let lifted = post(&api, "/v1/suppressions/unblock", lift).await;
        assert!(lifted.to_string().contains("\"lifted\""), "{lifted}");
        cloud.ses().set_outcome(to, Outcome::Delivered).unwrap();
        sent(&api, to, 2, "delivered").await;
        let states = api.get(&format!("{path}/address_states")).await.unwrap();
        assert_eq!(states["addresses"][0]["blocked"], false);
        assert!(!listed("type=temporary").await);
    });
}

/// Makes a block as old as one whose review is due; `category` gives it another one.
async fn make_due(cloud: &Cloud, block: &Value, category: Option<&str>) {
    const DUE: &str = "2026-01-01T00:00:00.000Z";
    let (_, hash) = block["id"].as_str().unwrap().split_once('.').unwrap();
    let tenant = &cloud.tenant().tenant_id;
    let table = cloud.stack().outputs().get("CrmTableName").unwrap();
    let key = json!({"pk": {"S": format!("TENANT#{tenant}#EMAIL#{hash}")},
        "sk": {"S": "SUPPRESSED#BOUNCES"}});
    let call = async |action: &str, body: Value| {
        let target = format!("DynamoDB_20120810.{action}");
        cloud.stack().aws().json("dynamodb", &target, &body).await.unwrap()
    };
    let got = call("GetItem", json!({"TableName": table, "Key": key})).await;
    let mut item = got["Item"].clone();
    let order = item["gsi2sk"]["S"].as_str().unwrap().to_owned();
    let (_, behind) = order.split_once('#').unwrap();
    item["gsi2sk"] = json!({"S": format!("{DUE}#{behind}")});
    item["review_at"] = json!({"S": DUE});
    if let Some(category) = category {
        item["category"] = json!({"S": category});
        item["gsi2pk"] = json!({"S": format!("TENANT#{tenant}#BLOCKED_FOR#{category}")});
    }
    call("PutItem", json!({"TableName": table, "Item": item})).await;
}

#[test]
fn blocks_whose_time_has_come_are_looked_at_again_and_the_report_tells_what_became_of_them() {
    on_the_cloud(async |cloud, api| {
        block_at_the_first(&api).await;
        let (full, gone, lost) =
            ("due@recovery.example", "gone@recovery.example", "lost@recovery.invalid");
        cloud.ses().set_outcome(full, Outcome::MailboxFull).unwrap();
        cloud.ses().set_outcome(gone, Outcome::NoEmail).unwrap();
        cloud.ses().set_outcome(lost, Outcome::NoEmail).unwrap();
        sent(&api, full, 1, "bounced_temporary").await;
        sent(&api, gone, 1, "bounced_permanent").await;
        sent(&api, lost, 1, "bounced_permanent").await;
        let (of_full, of_gone, of_lost) =
            (block(&api, full).await, block(&api, gone).await, block(&api, lost).await);
        make_due(cloud, &of_full, None).await;
        make_due(cloud, &of_gone, None).await;
        make_due(cloud, &of_lost, Some("permanent/bad domain")).await;

        // Another run may be at the pass: then the next one goes on.
        let verdict = async |block: &Value| {
            eventually("the review", async || {
                let name = format!("{STACK}-daily_review");
                functions::invoke(cloud.stack().aws(), &name, &json!({})).await.unwrap();
                let reports = list(&api, "/v1/reports/reviews").await;
                let lines = reports.iter().flat_map(|report| {
                    let lines = |name: &str| report[name].as_array().unwrap().clone();
                    [lines("lifted"), lines("kept")].concat()
                });
                let line = lines.into_iter().find(|line| line["id"] == block["id"])?;
                Some(line["verdict"].as_str().unwrap().to_owned())
            })
            .await
        };
        assert_eq!(verdict(&of_full).await, "time_passed");
        assert_eq!(verdict(&of_gone).await, "never_lifted");
        // Nobody has such a domain; without a resolver nobody knows.
        let of_domain = verdict(&of_lost).await;
        assert!(["domain_takes_none", "not_answered"].contains(&of_domain.as_str()), "{of_domain}");

        cloud.ses().set_outcome(full, Outcome::Delivered).unwrap();
        sent(&api, full, 2, "delivered").await;
        for (to, turn) in [(gone, "recovery-gone"), (lost, "recovery-lost")] {
            let answer = bounce_demo::send(&api, to, turn).await.unwrap();
            assert_eq!(answer.json().unwrap()["code"], "recipient_blocked");
        }
    });
}
