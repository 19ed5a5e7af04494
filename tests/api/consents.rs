//! Consents: facts that follow their record wherever it goes.

use serde_json::{Value, json};
use store::table::TableName;

use crate::office::{Firm, Office, items, text_at};

async fn make(office: &Office, firm: &Firm, body: Value) -> Value {
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201)
}

fn path(record: &Value, tail: &str) -> String {
    format!("/v1/contacts/{}{tail}", text_at(record, "/id"))
}

fn consent(purpose: &str) -> Value {
    json!({
        "purpose": purpose,
        "basis": "consent",
        "source": "web_form",
        "proof": {"text": "Yes, write to me once a month."},
        "given_at": "2026-11-20T08:00:00Z",
    })
}

async fn give(office: &Office, firm: &Firm, record: &Value, purpose: &str) -> Value {
    let asking = office.post(path(record, "/consents"), consent(purpose));
    asking.by(&firm.member).send().await.expect(201)
}

/// The purposes of a record's consents, page by page, sorted: those of one moment have no order.
async fn purposes(office: &Office, firm: &Firm, record: &Value) -> Vec<String> {
    let first = path(record, "/consents?limit=2");
    let (mut next, mut all) = (first.clone(), Vec::new());
    loop {
        let page = office.get(&next).by(&firm.member).send().await.expect(200);
        all.extend(items(&page).iter().map(|one| text_at(one, "/purpose").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{first}&cursor={cursor}");
    }
    all.sort();
    all
}

async fn audit_of(office: &Office, action: &str) -> usize {
    let entries = office.world.table.items(TableName::Audit);
    entries.iter().filter(|entry| format!("{entry:?}").contains(action)).count()
}

#[tokio::test]
async fn a_consent_is_written_down_with_its_proof_and_withdrawn_once() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lena = make(&office, &firm, json!({"name": "Lena"})).await;
    let given = give(&office, &firm, &lena, "newsletter").await;
    assert_eq!(given["channel"], "email");
    assert_eq!(given["proof"], json!({"text": "Yes, write to me once a month."}));
    assert_eq!(given["recorded_by"], firm.member.user.id.to_string());
    assert_eq!(given["withdrawn"], Value::Null);
    let listed = office.get(path(&lena, "/consents")).by(&firm.member).send().await.expect(200);
    assert_eq!(items(&listed), std::slice::from_ref(&given));

    let withdraw = path(&lena, &format!("/consents/{}/withdraw", text_at(&given, "/id")));
    let body = json!({"withdrawn_at": "2026-11-21T08:00:00Z", "note": "On the phone."});
    let first = office.post(&withdraw, body).by(&firm.member).send().await.expect(200);
    assert_eq!(first["withdrawn"]["at"], "2026-11-21T08:00:00.000Z");
    assert_eq!(first["withdrawn"]["note"], "On the phone.");
    let again = office.post(&withdraw, json!({})).by(&firm.admin).send().await.expect(200);
    assert_eq!(again, first, "the first withdrawal stays");
    assert_eq!((audit_of(&office, "consent.given").await), 1);
    assert_eq!((audit_of(&office, "consent.withdrawn").await), 1);
}

#[tokio::test]
async fn a_request_sent_twice_writes_one_consent() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lena = make(&office, &firm, json!({"name": "Lena"})).await;
    let give = || {
        let asking = office.post(path(&lena, "/consents"), consent("newsletter"));
        asking.by(&firm.member).once("k").send()
    };
    assert_eq!(give().await.expect(201), give().await.expect(201));
    assert_eq!(purposes(&office, &firm, &lena).await, ["newsletter"]);
}

#[tokio::test]
async fn what_is_no_consent_is_refused_by_field() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lena = make(&office, &firm, json!({"name": "Lena"})).await;
    let cases = [
        ("purpose", json!(" "), "field_missing", "purpose"),
        ("basis", json!("because"), "field_invalid", "basis"),
        ("source", json!("bought"), "field_invalid", "source"),
        ("proof", json!({}), "field_invalid", "proof"),
        ("proof", json!({"text": "x", "reference": "y"}), "field_invalid", "proof"),
        ("proof", json!({"text": "x".repeat(4_097)}), "field_too_long", "proof.text"),
        ("given_at", json!("2026-11-23T08:00:00Z"), "field_invalid", "given_at"),
    ];
    for (member, value, code, field) in cases {
        let mut body = consent("newsletter");
        body[member] = value;
        let asking = office.post(path(&lena, "/consents"), body).by(&firm.member);
        assert_eq!(asking.send().await.expect_problem(422, code)["field"], field);
    }
    for missing in ["purpose", "basis", "source", "proof"] {
        let mut body = consent("newsletter");
        body.as_object_mut().unwrap().remove(missing);
        let asking = office.post(path(&lena, "/consents"), body).by(&firm.member);
        assert_eq!(asking.send().await.expect_problem(422, "field_missing")["field"], missing);
    }
    let given = give(&office, &firm, &lena, "newsletter").await;
    let withdraw = path(&lena, &format!("/consents/{}/withdraw", text_at(&given, "/id")));
    let before = json!({"withdrawn_at": "2026-11-19T08:00:00Z"});
    let refused = office.post(&withdraw, before).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "withdrawn_at");
    // Another record's consent is none of this one.
    let other = make(&office, &firm, json!({"name": "Karl"})).await;
    let foreign = path(&other, &format!("/consents/{}/withdraw", text_at(&given, "/id")));
    let refused = office.post(&foreign, json!({})).by(&firm.member).send().await;
    refused.expect_problem(404, "not_found");
}

#[tokio::test]
async fn consents_follow_a_conversion_and_a_merge_and_come_back_when_it_is_undone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let one = make(&office, &firm, json!({"name": "Lena", "kind": "lead"})).await;
    let two = make(&office, &firm, json!({"name": "L. Harbour"})).await;
    for purpose in ["a", "b", "c"] {
        give(&office, &firm, &one, purpose).await;
    }
    let of_two = give(&office, &firm, &two, "d").await;
    office.post(path(&one, "/convert"), json!({})).by(&firm.member).send().await.expect(200);
    assert_eq!(purposes(&office, &firm, &one).await, ["a", "b", "c"]);

    let body = json!({"with": two["id"]});
    office.post(path(&one, "/merge"), body).by(&firm.member).send().await.expect(200);
    assert_eq!(purposes(&office, &firm, &one).await, ["a", "b", "c", "d"], "3 and 1 are 4");
    assert_eq!(purposes(&office, &firm, &two).await.len(), 4, "by either id");
    let withdraw = path(&one, &format!("/consents/{}/withdraw", text_at(&of_two, "/id")));
    office.post(&withdraw, json!({})).by(&firm.member).send().await.expect(200);

    office.post(path(&one, "/undo"), json!({})).by(&firm.member).send().await.expect(200);
    assert_eq!(purposes(&office, &firm, &one).await, ["a", "b", "c"]);
    assert_eq!(purposes(&office, &firm, &two).await, ["d"]);
    let listed = office.get(path(&two, "/consents")).by(&firm.member).send().await.expect(200);
    assert_ne!(listed["items"][0]["withdrawn"], Value::Null, "and what was withdrawn stays so");
}

#[tokio::test]
async fn a_removed_record_leaves_no_consent_behind() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let one = make(&office, &firm, json!({"name": "Lena"})).await;
    let two = make(&office, &firm, json!({"name": "L. Harbour"})).await;
    give(&office, &firm, &one, "a").await;
    give(&office, &firm, &two, "b").await;
    let body = json!({"with": two["id"]});
    let merged = office.post(path(&one, "/merge"), body).by(&firm.member).send().await.expect(200);
    let rev = merged["rev"].as_u64().unwrap();
    office.delete(path(&one, ""), rev).by(&firm.member).send().await.expect(204);
    let left = office.world.table.items(TableName::Crm);
    assert!(left.iter().all(|item| !format!("{item:?}").contains("CONSENT#")));
}
