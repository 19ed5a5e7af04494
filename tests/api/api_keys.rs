//! API keys: made within one's rights, shown once, revoked.

use domain::permission::Scope;
use serde_json::json;
use store::table::TableName;

use crate::office::{Office, items, text_at};

#[tokio::test]
async fn a_key_is_shown_once_and_stored_as_a_hash() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = json!({"name": "sync", "scopes": ["contacts.read"], "expires_in_days": 30});
    let made = office.post("/v1/api_keys", body).by(&firm.member).send().await.expect(201);
    let text = text_at(&made, "/key").to_owned();
    assert_eq!(made["expires_at"], "2026-12-22T09:30:00.000Z");

    office.get("/v1/contacts").key(&text).send().await.expect(200);
    let beyond = office.get("/v1/users").key(&text).send().await;
    beyond.expect_problem(403, "right_missing");

    let path = format!("/v1/api_keys/{}", text_at(&made, "/id"));
    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert!(shown.get("key").is_none());
    let secret = text.rsplit('_').next().unwrap();
    for table in [TableName::Crm, TableName::Delivery, TableName::Audit] {
        let stored = format!("{:?}", office.world.table.items(table));
        assert!(!stored.contains(secret), "{table:?}");
    }
}

#[tokio::test]
async fn a_key_gets_no_right_that_its_maker_or_its_user_lacks() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = |scope: &str, user: Option<String>| json!({"name": "k", "scopes": [scope], "expires_in_days": 1, "user": user});
    let member_wants_more = office.post("/v1/api_keys", body("users.write", None)).by(&firm.member);
    member_wants_more.send().await.expect_problem(422, "scope_not_held");

    let narrow = [Scope::WriteApiKeys, Scope::ReadMail];
    let narrow = office.key(firm.id, firm.admin.user.id, &narrow).await;
    let wider = office.post("/v1/api_keys", body("contacts.read", None)).key(&narrow);
    wider.send().await.expect_problem(422, "scope_not_held");

    let member = Some(firm.member.user.id.to_string());
    let for_member = office.post("/v1/api_keys", body("users.write", member)).by(&firm.admin);
    for_member.send().await.expect_problem(422, "scope_not_held");
}

#[tokio::test]
async fn only_administrators_make_keys_for_others_and_never_for_those_above_them() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let stranger = office.firm("umbrella", false).await;
    let body = |user: &str| json!({"name": "k", "scopes": ["mail.read"], "expires_in_days": 1, "user": user});
    let (owner, admin) = (firm.owner.user.id.to_string(), firm.admin.user.id.to_string());
    let by_member = office.post("/v1/api_keys", body(&admin)).by(&firm.member);
    by_member.send().await.expect_problem(403, "right_missing");
    let above = office.post("/v1/api_keys", body(&owner)).by(&firm.admin);
    above.send().await.expect_problem(403, "right_missing");
    let foreign = body(&stranger.member.user.id.to_string());
    let foreign = office.post("/v1/api_keys", foreign).by(&firm.owner).send().await;
    assert_eq!(foreign.expect_problem(422, "field_invalid")["field"], "user");
    office.post("/v1/api_keys", body(&admin)).by(&firm.owner).send().await.expect(201);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_and_frees_its_place() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let patch = office.patch("/v1/settings", 1, json!({"limits": {"api_keys_per_user": 2}}));
    patch.by(&firm.owner).send().await.expect(200);
    let body = || json!({"name": "k", "scopes": ["mail.read"], "expires_in_days": 1});
    let made = office.post("/v1/api_keys", body()).by(&firm.member).send().await.expect(201);
    let full = office.post("/v1/api_keys", body()).by(&firm.member).send().await;
    full.expect_problem(422, "limit_reached");

    let path = format!("/v1/api_keys/{}", text_at(&made, "/id"));
    let revoked = office.delete(&path, 1).by(&firm.member).send().await.expect(200);
    assert!(revoked["revoked_at"].is_string());
    let key = text_at(&made, "/key");
    office.get("/v1/limits").key(key).send().await.expect_problem(401, "key_invalid");
    office.post("/v1/api_keys", body()).by(&firm.member).send().await.expect(201);
}

#[tokio::test]
async fn a_member_sees_and_revokes_his_own_keys_alone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mine = office.get("/v1/api_keys").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&mine).len(), 1);
    let all = office.get("/v1/api_keys").by(&firm.admin).send().await.expect(200);
    assert_eq!(items(&all).len(), 3);
    let of_owner = format!("/v1/api_keys?user={}", firm.owner.user.id);
    let one = office.get(&of_owner).by(&firm.admin).send().await.expect(200);
    assert_eq!(items(&one).len(), 1);
    let hidden = office.get(&of_owner).by(&firm.member).send().await.expect(200);
    assert!(items(&hidden).is_empty());

    let path = format!("/v1/api_keys/{}", text_at(&one, "/items/0/id"));
    office.get(&path).by(&firm.member).send().await.expect_problem(404, "not_found");
    office.delete(&path, 1).by(&firm.member).send().await.expect_problem(404, "not_found");
    office.delete(&path, 1).by(&firm.admin).send().await.expect_problem(403, "right_missing");
}

#[tokio::test]
async fn the_life_of_a_key_has_a_bound() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for days in [0, 367] {
        let body = json!({"name": "k", "scopes": ["mail.read"], "expires_in_days": days});
        let refused = office.post("/v1/api_keys", body).by(&firm.member).send().await;
        let problem = refused.expect_problem(422, "field_invalid");
        assert_eq!(
            (&problem["field"], &problem["limit"]),
            (&json!("expires_in_days"), &json!(366))
        );
    }
}
