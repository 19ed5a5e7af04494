//! Routes of every kind: organization addresses, secret addresses, their change.

use serde_json::{Value, json};

use crate::office::{Office, items, text_at};

#[tokio::test]
async fn an_organization_address_has_rules_that_are_checked_and_changed() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mailbox = firm.owner.user.mailbox.to_string();
    let people = [firm.owner.user.id.to_string(), firm.member.user.id.to_string()];
    let rules = json!({
        "module": "lead",
        "defaults": {"company": "by mail"},
        "assignment": {"kind": "round_robin", "users": people},
        "senders": {"kind": "listed", "addresses": ["a@b.example"], "domains": ["C.example"]},
    });
    let address = format!("sales@{}", firm.domain);
    let body = |organization: Value| {
        let address = address.clone();
        json!({"kind": "organization", "address": address, "mailbox": mailbox,
               "organization": organization})
    };
    let with = |path: &[&str], value: Value| {
        let mut rules = rules.clone();
        let place = path.iter().fold(&mut rules, |at, name| &mut at[*name]);
        *place = value;
        rules
    };
    let stranger = "usr_00000000000000000000000001";
    for (wrong, status, code) in [
        (Value::Null, 422, "field_missing"),
        (with(&["module"], json!("No Module")), 422, "field_invalid"),
        (with(&["assignment", "users"], json!([])), 422, "field_missing"),
        (with(&["assignment", "users"], json!([stranger])), 422, "field_invalid"),
        (with(&["senders", "addresses"], json!(["nobody"])), 422, "address_invalid"),
        (with(&["senders", "domains"], json!(["no domain"])), 422, "field_invalid"),
        (with(&["verdict"], json!("maybe")), 422, "field_invalid"),
        (with(&["colour"], json!("red")), 422, "field_unknown"),
    ] {
        let refused = office.post("/v1/routes", body(wrong.clone())).by(&firm.admin).send().await;
        let refused = refused.expect_problem(status, code);
        assert!(text_at(&refused, "/field").contains("organization"), "{wrong}: {refused}");
    }
    let made = office.post("/v1/routes", body(rules.clone())).by(&firm.admin).send().await;
    let made = made.expect(201);
    assert_eq!((&made["kind"], &made["dropbox"]), (&json!("organization"), &Value::Null));
    assert_eq!(made["organization"]["verdict"], "authenticated");
    assert_eq!(made["organization"]["senders"]["domains"], json!(["c.example"]));
    let path = format!("/v1/routes/{}", text_at(&made, "/id"));
    let everyone = with(&["senders"], json!({"kind": "everyone"}));
    let patch = office.patch(&path, 1, json!({"organization": everyone})).by(&firm.admin);
    let changed = patch.send().await.expect(200);
    assert_eq!(changed["organization"]["senders"], json!({"kind": "everyone"}));
    assert_eq!(changed["organization"]["assignment"]["users"], json!(people));
    let other = office.patch(&path, 2, json!({"dropbox": {}})).by(&firm.admin).send().await;
    other.expect_problem(422, "field_invalid");
}

#[tokio::test]
async fn a_secret_address_is_made_by_us_and_no_two_are_alike() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let user = &firm.member.user;
    let body = |kind: &str| json!({"kind": kind, "domain": firm.domain, "mailbox": user.mailbox.to_string()});
    let mut seen = std::collections::BTreeSet::new();
    for (kind, front) in [("dropbox", "bcc+"), ("forwarding", "in+"), ("dropbox", "bcc+")] {
        let made = office.post("/v1/routes", body(kind)).by(&firm.admin).send().await.expect(201);
        let address = text_at(&made, "/address").to_owned();
        let secret = address.strip_prefix(front).and_then(|rest| rest.split_once('@')).unwrap().0;
        assert_eq!(secret.len(), 26, "130 bits");
        for known in [user.id.to_string(), user.mailbox.to_string(), user.name.clone()] {
            assert!(!address.contains(&known.to_lowercase()));
        }
        assert!(seen.insert(address));
    }
    let mut named = body("dropbox");
    named["domain"] = Value::Null;
    named["address"] = json!(format!("me@{}", firm.domain));
    let refused = office.post("/v1/routes", named).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "address");
}

#[tokio::test]
async fn only_its_user_and_administrators_see_and_change_a_secret_address() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = json!({"kind": "dropbox", "domain": firm.domain,
                      "mailbox": firm.owner.user.mailbox.to_string()});
    let made = office.post("/v1/routes", body).by(&firm.owner).send().await.expect(201);
    let (path, old) = (format!("/v1/routes/{}", text_at(&made, "/id")), text_at(&made, "/address"));
    let rotate = || office.post(format!("{path}/rotate"), json!({"grace_days": 2}));

    let hidden = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(hidden["address"], Value::Null);
    rotate().by(&firm.member).send().await.expect_problem(404, "not_found");
    let shown = rotate().by(&firm.owner).send().await.expect(200);
    assert_ne!(shown["address"], old);
    assert_eq!((&shown["id"], &shown["rev"]), (&made["id"], &json!(2)));
    let again = rotate().by(&firm.admin).send().await.expect(200);
    assert_ne!(again["address"], shown["address"]);

    let all = office.get("/v1/routes").by(&firm.admin).send().await.expect(200);
    let dropboxes = items(&all).iter().filter(|route| route["kind"] == "dropbox").count();
    assert_eq!(dropboxes, 1, "what was changed is no route any more");
    let late = office.post(format!("{path}/rotate"), json!({"grace_days": 31})).by(&firm.admin);
    assert_eq!(late.send().await.expect_problem(422, "field_invalid")["limit"], 30);
    let plain = items(&all).iter().find(|route| route["kind"] == "mailbox").unwrap();
    let plain = format!("/v1/routes/{}/rotate", text_at(plain, "/id"));
    let refused = office.post(plain, json!({})).by(&firm.admin).send().await;
    refused.expect_problem(409, "route_not_secret");
}

#[tokio::test]
async fn what_a_made_record_begins_with_is_judged_by_its_module() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let module = json!({"name": "partner", "label": "Partner", "plural": "Partners", "fields": [
        {"name": "vip", "label": "VIP", "type": "yes_no"},
        {"name": "level", "label": "Level", "type": "choice", "choices": ["gold", "plain"]},
        {"name": "firm", "label": "Firm", "type": "reference", "to": "account"},
    ]});
    office.post("/v1/modules", module).by(&firm.admin).send().await.expect(201);
    let body = |address: &str, module: &str, defaults: Value| {
        json!({"kind": "organization", "address": format!("{address}@{}", firm.domain),
               "mailbox": firm.owner.user.mailbox,
               "organization": {"module": module, "defaults": defaults}})
    };
    let good = json!({"vip": true, "level": "gold"});
    let made = office.post("/v1/routes", body("sales", "partner", good.clone())).by(&firm.admin);
    let made = made.send().await.expect(201);
    assert_eq!(made["organization"]["defaults"], good);
    let missing = domain::ids::ContactId::from_bits(1);
    for (module, defaults, code, field) in [
        ("partner", json!({"colour": "red"}), "field_unknown", "defaults.colour"),
        ("partner", json!({"vip": "yes"}), "field_invalid", "defaults.vip"),
        ("partner", json!({"level": "silver"}), "field_invalid", "defaults.level"),
        ("partner", json!({"level": 1.5}), "field_invalid", "defaults.level"),
        ("partner", json!({"firm": missing}), "field_invalid", "defaults.firm"),
        ("unicorn", json!({}), "field_invalid", "module"),
    ] {
        let asked = office.post("/v1/routes", body("x", module, defaults)).by(&firm.admin);
        let problem = asked.send().await.expect_problem(422, code);
        assert_eq!(problem["field"], format!("organization.{field}"));
    }
    let path = format!("/v1/routes/{}", made["id"].as_str().unwrap());
    let patch = json!({"organization": {"module": "lead", "defaults": good}});
    let refused = office.patch(&path, 1, patch).by(&firm.admin).send().await;
    let problem = refused.expect_problem(422, "field_unknown");
    assert_eq!(problem["field"], "organization.defaults.level", "a lead has no such field");
}

#[tokio::test]
async fn a_dropbox_is_a_card_for_its_owner_that_follows_its_address() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body =
        json!({"kind": "dropbox", "domain": firm.domain, "mailbox": firm.member.user.mailbox});
    let made = office.post("/v1/routes", body).by(&firm.admin).send().await.expect(201);
    let path = format!("/v1/routes/{}/vcard", text_at(&made, "/id"));
    let card = async |who| {
        let reply = office.get(&path).by(who).send().await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], "text/vcard; charset=utf-8");
        let read = mail::cards::read(&String::from_utf8(reply.octets).unwrap()).remove(0);
        assert!(read.name.unwrap().ends_with(&firm.member.user.name));
        read.emails[0].expose().to_owned()
    };
    let first = card(&firm.member).await;
    assert_eq!(made["address"], first.as_str());
    assert_eq!(card(&firm.admin).await, first);
    let rotate = format!("/v1/routes/{}/rotate", text_at(&made, "/id"));
    let turned = office.post(&rotate, json!({})).by(&firm.member).send().await.expect(200);
    let second = card(&firm.member).await;
    assert_ne!(second, first);
    assert_eq!(turned["address"], second.as_str());

    let body =
        json!({"kind": "dropbox", "domain": firm.domain, "mailbox": firm.admin.user.mailbox});
    let other = office.post("/v1/routes", body).by(&firm.admin).send().await.expect(201);
    let foreign = format!("/v1/routes/{}/vcard", text_at(&other, "/id"));
    office.get(&foreign).by(&firm.member).send().await.expect_problem(404, "not_found");
    let all = office.get("/v1/routes").by(&firm.member).send().await.expect(200);
    let own = items(&all).iter().find(|r| r["owner"] == json!(firm.member.user.id)).unwrap();
    let plain = format!("/v1/routes/{}/vcard", text_at(own, "/id"));
    office.get(&plain).by(&firm.member).send().await.expect_problem(409, "route_not_secret");
}
