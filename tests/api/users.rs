//! Users: made with mailbox and route, changed, disabled; the last owner stays.

use domain::permission::Scope;
use domain::route::Route;
use domain::user::Role;
use serde_json::json;
use store::table::TableName;

use crate::office::{Firm, Office, items, text_at};

fn new_user(firm: &Firm, local_part: &str, role: &str) -> serde_json::Value {
    json!({"name": local_part, "email": format!("{local_part}@{}", firm.domain), "role": role})
}

#[tokio::test]
async fn a_new_user_has_a_mailbox_and_mail_for_him_is_routed_into_it() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let made = office.post("/v1/users", new_user(&firm, "nora", "member")).by(&firm.admin);
    let made = made.send().await;
    assert_eq!(made.headers["etag"], "\"1\"");
    let made = made.expect(201);
    let routes = office.get("/v1/routes").by(&firm.member).send().await.expect(200);
    let address = format!("nora@{}", firm.domain);
    let route = items(&routes).iter().find(|route| route["address"] == address.as_str()).unwrap();
    assert_eq!((&route["mailbox"], &route["owner"]), (&made["mailbox"], &made["id"]));
}

#[tokio::test]
async fn mail_for_a_user_of_a_foreign_domain_is_not_routed() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    for domain in [other.domain.as_str(), "unclaimed.example.org"] {
        let body = json!({"name": "x", "email": format!("eve@{domain}"), "role": "member"});
        office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    }
    let items = office.world.table.items(TableName::Crm);
    let routes = items.into_iter().filter_map(|item| store::item::from_item::<Route>(item).ok());
    assert_eq!(routes.filter(|route| route.tenant == firm.id).count(), 3);
}

#[tokio::test]
async fn an_address_belongs_to_one_user_of_the_tenant() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let again = json!({"name": "M", "email": format!("MIA@{}", firm.domain), "role": "member"});
    let refused = office.post("/v1/users", again).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(409, "address_taken")["field"], "email");
}

#[tokio::test]
async fn a_user_is_changed_disabled_and_let_in_again() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let path = format!("/v1/users/{}", firm.member.user.id);
    let patch = json!({"name": "Mia B", "role": "admin"});
    let changed = office.patch(&path, 1, patch).by(&firm.admin).send().await.expect(200);
    assert_eq!((&changed["name"], &changed["role"]), (&json!("Mia B"), &json!("admin")));

    let disabled = office.delete(&path, 2).by(&firm.admin).send().await.expect(200);
    assert!(disabled["disabled_at"].is_string());
    office.get("/v1/users").by(&firm.member).send().await.expect_problem(401, "key_invalid");

    let patch = json!({"disabled_at": "2026-01-01T00:00:00Z"});
    let refused = office.patch(&path, 3, patch).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "disabled_at");
    let patch = json!({"disabled_at": null});
    office.patch(&path, 3, patch).by(&firm.admin).send().await.expect(200);
    office.get("/v1/users").by(&firm.member).send().await.expect(200);
}

#[tokio::test]
async fn nobody_handles_a_user_of_a_higher_role() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let owner = format!("/v1/users/{}", firm.owner.user.id);
    let member = format!("/v1/users/{}", firm.member.user.id);
    let admin = &firm.admin;
    let tries = [
        office.post("/v1/users", new_user(&firm, "zoe", "owner")).by(admin),
        office.patch(&owner, 1, json!({"name": "x"})).by(admin),
        office.patch(&member, 1, json!({"role": "owner"})).by(admin),
        office.delete(&owner, 1).by(admin),
    ];
    for asking in tries {
        asking.send().await.expect_problem(403, "right_missing");
    }
    office
        .post("/v1/users", new_user(&firm, "zoe", "owner"))
        .by(&firm.owner)
        .send()
        .await
        .expect(201);
}

#[tokio::test]
async fn the_last_owner_stays_even_when_two_leave_at_once() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let first = format!("/v1/users/{}", firm.owner.user.id);
    let alone = office.delete(&first, 1).by(&firm.owner).send().await;
    alone.expect_problem(409, "last_owner");

    let second = office.post("/v1/users", new_user(&firm, "zoe", "owner")).by(&firm.owner);
    let second = second.send().await.expect(201);
    let second = text_at(&second, "/id");
    let key = office.key(firm.id, second.parse().unwrap(), Scope::ALL).await;
    let second = format!("/v1/users/{second}");
    let leaving = office.delete(&first, 1).by(&firm.owner);
    let demoted = office.patch(&second, 1, json!({"role": "member"})).key(&key);
    let (leaving, demoted) = tokio::join!(leaving.send(), demoted.send());
    let mut statuses = [leaving.status.as_u16(), demoted.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let users = office.world.table.items(TableName::Crm);
    let users =
        users.into_iter().filter_map(|i| store::item::from_item::<domain::user::User>(i).ok());
    let owners = users.filter(|u| u.role == Role::Owner && u.disabled_at.is_none()).count();
    assert_eq!(owners, 1);
}

#[tokio::test]
async fn the_limit_of_users_holds() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let patch = office.patch("/v1/settings", 1, json!({"limits": {"users": 4}}));
    patch.by(&firm.owner).send().await.expect(200);
    office
        .post("/v1/users", new_user(&firm, "a", "member"))
        .by(&firm.admin)
        .send()
        .await
        .expect(201);
    let refused = office.post("/v1/users", new_user(&firm, "b", "member")).by(&firm.admin);
    let problem = refused.send().await.expect_problem(422, "limit_reached");
    assert_eq!(problem["limit"], 4);
}

#[tokio::test]
async fn users_are_listed_page_by_page_without_gap_or_repeat() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for n in 0..8 {
        let body = new_user(&firm, &format!("u{n}"), "member");
        office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    }
    let mut seen = Vec::new();
    let mut path = "/v1/users?limit=3".to_owned();
    for _ in 0..10 {
        let page = office.get(&path).by(&firm.member).send().await.expect(200);
        seen.extend(items(&page).iter().map(|user| text_at(user, "/id").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/users?limit=3&cursor={cursor}");
    }
    assert_eq!(seen.len(), 11);
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), 11);
}

#[tokio::test]
async fn changes_leave_their_trace_by_id_alone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let made = office.post("/v1/users", new_user(&firm, "nora", "member")).by(&firm.admin);
    let made = made.send().await;
    let request = made.headers["x-request-id"].to_str().unwrap().to_owned();
    let id = text_at(&made.expect(201), "/id").to_owned();
    let entries = office.world.table.items(TableName::Audit);
    let entry: domain::audit::AuditEntry =
        store::item::from_item(entries.last().unwrap().clone()).unwrap();
    assert_eq!((entry.action.as_str(), entry.subject), ("user.created", id));
    assert_eq!(entry.user, Some(firm.admin.user.id));
    assert_eq!(entry.request.unwrap().to_string(), request);
}
