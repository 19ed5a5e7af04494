//! A batch of the queue, from its JSON to the records.

use flows::ports::Clock;
use lambda::batch::QueueEvent;
use serde_json::{Value, json};
use testkit::world::World;

use super::apply;

fn batch(bodies: &[String]) -> QueueEvent {
    let message = |(n, body): (usize, &String)| {
        json!({ "messageId": n.to_string(), "body": body,
            "attributes": { "SentTimestamp": "1795339800000" } })
    };
    let messages: Vec<Value> = bodies.iter().enumerate().map(message).collect();
    serde_json::from_value(json!({ "Records": messages })).unwrap()
}

#[tokio::test]
async fn events_of_every_shape_are_applied_and_what_is_none_is_counted() {
    let world = World::new(1);
    let tenant = testkit::people::make_tenant(&world.records, 1, &["anna@crm.example.com"]);
    let tenant = tenant.await.unwrap().id;
    let mail = testkit::people::send_one_off(&world.records, tenant, 7, "lena@harbour.example");
    let mail = mail.await.unwrap();
    let at = world.clock.now();
    let raw = mail.told("Delivery", at);
    let envelope = json!({ "Type": "Notification", "Message": mail.told("Send", at) });
    let bus = json!({ "detail-type": "Email Bounced", "detail": serde_json::from_str::<Value>(
        &mail.bounce(testkit::ses_events::NO_MAILBOX, at)).unwrap() });
    let old = mail.complaint(at).replace("eventType", "notificationType");
    let hello = "Successfully validated SNS topic for Amazon SES event publishing.".to_owned();
    let nobody = raw.replace("\"tenant\"", "\"other\"");
    let bodies = [raw, envelope.to_string(), bus.to_string(), old, hello, nobody];
    let event = batch(&bodies);
    let summary = apply(&world.records, &event.messages).await.unwrap();
    assert_eq!(
        summary,
        "learned 4, repeated 0, unattributed 0, blocked 2, nobodys 1, unreadable 1"
    );
    let again = apply(&world.records, &event.messages).await.unwrap();
    assert_eq!(again, "learned 0, repeated 4, unattributed 0, blocked 0, nobodys 1, unreadable 1");
}

/// The folder of sample events.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/events/");

#[tokio::test]
async fn sample_events_tell_every_recipient() {
    for (name, facts, blocks) in [
        ("ses-event-bounce-of-two.json", 2, 2),
        ("ses-notification-complaint-in-sns-envelope.json", 1, 1),
        ("ses-event-delivery-delay.json", 1, 0),
    ] {
        let world = World::new(1);
        let tenant = domain::ids::TenantId::from_bits(1);
        for to in ["lena@harbour.example", "ole@harbour.example"] {
            let sent = testkit::people::send_one_off(&world.records, tenant, 7, to);
            sent.await.unwrap();
        }
        let event = batch(&[std::fs::read_to_string(format!("{FOLDER}{name}")).unwrap()]);
        let summary = apply(&world.records, &event.messages).await.unwrap();
        let wanted = format!(
            "learned {facts}, repeated 0, unattributed 0, blocked {blocks}, nobodys 0, unreadable 0"
        );
        assert_eq!(summary, wanted, "{name}");
    }
}
