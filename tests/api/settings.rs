//! Settings and limits.

use serde_json::json;

use crate::office::{Office, items};

#[tokio::test]
async fn settings_are_changed_by_merge_patch_under_their_revision() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let read = office.get("/v1/settings").by(&firm.member).send().await;
    assert_eq!(read.headers["etag"], "\"1\"");
    assert_eq!(read.expect(200)["language"], "en");

    let patch = json!({"language": "de", "time_zone": "europe/berlin", "limits": {"users": 5}});
    let changed = office.patch("/v1/settings", 1, patch).by(&firm.admin).send().await;
    assert_eq!(changed.headers["etag"], "\"2\"");
    let changed = changed.expect(200);
    assert_eq!(changed["time_zone"], "Europe/Berlin");
    assert_eq!((&changed["limits"], &changed["rev"]), (&json!({"users": 5}), &json!(2)));

    let stale = office.patch("/v1/settings", 1, json!({"language": "zh"})).by(&firm.admin);
    stale.send().await.expect_problem(412, "revision_mismatch");
    let reset = json!({"limits": {"users": null}, "time_zone": null});
    let reset = office.patch("/v1/settings", 2, reset).by(&firm.admin).send().await.expect(200);
    assert_eq!((&reset["limits"], &reset["time_zone"]), (&json!({}), &json!("UTC")));
    assert_eq!(reset["language"], "de", "what the patch does not name stays");
    assert_eq!(reset["alert_mails"], true, "told where nobody says otherwise");
    let quiet = json!({"alert_mails": false});
    let quiet = office.patch("/v1/settings", 3, quiet).by(&firm.admin).send().await.expect(200);
    assert_eq!(quiet["alert_mails"], false);
}

#[tokio::test]
async fn a_patch_that_changes_nothing_keeps_the_revision() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let same = office.patch("/v1/settings", 1, json!({"language": "en"})).by(&firm.admin);
    assert_eq!(same.send().await.expect(200)["rev"], 1);
}

#[tokio::test]
async fn a_setting_that_is_not_one_is_refused_by_name() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let cases = [
        (json!({"time_zone": "Mars/Olympus"}), "field_invalid", "time_zone"),
        (json!({"language": "fr"}), "field_invalid", "language"),
        (json!({"name": null}), "field_invalid", "name"),
        (json!({"name": "  "}), "field_missing", "name"),
        (json!({"contact_creation": "sometimes"}), "field_invalid", "contact_creation"),
        (json!({"limits": {"unicorns": 1}}), "field_unknown", "limits.unicorns"),
        (json!({"limits": {"users": -1}}), "field_invalid", "limits.users"),
        (json!({"colour": "red"}), "field_unknown", "colour"),
    ];
    for (patch, code, field) in cases {
        let refused = office.patch("/v1/settings", 1, patch).by(&firm.admin).send().await;
        assert_eq!(refused.expect_problem(422, code)["field"], field);
    }
}

#[tokio::test]
async fn every_limit_tells_value_unit_source_and_reason() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let patch = office.patch("/v1/settings", 1, json!({"limits": {"routes": 7}}));
    patch.by(&firm.owner).send().await.expect(200);
    let limits = office.get("/v1/limits").by(&firm.member).send().await.expect(200);
    let of = |name: &str| items(&limits).iter().find(|limit| limit["name"] == name).cloned();
    let routes = of("routes").unwrap();
    assert_eq!((&routes["value"], &routes["source"]), (&json!(7), &json!("tenant")));
    let users = of("users").unwrap();
    assert_eq!((&users["value"], &users["source"]), (&json!(500), &json!("plan")));
    let body = of("request_body").unwrap();
    assert_eq!((&body["value"], &body["source"]), (&json!(262_144), &json!("fixed")));
    for limit in items(&limits) {
        assert!(limit["unit"].as_str().is_some_and(|unit| !unit.is_empty()), "{limit}");
        assert!(limit["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{limit}");
    }
}
