//! Modules and their fields: values of every type, and definitions that change under them.

use serde_json::{Value, json};

use crate::office::{Firm, Office, items, text_at};

const ALL: &str = "/v1/modules";

/// A module with one field of each type.
fn partner() -> Value {
    let choices = json!(["gold", "silver"]);
    json!({"name": "partner", "label": "Partner", "plural": "Partners", "fields": [
        {"name": "motto", "label": "Motto", "type": "text", "chars_max": 10},
        {"name": "notes", "label": "Notes", "type": "long_text"},
        {"name": "seats", "label": "Seats", "type": "integer", "min": 1, "max": 500},
        {"name": "fee", "label": "Fee", "type": "decimal", "scale": 2, "min": "0"},
        {"name": "since", "label": "Since", "type": "date", "min": "2000-01-01"},
        {"name": "seen", "label": "Seen", "type": "moment"},
        {"name": "active", "label": "Active", "type": "yes_no", "default": true},
        {"name": "level", "label": "Level", "type": "choice", "choices": choices, "required": true},
        {"name": "badges", "label": "Badges", "type": "choices", "choices": choices},
        {"name": "press", "label": "Press", "type": "email"},
        {"name": "phone", "label": "Phone", "type": "phone"},
        {"name": "page", "label": "Page", "type": "url"},
        {"name": "parent", "label": "Parent", "type": "reference", "to": "account"},
    ]})
}

async fn with_partners(office: &Office) -> Firm {
    let firm = office.firm("acme", true).await;
    office.post(ALL, partner()).by(&firm.admin).send().await.expect(201);
    firm
}

async fn make(office: &Office, firm: &Firm, kind: &str, fields: Value) -> Value {
    let body = json!({"name": "x", "kind": kind, "fields": fields});
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201)
}

#[tokio::test]
async fn a_record_of_a_module_keeps_a_value_of_every_type_as_it_was_given() {
    let office = Office::new();
    let firm = with_partners(&office).await;
    let account = make(&office, &firm, "account", json!({})).await;
    let fields = json!({
        "motto": "Ahoi, you!", "notes": "two\nlines", "seats": 500, "fee": "1234567890123456789.10",
        "since": "2000-02-29", "seen": "2026-11-22T09:30:00.000Z", "active": false, "level": "gold",
        "badges": ["gold", "silver"], "press": "Press@harbour.example", "phone": "+49 40 123",
        "page": "https://www.harbour.example/", "parent": account["id"],
    });
    let made = make(&office, &firm, "partner", fields.clone()).await;
    assert_eq!(made["fields"], fields);
    let path = format!("/v1/contacts/{}", text_at(&made, "/id"));
    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!((&shown["fields"], &shown["kind"]), (&fields, &json!("partner")));
    let listed = office.get("/v1/contacts?kind=partner").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&listed).len(), 1);
    let all = office.get("/v1/contacts").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&all).len(), 2, "the list of all kinds goes through the tenant's own too");
    // Its e-mail field claims nothing.
    let lookup = json!({"email": "press@harbour.example"});
    let nobody = office.post("/v1/contacts/lookup", lookup).by(&firm.member).send().await;
    nobody.expect_problem(404, "not_found");

    // A merge patch within the fields: what is not named stays, null goes.
    let patch = json!({"fields": {"seats": 7, "motto": null}});
    let patched = office.patch(&path, 1, patch).by(&firm.member).send().await.expect(200);
    assert_eq!(
        (&patched["fields"]["seats"], &patched["fields"]["fee"]),
        (&json!(7), &fields["fee"])
    );
    assert!(patched["fields"].get("motto").is_none());
    let stale = office.patch(&path, 1, json!({"fields": {"seats": 8}})).by(&firm.member);
    stale.send().await.expect_problem(412, "revision_mismatch");
}

#[tokio::test]
async fn what_is_wrong_with_a_value_is_told_by_field() {
    let office = Office::new();
    let firm = with_partners(&office).await;
    let lead = make(&office, &firm, "lead", json!({})).await;
    let cases = [
        (json!({"motto": "eleven char"}), "field_too_long", "fields.motto"),
        (json!({"motto": "two\nlines"}), "field_invalid", "fields.motto"),
        (json!({"notes": "x".repeat(8_001)}), "field_too_long", "fields.notes"),
        (json!({"seats": 501}), "field_invalid", "fields.seats"),
        (json!({"seats": "7"}), "field_invalid", "fields.seats"),
        (json!({"fee": 12.5}), "field_invalid", "fields.fee"),
        (json!({"fee": "12.505"}), "field_invalid", "fields.fee"),
        (json!({"fee": "-0.01"}), "field_invalid", "fields.fee"),
        (json!({"since": "1999-12-31"}), "field_invalid", "fields.since"),
        (json!({"since": "2001-02-29"}), "field_invalid", "fields.since"),
        (json!({"seen": "noon"}), "field_invalid", "fields.seen"),
        (json!({"active": "yes"}), "field_invalid", "fields.active"),
        (json!({"level": "bronze"}), "field_invalid", "fields.level"),
        (json!({"level": null}), "field_missing", "fields.level"),
        (json!({"badges": ["bronze"]}), "field_invalid", "fields.badges"),
        (json!({"press": "nobody"}), "address_invalid", "fields.press"),
        (json!({"phone": "ring me"}), "field_invalid", "fields.phone"),
        (json!({"page": "javascript:alert(1)"}), "field_invalid", "fields.page"),
        (json!({"parent": lead["id"]}), "field_invalid", "fields.parent"),
        (json!({"colour": "red"}), "field_unknown", "fields.colour"),
    ];
    let made = make(&office, &firm, "partner", json!({"level": "gold"})).await;
    assert_eq!(made["fields"], json!({"level": "gold", "active": true}), "with the default");
    let path = format!("/v1/contacts/{}", text_at(&made, "/id"));
    for (fields, code, field) in cases {
        let body = json!({"fields": fields});
        let refused = office.patch(&path, 1, body.clone()).by(&firm.member).send().await;
        assert_eq!(refused.expect_problem(422, code)["field"], field, "{body}");
    }
    let body = json!({"name": "x", "kind": "partner"});
    let refused = office.post("/v1/contacts", body).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_missing")["field"], "fields.level");
    let body = json!({"name": "x", "account": lead["id"]});
    let refused = office.post("/v1/contacts", body).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "account");
}

#[tokio::test]
async fn a_record_stays_within_its_bound() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let fields: Vec<Value> = (0..6)
        .map(|n| json!({"name": format!("n{n}"), "label": "N", "type": "long_text"}))
        .collect();
    let patch = json!({"fields": fields});
    office.patch("/v1/modules/lead", 0, patch).by(&firm.admin).send().await.expect(200);
    let long = |count: usize| -> Value {
        let values = (0..count).map(|n| (format!("n{n}"), json!("x".repeat(7_000))));
        Value::Object(values.collect())
    };
    let lead = make(&office, &firm, "lead", long(4)).await;
    let path = format!("/v1/contacts/{}", text_at(&lead, "/id"));
    let patch = json!({"fields": long(5)});
    let refused = office.patch(&path, 1, patch).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(413, "record_too_large")["limit"], 30 * 1024);
    let same = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(same["rev"], 1);
}

#[tokio::test]
async fn people_belong_to_an_account() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let account = make(&office, &firm, "account", json!({"site": "https://harbour.example"})).await;
    for name in ["Lena", "Karl"] {
        let body = json!({"name": name, "account": account["id"]});
        office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    }
    let people = format!("/v1/contacts/{}/people", text_at(&account, "/id"));
    let page = office.get(&people).by(&firm.member).send().await.expect(200);
    let names: Vec<&str> = items(&page).iter().map(|one| text_at(one, "/name")).collect();
    assert_eq!(names.len(), 2);
    let path = format!("/v1/contacts/{}", text_at(&page, "/items/0/id"));
    let alone = office.patch(&path, 1, json!({"account": null})).by(&firm.member).send().await;
    assert_eq!(alone.expect(200)["account"], Value::Null);
    let page = office.get(&people).by(&firm.member).send().await.expect(200);
    assert_eq!(items(&page).len(), 1);
}

#[tokio::test]
async fn a_removed_field_stays_readable_until_it_is_purged() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let site = "https://harbour.example";
    for _ in 0..3 {
        make(&office, &firm, "lead", json!({"title": "Pilot", "site": site})).await;
    }
    let without = json!({"fields": [{"name": "site", "label": "Site", "type": "url"}]});
    let module = office.patch("/v1/modules/lead", 0, without.clone()).by(&firm.admin).send().await;
    let module = module.expect(200);
    assert_eq!((module["rev"].as_u64(), items_named(&module, "title")), (Some(1), 1));
    let leads = office.get("/v1/contacts?kind=lead").by(&firm.member).send().await.expect(200);
    assert!(items(&leads).iter().all(|lead| lead["fields"]["title"] == "Pilot"), "readable");
    let path = format!("/v1/contacts/{}", text_at(&leads, "/items/0/id"));
    let body = json!({"fields": {"title": "x"}});
    let refused = office.patch(&path, 1, body).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_unknown")["field"], "fields.title");
    let other = json!({"fields": {"site": null}, "name": "y"});
    let patched = office.patch(&path, 1, other).by(&firm.member).send().await.expect(200);
    assert_eq!(patched["fields"]["title"], "Pilot", "other changes leave it");

    let purge = |body: Value| office.post("/v1/modules/lead/purge", body).by(&firm.admin);
    let live = purge(json!({"rev": 1, "field": "site"})).send().await;
    assert_eq!(live.expect_problem(422, "field_invalid")["field"], "field");
    let done = purge(json!({"rev": 1, "field": "title"})).send().await.expect(200);
    assert_eq!(done, json!({"records": 3, "after": null}));
    let leads = office.get("/v1/contacts?kind=lead").by(&firm.member).send().await.expect(200);
    assert!(items(&leads).iter().all(|lead| lead["fields"].get("title").is_none()));
    assert_eq!(items(&leads)[1]["fields"], json!({"site": site}), "and no other value");
    let module = office.get("/v1/modules/lead").by(&firm.member).send().await.expect(200);
    assert_eq!(items_named(&module, "title"), 0);
    let versions =
        office.get("/v1/modules/lead/versions").by(&firm.member).send().await.expect(200);
    let revs: Vec<u64> = items(&versions).iter().filter_map(|v| v["rev"].as_u64()).collect();
    assert_eq!(revs, [2, 1], "each revision of the definitions is kept");
}

fn items_named(module: &Value, name: &str) -> usize {
    module["fields"].as_array().unwrap().iter().filter(|field| field["name"] == name).count()
}

#[tokio::test]
async fn a_removed_module_stays_readable_until_it_is_purged() {
    let office = Office::new();
    let firm = with_partners(&office).await;
    let made = make(&office, &firm, "partner", json!({"level": "gold"})).await;
    let path = format!("/v1/contacts/{}", text_at(&made, "/id"));
    let removed = office.delete("/v1/modules/partner", 1).by(&firm.admin).send().await.expect(200);
    assert!(removed["removed_at"].is_string());
    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(shown["fields"]["level"], "gold");
    let body = json!({"name": "y", "kind": "partner", "fields": {"level": "gold"}});
    let refused = office.post("/v1/contacts", body).by(&firm.member).send().await;
    refused.expect_problem(409, "module_removed");
    let refused = office.patch(&path, 1, json!({"name": "y"})).by(&firm.member).send().await;
    refused.expect_problem(409, "module_removed");
    let purge = || office.post("/v1/modules/partner/purge", json!({"rev": 2})).by(&firm.admin);
    purge().send().await.expect_problem(409, "module_not_empty");
    office.delete(&path, 1).by(&firm.member).send().await.expect(204);
    purge().send().await.expect(200);
    office
        .get("/v1/modules/partner")
        .by(&firm.member)
        .send()
        .await
        .expect_problem(404, "not_found");
    let unknown = office.get("/v1/contacts?kind=partner").by(&firm.member).send().await;
    assert_eq!(unknown.expect_problem(400, "query_malformed")["field"], "kind");
}

#[tokio::test]
async fn what_is_wrong_with_a_definition_is_told_by_field() {
    let office = Office::new();
    let firm = with_partners(&office).await;
    let field =
        |field: Value| json!({"name": "other", "label": "x", "plural": "x", "fields": [field]});
    let named = |name: &str| json!({"name": name, "label": "x", "plural": "x"});
    let one = |kind: &str| json!({"name": "ab", "label": "x", "type": kind});
    let mut bad_default = one("integer");
    bad_default["default"] = json!("seven");
    let mut foreign = one("url");
    foreign["choices"] = json!(["a"]);
    let cases = [
        (named("No Name"), "field_invalid", "name"),
        (named("x"), "field_invalid", "name"),
        (
            field(json!({"name": "A", "label": "x", "type": "text"})),
            "field_invalid",
            "fields[0].name",
        ),
        (field(one("money")), "field_invalid", "fields[0].type"),
        (field(one("choice")), "field_missing", "fields[0].choices"),
        (field(one("reference")), "field_missing", "fields[0].to"),
        (field(bad_default), "field_invalid", "fields[0].default"),
        (field(foreign), "field_invalid", "fields[0].choices"),
    ];
    for (body, code, at) in cases {
        let refused = office.post(ALL, body.clone()).by(&firm.admin).send().await;
        assert_eq!(refused.expect_problem(422, code)["field"], at, "{body}");
    }
    for name in ["partner", "lead"] {
        let refused = office.post(ALL, named(name)).by(&firm.admin).send().await;
        refused.expect_problem(409, "module_exists");
    }
    let other_type = json!({"fields": [{"name": "fee", "label": "Fee", "type": "text"}]});
    let refused = office.patch("/v1/modules/partner", 1, other_type).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "fields[0].type");
    office
        .delete("/v1/modules/lead", 0)
        .by(&firm.admin)
        .send()
        .await
        .expect_problem(422, "field_invalid");
    let listed = office.get(ALL).by(&firm.member).send().await.expect(200);
    let names: Vec<&str> = items(&listed).iter().map(|module| text_at(module, "/name")).collect();
    assert_eq!(names, ["lead", "contact", "account", "partner"]);
}
