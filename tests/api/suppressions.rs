//! Unblocking with every rule of S4.8 and Z12, and where blocks are seen.

use std::time::Duration;

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use flows::ports::Clock;
use serde_json::{Value, json};
use store::table::TableName;

use crate::office::{Firm, Office, items, text_at};

/// Blocks an address as a bounce of that category does.
pub async fn block(
    office: &Office,
    firm: &Firm,
    address: &str,
    category: BounceCategory,
) -> String {
    let cause = SuppressionCause::Bounce;
    put(office, firm, address, SuppressionScope::Bounces, cause, Some(category)).await
}

async fn put(
    office: &Office,
    firm: &Firm,
    address: &str,
    scope: SuppressionScope,
    cause: SuppressionCause,
    category: Option<BounceCategory>,
) -> String {
    let address = EmailAddress::parse(address).unwrap();
    let now = office.world.clock.now();
    let permanence = category.map_or(Permanence::Permanent, BounceCategory::permanence);
    let block = Suppression {
        scope,
        tenant: firm.id,
        address_hash: Some(office.world.records.hasher.address(&address)),
        domain: address.domain().to_owned(),
        contact: None,
        cause,
        permanence,
        category,
        reason: category.map(|_| BounceReason::UserUnknown),
        status: None,
        source: None,
        blocked_at: now,
        blocked_until: (permanence == Permanence::Temporary)
            .then(|| now.plus(Duration::from_secs(30 * 86_400))),
        review_at: Suppression::review_of(now),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    };
    let table = office.world.table.as_ref();
    let known =
        store::suppressions::get(table, firm.id, &office.world.records.hasher, scope, &address);
    let known = known.await.unwrap();
    store::suppressions::block(table, &block, known).await.unwrap();
    domain::suppression_id::SuppressionId::of(&block).to_string()
}

pub async fn contact(office: &Office, firm: &Firm, addresses: &[&str]) -> String {
    let body = json!({"name": "Lena", "addresses": addresses});
    let made = office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    text_at(&made, "/id").to_owned()
}

async fn unblock(office: &Office, firm: &Firm, body: Value) -> crate::office::Reply {
    office.post("/v1/suppressions/unblock", body).by(&firm.member).send().await
}

async fn blocked(office: &Office, firm: &Firm, address: &str) -> Value {
    let body = json!({"email": address});
    let asked = office.post("/v1/suppressions/lookup", body).by(&firm.member);
    asked.send().await.expect(200)
}

const LENA: &str = "lena@harbour.example";

#[tokio::test]
async fn without_the_box_nothing_is_lifted_and_with_it_a_temporary_block_is() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let id = block(&office, &firm, LENA, BounceCategory::MailboxFull).await;
    for body in [json!({"ids": [id]}), json!({"ids": [id], "cause_resolved": false})] {
        let refused = unblock(&office, &firm, body).await.expect_problem(422, "cause_unresolved");
        assert_eq!(refused["field"], "cause_resolved");
    }
    assert_eq!(blocked(&office, &firm, LENA).await["blocked"], true);
    let lifted = unblock(&office, &firm, json!({"ids": [id], "cause_resolved": true})).await;
    let lifted = lifted.expect(200);
    assert_eq!(
        (&lifted["items"][0]["outcome"], &lifted["items"][0]["lifts_left"]),
        (&json!("lifted"), &json!(4))
    );
    assert_eq!(blocked(&office, &firm, LENA).await["blocked"], false);
    let again = unblock(&office, &firm, json!({"ids": [id], "cause_resolved": true})).await;
    assert_eq!(again.expect(200)["items"][0]["outcome"], "not_blocked");
    assert_eq!(audit_of(&office, "block.lifted"), [id]);
    assert_eq!(office.world.suppression_list.removals(), 0, "SES lists nothing temporary");
}

fn audit_of(office: &Office, action: &str) -> Vec<String> {
    let entries = office.world.table.items(TableName::Audit).into_iter();
    let entries =
        entries.map(|item| store::item::from_item::<domain::audit::AuditEntry>(item).unwrap());
    entries.filter(|entry| entry.action == action).map(|entry| entry.subject).collect()
}

#[tokio::test]
async fn a_permanent_block_is_refused_with_the_way_that_is_left() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let id = block(&office, &firm, LENA, BounceCategory::BadMailbox).await;
    let refused = unblock(&office, &firm, json!({"ids": [id], "cause_resolved": true})).await;
    let refused = refused.expect_problem(403, "block_permanent");
    assert!(text_at(&refused, "/hint").contains("/v1/unblock_requests"));
    assert_eq!(blocked(&office, &firm, LENA).await["blocked"], true);
}

#[tokio::test]
async fn the_sixth_lift_of_one_address_is_a_conflict() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for lift in 1..=6 {
        office.world.clock.advance(Duration::from_secs(60));
        let id = block(&office, &firm, LENA, BounceCategory::MailboxFull).await;
        office.world.clock.advance(Duration::from_secs(60));
        let reply = unblock(&office, &firm, json!({"ids": [id], "cause_resolved": true})).await;
        if lift <= 5 {
            assert_eq!(reply.expect(200)["items"][0]["lifts_left"], 5 - lift);
        } else {
            assert_eq!(reply.expect_problem(409, "lifts_exhausted")["limit"], 5);
        }
    }
}

#[tokio::test]
async fn five_hundred_and_one_records_are_refused_and_five_hundred_cost_few_calls() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mut ids = Vec::new();
    for n in 0..500 {
        let address = format!("a{n}@harbour.example");
        ids.push(block(&office, &firm, &address, BounceCategory::MailboxFull).await);
    }
    let mut more = ids.clone();
    more.push("sup_bounces.ABC".to_owned());
    let refused = unblock(&office, &firm, json!({"ids": more, "cause_resolved": true})).await;
    assert_eq!(refused.expect_problem(422, "field_too_long")["limit"], 500);
    office.world.table.reset_usage();
    let lifted = unblock(&office, &firm, json!({"ids": ids, "cause_resolved": true})).await;
    let lifted = lifted.expect(200);
    assert!(items(&lifted).iter().all(|line| line["outcome"] == "lifted"));
    let usage = office.world.table.usage();
    assert_eq!((usage.batch_get.calls, usage.transact.calls), (6, 20));
    assert_eq!(usage.calls(), 27, "two of them to authenticate");
    assert_eq!(audit_of(&office, "block.lifted").len(), 500);
}

#[tokio::test]
async fn of_many_each_has_its_own_outcome() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let full = block(&office, &firm, "a@harbour.example", BounceCategory::MailboxFull).await;
    let gone = block(&office, &firm, "b@harbour.example", BounceCategory::BadMailbox).await;
    let complaint = put(
        &office,
        &firm,
        "c@harbour.example",
        SuppressionScope::Global,
        SuppressionCause::Complaint,
        None,
    )
    .await;
    let none = "sup_bounces.NOBODY";
    let body = json!({"ids": [full, gone, complaint, none, full], "cause_resolved": true});
    let lifted = unblock(&office, &firm, body).await.expect(200);
    let told: Vec<(&str, Option<&str>)> = items(&lifted)
        .iter()
        .map(|line| (line["outcome"].as_str().unwrap(), line["code"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("lifted", None),
            ("refused", Some("block_permanent")),
            ("refused", Some("recipients_wish")),
            ("refused", Some("not_found")),
        ]
    );
}

#[tokio::test]
async fn of_contacts_the_primary_or_the_secondary_address_or_both_are_lifted() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let addresses = ["a@harbour.example", "b@harbour.example", "c@harbour.example"];
    let id = contact(&office, &firm, &addresses).await;
    for (which, free) in
        [("primary", [true, false, false]), ("secondary", [false, true, true]), ("both", [true; 3])]
    {
        office.world.clock.advance(Duration::from_secs(60));
        for address in addresses {
            block(&office, &firm, address, BounceCategory::MailboxFull).await;
        }
        let body = json!({"contacts": [id], "addresses": which, "cause_resolved": true});
        let lifted = unblock(&office, &firm, body).await.expect(200);
        let count = free.iter().filter(|free| **free).count();
        assert_eq!(items(&lifted).len(), count, "{which}: {lifted}");
        for (address, free) in addresses.iter().zip(free) {
            assert_eq!(
                blocked(&office, &firm, address).await["blocked"],
                !free,
                "{which} {address}"
            );
        }
    }
    let nobody = domain::ids::ContactId::from_bits(1).to_string();
    let body = json!({"contacts": [nobody], "cause_resolved": true});
    unblock(&office, &firm, body).await.expect_problem(404, "not_found");
    let body = json!({"cause_resolved": true});
    unblock(&office, &firm, body).await.expect_problem(422, "field_missing");
}

#[tokio::test]
async fn a_complaint_is_not_ours_to_lift_even_for_two() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let scope = SuppressionScope::Global;
    let id = put(&office, &firm, LENA, scope, SuppressionCause::Complaint, None).await;
    let one = unblock(&office, &firm, json!({"ids": [id], "cause_resolved": true})).await;
    one.expect_problem(403, "recipients_wish");
    let body = json!({"ids": [id], "reason": "she called us", "cause_resolved": true});
    let two = office.post("/v1/unblock_requests", body).by(&firm.admin).send().await;
    two.expect_problem(403, "recipients_wish");
}

#[tokio::test]
async fn what_is_blocked_for_another_tenant_is_not_ours() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    let id = block(&office, &firm, LENA, BounceCategory::MailboxFull).await;
    let theirs = unblock(&office, &other, json!({"ids": [id], "cause_resolved": true})).await;
    theirs.expect_problem(404, "not_found");
    assert_eq!(blocked(&office, &other, LENA).await["blocked"], false);
    let listed = office.get("/v1/suppressions").by(&other.member).send().await.expect(200);
    assert!(items(&listed).is_empty());
}

#[tokio::test]
async fn blocks_are_listed_by_type_category_and_scope_in_the_tenants_language() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let full = block(&office, &firm, "a@harbour.example", BounceCategory::MailboxFull).await;
    let gone = block(&office, &firm, "b@harbour.example", BounceCategory::BadMailbox).await;
    let scope = SuppressionScope::Global;
    let complaint =
        put(&office, &firm, "c@harbour.example", scope, SuppressionCause::Complaint, None).await;
    let listed = async |query: &str| {
        let path = format!("/v1/suppressions{query}");
        let listed = office.get(&path).by(&firm.member).send().await.expect(200);
        let mut ids: Vec<String> =
            items(&listed).iter().map(|block| text_at(block, "/id").to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(listed("").await.len(), 3);
    assert_eq!(listed("?type=temporary").await, std::slice::from_ref(&full));
    assert_eq!(listed("?type=permanent").await, [gone.clone(), complaint.clone()]);
    assert_eq!(listed("?category=permanent/bad%20mailbox").await, [gone]);
    assert_eq!(listed("?category=complaint").await, std::slice::from_ref(&complaint));
    assert_eq!(listed("?scope=global").await, [complaint]);
    let refused = office.get("/v1/suppressions?category=none").by(&firm.member).send().await;
    refused.expect_problem(400, "query_malformed");
    for (language, word) in [("en", "mailbox"), ("de", "Postfach"), ("zh", "邮箱")] {
        let rev =
            office.get("/v1/settings").by(&firm.owner).send().await.expect(200)["rev"].clone();
        let patch = json!({"language": language});
        let rev = rev.as_u64().unwrap();
        office.patch("/v1/settings", rev, patch).by(&firm.owner).send().await.expect(200);
        let path = "/v1/suppressions?type=temporary";
        let listed = office.get(path).by(&firm.member).send().await.expect(200);
        let block = &listed["items"][0];
        assert_eq!((&block["icon"]["name"], &block["id"]), (&json!("warning"), &json!(full)));
        let told = text_at(block, "/recommendation").to_owned() + text_at(block, "/icon/hover");
        assert!(told.contains(word), "{told}");
    }
    office.world.clock.advance(Duration::from_secs(31 * 86_400));
    assert_eq!(listed("?type=temporary").await, [] as [String; 0], "it has ended by itself");
}

#[tokio::test]
async fn every_category_explains_itself_in_the_language_asked_for() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let mut seen = std::collections::BTreeSet::new();
    for language in ["zh", "de", "en"] {
        let path = format!("/v1/bounce_categories?language={language}");
        let told = office.get(&path).by(&firm.member).send().await.expect(200);
        assert_eq!((items(&told).len(), &told["language"]), (16, &json!(language)));
        for category in items(&told) {
            assert!(seen.insert(text_at(category, "/recommendation").to_owned()), "{category}");
        }
    }
    let own = office.get("/v1/bounce_categories").by(&firm.member).send().await.expect(200);
    assert_eq!(own["language"], "en");
}

#[tokio::test]
async fn a_block_shows_on_the_record_and_the_list_filter_returns_exactly_its_contacts() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let two = contact(&office, &firm, &["a@harbour.example", "b@harbour.example"]).await;
    let one = contact(&office, &firm, &["c@harbour.example"]).await;
    contact(&office, &firm, &["free@harbour.example"]).await;
    block(&office, &firm, "a@harbour.example", BounceCategory::MailboxFull).await;
    block(&office, &firm, "b@harbour.example", BounceCategory::BadMailbox).await;
    block(&office, &firm, "c@harbour.example", BounceCategory::MailboxFull).await;
    block(&office, &firm, "nobody@harbour.example", BounceCategory::BadMailbox).await;
    let path = format!("/v1/contacts/{two}/address_states");
    office.world.table.reset_usage();
    let record = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(office.world.table.usage().batch_get.calls, 2, "one of them to authenticate");
    let [full, gone] = [&record["addresses"][0], &record["addresses"][1]];
    assert_eq!((&full["blocked"], &full["invalid"]), (&json!(true), &json!(false)));
    assert_eq!(full["blocks"][0]["icon"]["name"], "warning");
    assert_eq!((&gone["blocked"], &gone["invalid"]), (&json!(true), &json!(true)));
    assert_eq!(gone["blocks"][0]["icon"]["name"], "blocked");
    let listed = async |query: &str| {
        let mut found = Vec::new();
        let mut path = format!("/v1/blocked_contacts?limit=1{query}");
        loop {
            let page = office.get(&path).by(&firm.member).send().await.expect(200);
            found.extend(items(&page).iter().map(|one| text_at(one, "/contact").to_owned()));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/v1/blocked_contacts?limit=1{query}&cursor={cursor}");
        }
        found.sort();
        found
    };
    let mut both = [one.clone(), two.clone()];
    both.sort();
    assert_eq!(listed("").await, both, "each once");
    assert_eq!(listed("&type=temporary").await, both);
    assert_eq!(listed("&type=permanent").await, std::slice::from_ref(&two));
    assert_eq!(listed("&category=permanent/bad%20mailbox").await, [two]);
    assert_eq!(listed("&category=temporary/mailbox%20full").await, both);
    assert_eq!(listed("&category=complaint").await, [] as [String; 0]);
}
