//! Contacts: one for an address, whoever is faster.

use serde_json::{Value, json};

use crate::office::{Office, items, text_at};

fn contact(name: &str, kind: &str, addresses: &[&str]) -> Value {
    json!({"name": name, "kind": kind, "addresses": addresses})
}

#[tokio::test]
async fn a_contact_is_made_found_changed_and_removed() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = contact("Lena", "lead", &["Lena@Harbour.example", "lena@harbour.example"]);
    let made = office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    assert_eq!(made["addresses"], json!(["Lena@harbour.example"]), "without repeats, as written");
    assert_eq!(made["source"], json!({"by": "api"}));

    let lookup = json!({"email": "LENA@harbour.example"});
    let found = office.post("/v1/contacts/lookup", lookup.clone()).by(&firm.member).send().await;
    assert_eq!(found.expect(200)["id"], made["id"]);

    let path = format!("/v1/contacts/{}", text_at(&made, "/id"));
    let owner = firm.admin.user.id.to_string();
    let patch = json!({"kind": "contact", "owner": owner, "addresses": ["l@pier.example"]});
    office.world.clock.advance(std::time::Duration::from_secs(60));
    let changed = office.patch(&path, 1, patch).by(&firm.member).send().await.expect(200);
    assert_eq!((&changed["kind"], &changed["owner"]), (&json!("contact"), &json!(owner)));
    assert_eq!(changed["updated_at"], "2026-11-22T09:31:00.000Z");
    assert_eq!(changed["created_at"], made["created_at"]);
    let lost = office.post("/v1/contacts/lookup", lookup.clone()).by(&firm.member).send().await;
    lost.expect_problem(404, "not_found");

    // The address that was given up is free again.
    let body = contact("Other", "contact", &["lena@harbour.example"]);
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    let patch = json!({"addresses": ["lena@harbour.example", "l@pier.example"]});
    let taken = office.patch(&path, 2, patch).by(&firm.member).send().await;
    assert_eq!(taken.expect_problem(409, "address_taken")["field"], "addresses");

    let patch = json!({"owner": null});
    let freed = office.patch(&path, 2, patch).by(&firm.member).send().await.expect(200);
    assert_eq!((&freed["owner"], &freed["name"]), (&Value::Null, &json!("Lena")));
    office.delete(&path, 3).by(&firm.member).send().await.expect(204);
    office.get(&path).by(&firm.member).send().await.expect_problem(404, "not_found");
    let body = contact("New", "contact", &["l@pier.example"]);
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
}

#[tokio::test]
async fn of_two_who_claim_an_address_at_once_one_gets_it() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = || contact("Lena", "contact", &["lena@harbour.example", "l@pier.example"]);
    let (one, two) = tokio::join!(
        office.post("/v1/contacts", body()).by(&firm.member).send(),
        office.post("/v1/contacts", body()).by(&firm.admin).send(),
    );
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    let all = office.get("/v1/contacts").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&all).len(), 1);
}

#[tokio::test]
async fn of_two_changes_of_one_revision_one_wins() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = contact("Lena", "contact", &[]);
    let made = office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    let path = format!("/v1/contacts/{}", text_at(&made, "/id"));
    let change = |name: &str| office.patch(&path, 1, json!({"name": name})).by(&firm.member);
    let (one, two) = tokio::join!(change("A").send(), change("B").send());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
}

#[tokio::test]
async fn the_list_goes_through_all_kinds_or_one() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for (n, kind) in ["account", "lead", "contact", "lead", "contact"].iter().enumerate() {
        let body = contact(&format!("c{n}"), kind, &[]);
        office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    }
    let leads = office.get("/v1/contacts?kind=lead").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&leads).len(), 2);
    let mut kinds = Vec::new();
    let mut path = "/v1/contacts?limit=2".to_owned();
    for _ in 0..8 {
        let page = office.get(&path).by(&firm.member).send().await.expect(200);
        assert!(items(&page).len() <= 2);
        kinds.extend(items(&page).iter().map(|c| text_at(c, "/kind").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/contacts?limit=2&cursor={cursor}");
    }
    assert_eq!(kinds, ["lead", "lead", "contact", "contact", "account"]);
}

#[tokio::test]
async fn what_is_wrong_with_a_contact_is_told_by_field() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let stranger = office.firm("umbrella", false).await.member.user.id.to_string();
    let many: Vec<String> = (0..21).map(|n| format!("a{n}@harbour.example")).collect();
    let cases = [
        (json!({"name": "x", "kind": "friend"}), "field_invalid", "kind"),
        (json!({"kind": "lead"}), "field_missing", "name"),
        (
            json!({"name": "x", "addresses": ["a@b.example", "?"]}),
            "address_invalid",
            "addresses[1]",
        ),
        (json!({"name": "x", "addresses": many}), "field_too_long", "addresses"),
        (json!({"name": "x", "owner": stranger}), "field_invalid", "owner"),
        (json!({"name": "x".repeat(201)}), "field_too_long", "name"),
        (json!({"name": "x", "addresses": "a@b.example"}), "field_invalid", "addresses"),
    ];
    for (body, code, field) in cases {
        let refused = office.post("/v1/contacts", body).by(&firm.member).send().await;
        assert_eq!(refused.expect_problem(422, code)["field"], field);
    }
    let bad = office.get("/v1/contacts?kind=friend").by(&firm.member).send().await;
    assert_eq!(bad.expect_problem(400, "query_malformed")["field"], "kind");
}
