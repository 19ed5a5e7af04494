//! What the operator gets, once.

use flows::api_key_text::GivenKey;
use flows::ports::MailArchive;
use lambda_runtime::Diagnostic;
use serde_json::{Value, json};
use store::table::TableName;
use testkit::world::World;

fn payload() -> Value {
    json!({
        "tenant_name": "Example", "owner_name": "Owner",
        "owner_email": "owner@crm.example.com", "mail_domain": "CRM.example.com",
    })
}

async fn make(world: &World, payload: Value) -> Result<Value, Diagnostic> {
    let wanted = serde_json::from_value(payload).unwrap();
    let answer = crate::make(&world.records, wanted).await?;
    Ok(serde_json::to_value(answer).unwrap())
}

#[tokio::test]
async fn the_key_that_is_answered_opens_the_stored_one_for_a_year() {
    let world = World::new(1);
    let answer = make(&world, payload()).await.unwrap();
    let given: GivenKey = answer["api_key"].as_str().unwrap().parse().unwrap();
    let key = store::api_keys::get(world.table.as_ref(), given.id).await.unwrap().unwrap();
    assert!(given.opens(&key));
    assert_eq!(answer["user_id"], key.user.to_string());
    assert_eq!(answer["tenant_id"], key.tenant.to_string());
    assert_eq!(answer["api_key_expires_at"], "2027-11-22T09:30:00.000Z");
    assert_eq!(key.scopes.len(), domain::permission::Scope::ALL.len());
}

#[tokio::test]
async fn a_second_try_is_refused_and_changes_nothing() {
    let world = World::new(1);
    make(&world, payload()).await.unwrap();
    let tables = [TableName::Crm, TableName::Delivery, TableName::Audit];
    let all = || tables.map(|table| world.table.items(table));
    let before = all();
    let refused = make(&world, payload()).await.unwrap_err();
    assert_eq!(refused.error_type, "tenant_exists");
    assert_eq!(all(), before);
}

#[tokio::test]
async fn mail_to_any_address_of_the_domain_is_filed_into_the_owners_mailbox() {
    let world = World::new(1);
    let answer = make(&world, payload()).await.unwrap();
    for recipient in ["owner@crm.example.com", "somebody@crm.example.com"] {
        let mail = format!(
            "From: anna@example.org\r\nTo: {recipient}\r\nMessage-ID: <{recipient}>\r\n\
             Subject: Offer\r\n\r\nHello\r\n"
        );
        let raw = world.archive.put(&format!("inbound/{recipient}"), mail);
        let arrived = flows::take_in_mail::MailArrived {
            bucket: world.archive.bucket().to_owned(),
            raw,
            recipients: vec![recipient.to_owned()],
            verdicts: Default::default(),
            announced_at: world.records.clock.now(),
        };
        let arrived = flows::take_in_mail::Announcement::Arrived(arrived);
        let settled =
            flows::take_in_mail::take_in_mail(&world.records, world.archive.as_ref(), &arrived);
        assert_eq!(settled.await.unwrap().unwrap().outcome.name(), "filed", "{recipient}");
    }
    let deliveries = world.table.items(TableName::Crm);
    let mailbox = answer["mailbox_id"].as_str().unwrap();
    let to_owner = deliveries.iter().filter(|item| {
        item.get("sk").is_some_and(|sk| *sk == store::item::text(format!("DELIVERY#{mailbox}")))
    });
    assert_eq!(to_owner.count(), 2);
}

#[tokio::test]
async fn a_field_that_cannot_be_is_named_and_nothing_is_made() {
    let world = World::new(1);
    for (field, value, code) in [
        ("tenant_name", " ", "field_missing"),
        ("owner_name", "a\nb", "field_invalid"),
        ("owner_email", "nobody", "address_invalid"),
        ("mail_domain", "localhost", "field_invalid"),
        ("mail_domain", "[192.0.2.1]", "field_invalid"),
        ("mail_domain", "a b.example", "field_invalid"),
    ] {
        let mut payload = payload();
        payload[field] = json!(value);
        let refused = make(&world, payload).await.unwrap_err();
        assert_eq!(refused.error_type, code, "{field}: {value}");
        assert!(refused.error_message.starts_with(field), "{}", refused.error_message);
    }
    assert_eq!(world.table.items(TableName::Crm), []);
}

#[tokio::test]
async fn counts_agree_with_what_was_made() {
    let world = World::new(1);
    make(&world, payload()).await.unwrap();
    let items = world.table.items(TableName::Crm);
    let of_kind = |kind: &str| {
        let kind = store::item::text(kind);
        items.iter().filter(|item| item.get("item_kind") == Some(&kind)).count()
    };
    assert_eq!((of_kind("user"), of_kind("route"), of_kind("api_key")), (1, 2, 1));
    let mut numbers: Vec<String> =
        items.iter().filter_map(|item| item.get("number")).map(|n| format!("{n:?}")).collect();
    numbers.sort();
    let expected = [1, 1, 1, 2].map(|n| format!("{:?}", store::item::number(n)));
    assert_eq!(numbers, expected, "users, owners and keys; routes");
}
