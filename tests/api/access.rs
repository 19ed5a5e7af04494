//! Who may ask what: every endpoint of the router, through one matrix.

use std::collections::BTreeMap;

use api::endpoint::Endpoint;
use domain::ids::{
    ActivityId, AlertId, ConsentId, ContactId, IntakeId, InvitationId, LinkRuleId, ListId,
    MessageId, NoticeId, RouteId, ThreadId, UnblockRequestId,
};
use domain::permission::Scope;
use domain::timestamp::Timestamp;
use domain::user::Role;
use http::Method;
use serde_json::{Value, json};

use crate::office::{Asking, Firm, Office, Person};

/// The endpoints that need a key.
fn guarded() -> impl Iterator<Item = Endpoint> {
    const OPEN: [&str; 3] =
        ["GET /v1/health", "GET /v1/calendar/{id}", "POST /v1/mail_events/topic"];
    let name = |endpoint: &Endpoint| format!("{} {}", endpoint.method, endpoint.path);
    let all = api::resources::endpoints().into_iter();
    all.filter(move |endpoint| !OPEN.contains(&name(endpoint).as_str()))
}

/// A request to an endpoint that nothing is wrong with but, perhaps, who sends it.
fn ask<'a>(office: &'a Office, endpoint: &Endpoint, ids: &BTreeMap<&str, String>) -> Asking<'a> {
    let resource = endpoint.path.split('/').nth(2).unwrap();
    let id = ids.get(resource).map_or("", String::as_str);
    let path = endpoint.path.replace("{id}", id).replace("{n}", "1");
    let path = path.replace("{contact}", &ContactId::from_bits(1).to_string());
    let path = path.replace("{consent}", &ConsentId::from_bits(1).to_string());
    let mut asking = office.ask(endpoint.method.clone(), path);
    if endpoint.revised {
        asking = asking.rev(1);
    }
    if endpoint.takes.is_some() {
        asking = asking.json(body(endpoint));
    }
    asking
}

fn body(endpoint: &Endpoint) -> Value {
    match (endpoint.method.clone(), endpoint.path) {
        (Method::PATCH, _) => json!({}),
        (_, "/v1/users") => json!({"name": "x", "email": "x@example.org", "role": "member"}),
        (_, "/v1/api_keys") => json!({"name": "x", "scopes": ["mail.read"], "expires_in_days": 1}),
        (_, "/v1/routes") => {
            json!({"domain": "example.org", "mailbox": "mbx_01KB2N8QSZ3M9T4V5W6X7Y8Z90"})
        }
        (_, "/v1/messages") => json!({"to": ["x@example.org"]}),
        (_, "/v1/routes/{id}/rotate") => json!({}),
        (_, "/v1/sender_addresses" | "/v1/sender_addresses/remove") => {
            json!({"address": "x@example.org"})
        }
        (_, "/v1/sender_addresses/confirm") => json!({"address": "x@example.org", "code": "1"}),
        (_, "/v1/contacts") => json!({"name": "x"}),
        (_, "/v1/invitations/{id}/answer") => json!({"answer": "accept"}),
        (_, "/v1/tasks" | "/v1/notes") => json!({"subject": "x"}),
        (_, "/v1/events") => json!({
            "subject": "x",
            "start_at": "2026-11-23T09:00:00Z",
            "end_at": "2026-11-23T10:00:00Z",
        }),
        (_, "/v1/contacts/{id}/convert" | "/v1/contacts/{id}/undo") => json!({}),
        (_, "/v1/contacts/{id}/merge") => json!({"with": ContactId::from_bits(2)}),
        (_, "/v1/contacts/{id}/consents/{consent}/withdraw") => json!({}),
        (_, "/v1/contacts/{id}/consents") => json!({
            "purpose": "x", "basis": "consent", "source": "paper", "proof": {"reference": "x"},
        }),
        (_, "/v1/messages/{id}/contact") => json!({}),
        (_, "/v1/messages/{id}/suggested_contact") => json!({}),
        (_, "/v1/lists") => json!({"name": "x"}),
        (_, "/v1/lists/{id}/members") => json!({"add": [ContactId::from_bits(2)]}),
        (_, "/v1/modules") => json!({"name": "press", "label": "x", "plural": "x"}),
        (_, "/v1/modules/{id}/purge") => json!({"rev": 1}),
        (_, "/v1/threads/{id}/split") => json!({"messages": [MessageId::from_bits(1)]}),
        (_, "/v1/threads/{id}/merge") => json!({"into": ThreadId::from_bits(2)}),
        (_, "/v1/threads/{id}/move") => {
            json!({"messages": [MessageId::from_bits(1)], "to": ThreadId::from_bits(2)})
        }
        (_, "/v1/messages/{id}/links") => json!({"contact": ContactId::from_bits(1)}),
        (_, "/v1/link_rules") => {
            json!({"email": "x@example.org", "contact": ContactId::from_bits(1)})
        }
        (_, "/v1/contact_creations/undo") => json!({"message": MessageId::from_bits(1)}),
        (_, "/v1/contacts/lookup") => json!({"email": "x@example.org"}),
        (_, "/v1/suppressions/lookup") => json!({"email": "x@example.org"}),
        (_, "/v1/suppressions/unblock") => {
            json!({"ids": ["sup_bounces.X"], "cause_resolved": true})
        }
        (_, "/v1/unblock_requests") => {
            json!({"ids": ["sup_bounces.X"], "reason": "x", "cause_resolved": true})
        }
        (_, path) if path.starts_with("/v1/unblock_requests/") => json!({"reason": "x"}),
        (_, "/v1/search") => json!({"words": "x"}),
        (_, "/v1/address_book/lookup") => json!({"letters": "x"}),
        (method, path) => panic!("a body for {method} {path}"),
    }
}

/// Ids that are well-formed; those of users and keys are of somebody of the firm who asks nothing.
async fn ids(office: &Office, firm: &Firm) -> BTreeMap<&'static str, String> {
    let body = json!({"name": "s", "email": "silas@acme.example.com", "role": "member"});
    let silent = office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    let silent = silent["id"].as_str().unwrap().to_owned();
    let key = office.key(firm.id, silent.parse().unwrap(), &[]).await;
    let key = key.split('_').nth(1).unwrap();
    BTreeMap::from([
        ("users", silent),
        ("api_keys", format!("key_{key}")),
        ("routes", RouteId::from_bits(1).to_string()),
        ("notices", NoticeId::from_bits(1).to_string()),
        ("contacts", ContactId::from_bits(1).to_string()),
        ("lists", ListId::from_bits(1).to_string()),
        ("modules", "partner".to_owned()),
        ("link_rules", LinkRuleId::from_bits(1).to_string()),
        ("messages", MessageId::from_bits(1).to_string()),
        ("threads", ThreadId::from_bits(1).to_string()),
        ("intake", IntakeId::from_bits(1).to_string()),
        ("tasks", ActivityId::from_bits(1).to_string()),
        ("events", ActivityId::from_bits(1).to_string()),
        ("notes", ActivityId::from_bits(1).to_string()),
        ("invitations", InvitationId::from_bits(1).to_string()),
        ("alerts", AlertId::from_bits(1).to_string()),
        ("unblock_requests", UnblockRequestId::from_bits(1).to_string()),
    ])
}

#[tokio::test]
async fn without_a_valid_key_nothing_is_answered_and_nobody_learns_why() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let member = &firm.member.user;
    let past = Timestamp::parse("2026-11-22T09:30:00Z").unwrap();
    let expired = office.key_until(firm.id, member.id, Scope::ALL, past).await;
    let revoked = office.key(firm.id, member.id, Scope::ALL).await;
    let path = format!("/v1/api_keys/key_{}", revoked.split('_').nth(1).unwrap());
    office.delete(&path, 1).by(&firm.admin).send().await.expect(200);
    let body = json!({"name": "n", "email": "nora@acme.example.com", "role": "member"});
    let nora = office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    let nora_id = nora["id"].as_str().unwrap();
    let disabled = office.key(firm.id, nora_id.parse().unwrap(), Scope::ALL).await;
    let path = format!("/v1/users/{nora_id}");
    office.delete(&path, 1).by(&firm.admin).send().await.expect(200);
    let (front, secret) = firm.member.key.rsplit_once('_').unwrap();
    let other_secret = format!("{front}_{}", secret.chars().rev().collect::<String>());
    let (_, other_tail) = firm.admin.key.rsplit_once('_').unwrap();
    let mixed = format!("{front}_{other_tail}");

    let ids = ids(&office, &firm).await;
    for endpoint in guarded() {
        let at = format!("{} {}", endpoint.method, endpoint.path);
        let missing = ask(&office, &endpoint, &ids).send().await;
        assert_eq!(missing.headers["www-authenticate"], "Bearer", "{at}");
        missing.expect_problem(401, "key_missing");
        for scheme in ["Basic dXNlcjpwYXNz", "Bearer", "Bearer ", "Bearer mailroom_x"] {
            let malformed = ask(&office, &endpoint, &ids).header("authorization", scheme);
            malformed.send().await.expect_problem(401, "key_missing");
        }
        let mut answers = Vec::new();
        for key in [&expired, &revoked, &disabled, &mixed] {
            let refused = ask(&office, &endpoint, &ids).key(key).send().await;
            let mut problem = refused.expect_problem(401, "key_invalid");
            problem["request_id"] = Value::Null;
            answers.push(problem);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{at}: the reasons can't be told apart");
        // A reversed secret may have an impossible last character: then it is no key at all.
        assert_eq!(
            ask(&office, &endpoint, &ids).key(&other_secret).send().await.status,
            401,
            "{at}"
        );
    }
}

#[tokio::test]
async fn each_endpoint_needs_its_rights_and_names_the_one_that_is_missing() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let ids = ids(&office, &firm).await;
    for endpoint in guarded() {
        let at = format!("{} {}", endpoint.method, endpoint.path);
        assert!(!endpoint.rights.is_empty(), "{at} needs a right");
        for right in &endpoint.rights {
            let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|s| s != right).collect();
            let key = office.key(firm.id, firm.owner.user.id, &others).await;
            let refused = ask(&office, &endpoint, &ids).key(&key).send().await;
            let problem = refused.expect_problem(403, "right_missing");
            let hint = problem["hint"].as_str().unwrap();
            assert!(hint.contains(right.name()), "{at}: {hint}");
        }
        // Those rights are enough.
        let key = office.key(firm.id, firm.owner.user.id, &endpoint.rights).await;
        let status = ask(&office, &endpoint, &ids).key(&key).send().await.status.as_u16();
        assert!(status != 401 && status != 403 && status < 500, "{at}: {status}");
    }
}

#[tokio::test]
async fn a_role_below_the_least_one_is_refused_whatever_the_scopes() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let ids = ids(&office, &firm).await;
    let people: [(&Person, Role); 2] = [(&firm.member, Role::Member), (&firm.admin, Role::Admin)];
    let mut refusals = 0;
    for endpoint in guarded() {
        for (person, role) in people {
            let lacking = endpoint.rights.iter().any(|right| role < right.least_role());
            let reply = ask(&office, &endpoint, &ids).by(person).send().await;
            if lacking {
                reply.expect_problem(403, "right_missing");
                refusals += 1;
            } else {
                let at = format!("{} {}", endpoint.method, endpoint.path);
                assert!(![401, 403].contains(&reply.status.as_u16()), "{at}: {}", reply.body);
            }
        }
    }
    assert!(refusals > 5);
}

#[tokio::test]
async fn what_belongs_to_another_tenant_does_not_exist() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    let body = json!({"name": "Lena"});
    let contact = office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    let routes = office.get("/v1/routes").by(&firm.member).send().await.expect(200);
    let mut theirs = ids(&office, &firm).await;
    theirs.insert("contacts", contact["id"].as_str().unwrap().to_owned());
    theirs.insert("routes", routes["items"][0]["id"].as_str().unwrap().to_owned());
    let before = format!("{:?}", office.world.table.items(store::table::TableName::Crm));
    for endpoint in guarded().filter(|endpoint| endpoint.path.contains("{id}")) {
        let reply = ask(&office, &endpoint, &theirs).by(&other.owner).send().await;
        reply.expect_problem(404, "not_found");
    }
    let after = format!("{:?}", office.world.table.items(store::table::TableName::Crm));
    assert_eq!(before, after, "and nothing of it changed");
}

#[tokio::test]
async fn authentication_reads_twice() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let nothing = office.key(firm.id, firm.owner.user.id, &[]).await;
    office.world.table.reset_usage();
    office.get("/v1/users").key(&nothing).send().await.expect_problem(403, "right_missing");
    let usage = office.world.table.usage();
    assert_eq!((usage.get.calls, usage.batch_get.calls, usage.calls()), (1, 1, 2));
}
