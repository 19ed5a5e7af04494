//! Inbound routes: only under one's own domains.

use serde_json::json;

use crate::office::{Office, items, text_at};

#[tokio::test]
async fn a_route_is_made_led_elsewhere_and_removed() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mailbox = firm.member.user.mailbox.to_string();
    let body = json!({"address": format!("Sales@{}", firm.domain), "mailbox": mailbox});
    let made = office.post("/v1/routes", body).by(&firm.admin).send().await.expect(201);
    assert_eq!(made["owner"], firm.member.user.id.to_string());
    let path = format!("/v1/routes/{}", text_at(&made, "/id"));

    let patch = json!({"mailbox": firm.owner.user.mailbox.to_string()});
    let changed = office.patch(&path, 1, patch).by(&firm.admin).send().await.expect(200);
    assert_eq!(changed["owner"], firm.owner.user.id.to_string());
    office.delete(&path, 1).by(&firm.admin).send().await.expect_problem(412, "revision_mismatch");
    office.delete(&path, 2).by(&firm.admin).send().await.expect(204);
    office.get(&path).by(&firm.admin).send().await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_domain_of_another_tenant_or_of_nobody_takes_no_route() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    let mailbox = firm.member.user.mailbox.to_string();
    let cases = [
        (json!({"address": format!("info@{}", other.domain)}), 409, "domain_taken", "address"),
        (json!({"domain": other.domain}), 409, "domain_taken", "domain"),
        (json!({"domain": "example.org"}), 422, "domain_not_claimed", "domain"),
        (json!({"address": "a@example.org"}), 422, "domain_not_claimed", "address"),
        (json!({"address": "nobody"}), 422, "address_invalid", "address"),
        (json!({"domain": "no domain"}), 422, "field_invalid", "domain"),
        (json!({}), 422, "field_missing", "address"),
        (json!({"address": "a@b.example", "domain": "b.example"}), 422, "field_invalid", "domain"),
    ];
    for (mut body, status, code, field) in cases {
        body["mailbox"] = json!(mailbox);
        let refused = office.post("/v1/routes", body).by(&firm.admin).send().await;
        assert_eq!(refused.expect_problem(status, code)["field"], field);
    }
    let body = json!({"domain": firm.domain, "mailbox": other.member.user.mailbox.to_string()});
    let refused = office.post("/v1/routes", body).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "mailbox");
}

#[tokio::test]
async fn an_address_has_one_route_and_a_domain_another() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mailbox = firm.owner.user.mailbox.to_string();
    let address = json!({"address": format!("mia@{}", firm.domain), "mailbox": mailbox});
    let refused = office.post("/v1/routes", address).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(409, "route_taken")["field"], "address");
    let domain = || json!({"domain": firm.domain.to_uppercase(), "mailbox": mailbox});
    let made = office.post("/v1/routes", domain()).by(&firm.admin).send().await.expect(201);
    assert_eq!(made["domain"], firm.domain);
    let refused = office.post("/v1/routes", domain()).by(&firm.admin).send().await;
    refused.expect_problem(409, "route_taken");
    let all = office.get("/v1/routes").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&all).len(), 4);
}

#[tokio::test]
async fn the_limit_of_routes_holds_and_a_removed_route_frees_its_place() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let patch = office.patch("/v1/settings", 1, json!({"limits": {"routes": 4}}));
    patch.by(&firm.owner).send().await.expect(200);
    let mailbox = firm.owner.user.mailbox.to_string();
    let body =
        |local: &str| json!({"address": format!("{local}@{}", firm.domain), "mailbox": mailbox});
    let made = office.post("/v1/routes", body("a")).by(&firm.admin).send().await.expect(201);
    let full = office.post("/v1/routes", body("b")).by(&firm.admin).send().await;
    full.expect_problem(422, "limit_reached");
    let path = format!("/v1/routes/{}", text_at(&made, "/id"));
    office.delete(&path, 1).by(&firm.admin).send().await.expect(204);
    office.post("/v1/routes", body("b")).by(&firm.admin).send().await.expect(201);
}
