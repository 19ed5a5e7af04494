//! Topics that tell over HTTPS: what is believed, and what is refused with which reason (H1).

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use aws::https_get::{Document, Get, GetFault};
use aws::sns_topics::SnsTopics;
use domain::ids::TenantId;
use domain::timestamp::Timestamp;
use flows::ports::Work;
use flows::take_topic_message::TopicPorts;
use http::Method;
use serde_json::{Value, json};
use testkit::world::World;

use crate::office::{Office, Reply};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:mailroom-mail_events";
const PATH: &str = "/v1/mail_events/topic";
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/topics/");

/// The provider of the tests: it has one certificate, and confirms what it is asked for.
#[derive(Default)]
struct Provider {
    asked: Mutex<Vec<String>>,
    away: bool,
    refuses: bool,
}

#[async_trait]
impl Get for Provider {
    async fn get(&self, url: &str) -> Result<Document, GetFault> {
        self.asked.lock().unwrap().push(url.to_owned());
        if self.away {
            return Err(GetFault::TooSlow);
        }
        let octets = match url.ends_with("/SimpleNotificationService-0a1b2c3d4e5f.pem") {
            true => std::fs::read(format!("{FOLDER}certificate.pem")).unwrap(),
            false => Vec::new(),
        };
        let known = !octets.is_empty() || url.contains("Action=ConfirmSubscription");
        let status = if known && !self.refuses { 200 } else { 403 };
        Ok(Document { status, octets: octets.into() })
    }
}

/// The ports of an API that listens to our own topic; the queue is that of the world.
pub fn ports(world: &World) -> TopicPorts {
    through(world, Arc::default())
}

fn through(world: &World, provider: Arc<Provider>) -> TopicPorts {
    TopicPorts {
        allowed: Arc::new(format!("{TOPIC},").parse().unwrap()),
        provider: Arc::new(SnsTopics::through(provider)),
        queue: world.queue.clone(),
    }
}

fn fixture(name: &str) -> Value {
    let text = std::fs::read_to_string(format!("{FOLDER}{name}.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Posts a message the way SNS does.
async fn post(office: &Office, message: &Value) -> Reply {
    let asking = office.ask(Method::POST, PATH).octets(message.to_string().as_bytes());
    asking.header("x-amz-sns-message-type", "Notification").send().await
}

/// That a message is refused with this code about this field, has a hint, and leads to nothing.
async fn refused(office: &Office, message: &Value, status: u16, code: &str, field: &str) {
    let problem = post(office, message).await.expect_problem(status, code);
    assert_eq!(problem["field"], field, "{problem}");
    assert!(problem["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{problem}");
    assert_eq!(office.world.queue.waiting(), [], "{code}");
}

fn with(message: &Value, field: &str, value: impl Into<Value>) -> Value {
    let mut message = message.clone();
    message[field] = value.into();
    message
}

#[tokio::test]
async fn notifications_of_both_versions_go_to_the_queue_of_mail_events() {
    for name in ["notification-version-1", "notification-version-2", "notification-without-subject"]
    {
        let office = Office::new();
        let message = fixture(name);
        let answer = post(&office, &message).await.expect(202);
        assert_eq!(answer, json!({ "outcome": "queued" }), "{name}");
        let waiting = office.world.queue.waiting();
        let [Work::ApplyNote(note)] = waiting.as_slice() else { panic!("{name}: {waiting:?}") };
        assert_eq!(note.json, message["Message"].as_str().unwrap());
        assert_eq!(note.told_at, Timestamp::parse("2026-11-22T09:29:30.123Z").unwrap());
    }
}

#[tokio::test]
async fn a_message_told_three_times_is_applied_once() {
    let office = Office::new();
    let records = &office.world.records;
    for to in ["lena@harbour.example", "ole@harbour.example"] {
        let sent = testkit::people::send_one_off(records, TenantId::from_bits(1), 7, to);
        sent.await.unwrap();
    }
    for _ in 0..3 {
        post(&office, &fixture("notification-version-2")).await.expect(202);
    }
    let mut told = Vec::new();
    while let Some(work) = office.world.queue.take() {
        let message = json!({
            "messageId": "1",
            "body": serde_json::to_string(&work).unwrap(),
            "attributes": { "SentTimestamp": "1795339800000" },
        });
        let batch: lambda::batch::QueueEvent =
            serde_json::from_value(json!({ "Records": [message] })).unwrap();
        told.push(mail_events::apply(records, &batch.messages).await.unwrap());
    }
    let rest = "unattributed 0, blocked";
    assert_eq!(
        told,
        [
            format!("learned 2, repeated 0, {rest} 2, nobodys 0, unreadable 0"),
            format!("learned 0, repeated 2, {rest} 0, nobodys 0, unreadable 0"),
            format!("learned 0, repeated 2, {rest} 0, nobodys 0, unreadable 0"),
        ]
    );
}

#[tokio::test]
async fn a_change_of_any_signed_field_is_refused() {
    let office = Office::new();
    for (name, fields) in [
        ("notification-version-1", &["Message", "MessageId", "Subject", "Timestamp"][..]),
        ("notification-version-2", &["Message", "MessageId", "Subject", "Timestamp"]),
        ("notification-without-subject", &["Message", "MessageId", "Timestamp"]),
        ("subscription-version-1", &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token"]),
        ("subscription-version-2", &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token"]),
        ("end-of-subscription", &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token"]),
    ] {
        let message = fixture(name);
        for field in fields {
            let before = message[field].as_str().unwrap();
            let after = match *field {
                "Timestamp" => before.replace(".123Z", ".124Z"),
                "SubscribeURL" => format!("{before}0"),
                _ => before.replacen(['a', 'e'], "x", 1),
            };
            assert_ne!(before, after, "{name} {field}");
            let changed = with(&message, field, after);
            refused(&office, &changed, 403, "topic_signature_wrong", "Signature").await;
        }
    }
    // A subject that was not signed, one that was taken away, and another type.
    let bare = fixture("notification-without-subject");
    let added = with(&bare, "Subject", "Hello");
    refused(&office, &added, 403, "topic_signature_wrong", "Signature").await;
    let taken = with(&fixture("notification-version-2"), "Subject", Value::Null);
    refused(&office, &taken, 403, "topic_signature_wrong", "Signature").await;
    let end = fixture("end-of-subscription");
    let turned = with(&end, "Type", "SubscriptionConfirmation");
    refused(&office, &turned, 403, "topic_signature_wrong", "Signature").await;
}

#[tokio::test]
async fn a_signature_that_is_none_or_of_another_version_is_refused() {
    let office = Office::new();
    let (one, two) = (fixture("notification-version-1"), fixture("notification-version-2"));
    let wrong = "topic_signature_wrong";
    for signature in ["", "no base64!", "AAAA"] {
        refused(&office, &with(&two, "Signature", signature), 403, wrong, "Signature").await;
    }
    for (message, version) in [(&one, "2"), (&two, "1")] {
        let turned = with(message, "SignatureVersion", version);
        refused(&office, &turned, 403, wrong, "Signature").await;
    }
    for version in ["", "0", "3", "02"] {
        let unknown = with(&two, "SignatureVersion", version);
        let code = "topic_signature_unknown";
        refused(&office, &unknown, 422, code, "SignatureVersion").await;
    }
}

#[tokio::test]
async fn only_topics_of_the_list_are_heard_however_well_they_sign() {
    let office = Office::new();
    for name in ["notification-of-another-topic", "subscription-to-another-topic"] {
        refused(&office, &fixture(name), 403, "topic_not_allowed", "TopicArn").await;
    }
    // A forged topic: the name is ours, the signature is over theirs.
    let forged = with(&fixture("notification-of-another-topic"), "TopicArn", TOPIC);
    refused(&office, &forged, 403, "topic_signature_wrong", "Signature").await;
    for arn in ["", "*", &TOPIC.to_uppercase(), &format!("{TOPIC} ")] {
        let other = with(&fixture("notification-version-2"), "TopicArn", arn);
        refused(&office, &other, 403, "topic_not_allowed", "TopicArn").await;
    }
}

#[tokio::test]
async fn nothing_but_the_topics_own_host_is_ever_asked() {
    let world = World::new(7);
    let provider = Arc::new(Provider::default());
    let office = Office::with_topics(world, |world| through(world, provider.clone()));
    let good = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0a1b2c3d4e5f.pem";
    for (from, to) in [
        ("amazonaws.com", "amazonaws.com.evil.example"),
        ("amazonaws.com", "amazonaws.com@evil.example"),
        ("amazonaws.com", "amazonaws.com:8443"),
        ("https://", "https://anna:secret@"),
        ("https://", "http://"),
        ("eu-west-1", "us-east-1"),
        (".pem", ".pem/../../x"),
        (".pem", ".txt"),
        (".com", ".com.cn"),
    ] {
        let url = good.replace(from, to);
        let forged = with(&fixture("notification-version-2"), "SigningCertURL", url);
        refused(&office, &forged, 403, "topic_url_foreign", "SigningCertURL").await;
        let subscription = fixture("subscription-version-2");
        let url = subscription["SubscribeURL"].as_str().unwrap();
        if from != ".pem" {
            let forged = with(&subscription, "SubscribeURL", url.replace(from, to));
            refused(&office, &forged, 403, "topic_url_foreign", "SubscribeURL").await;
        }
    }
    assert_eq!(provider.asked.lock().unwrap().len(), 0);
    // A certificate that is not there is asked for at the right host, and refused.
    let none = with(&fixture("notification-version-2"), "SigningCertURL", good.replace("0a", "1b"));
    refused(&office, &none, 403, "topic_certificate_invalid", "SigningCertURL").await;
    assert_eq!(*provider.asked.lock().unwrap(), [good.replace("0a", "1b")]);
}

#[tokio::test]
async fn messages_of_other_hours_are_refused_though_they_are_genuine() {
    for (now, stale) in [
        ("2026-11-22T09:28:31Z", false),
        ("2026-11-22T09:28:30Z", true),
        ("2026-11-22T10:29:30Z", false),
        ("2026-11-22T10:29:31Z", true),
        ("2026-12-22T10:29:31Z", true),
    ] {
        let office = Office::new();
        office.world.clock.set(Timestamp::parse(now).unwrap());
        let message = fixture("notification-version-1");
        if stale {
            refused(&office, &message, 422, "topic_message_stale", "Timestamp").await;
        } else {
            post(&office, &message).await.expect(202);
        }
    }
    let office = Office::new();
    for text in ["", "now", "2026-11-22"] {
        let untimed = with(&fixture("notification-version-1"), "Timestamp", text);
        refused(&office, &untimed, 422, "topic_message_stale", "Timestamp").await;
    }
}

#[tokio::test]
async fn what_is_no_message_of_a_topic_is_refused_and_so_is_too_much() {
    let office = Office::new();
    let message = fixture("subscription-version-2");
    for (field, value) in
        [("Type", json!("Other")), ("Token", Value::Null), ("SubscribeURL", Value::Null)]
    {
        let odd = with(&message, field, value);
        refused(&office, &odd, 400, "topic_message_malformed", field).await;
    }
    for body in ["", "[]", "{}", "Successfully validated", r#"{"eventType": "Bounce"}"#] {
        let asking = office.ask(Method::POST, PATH).octets(body.as_bytes());
        let problem = asking.send().await.expect_problem(400, "topic_message_malformed");
        assert!(problem["hint"].as_str().unwrap().contains("raw message delivery"));
    }
    let long = with(&message, "Message", "x".repeat(300 * 1024));
    let problem = post(&office, &long).await.expect_problem(413, "body_too_large");
    assert_eq!(problem["limit"], 256 * 1024);
    assert_eq!(office.world.queue.waiting(), []);
}

#[tokio::test]
async fn a_subscription_to_our_topic_is_confirmed_and_its_end_is_only_noted() {
    for name in ["subscription-version-1", "subscription-version-2"] {
        let provider = Arc::new(Provider::default());
        let office = Office::with_topics(World::new(7), |world| through(world, provider.clone()));
        let message = fixture(name);
        let answer = post(&office, &message).await.expect(202);
        assert_eq!(answer["outcome"], "confirmed");
        let asked = provider.asked.lock().unwrap().clone();
        assert_eq!(asked.last().unwrap(), message["SubscribeURL"].as_str().unwrap());
        assert_eq!(asked.len(), 2);
        let answer = post(&office, &fixture("end-of-subscription")).await.expect(202);
        assert_eq!(answer["outcome"], "noted");
        assert_eq!(provider.asked.lock().unwrap().len(), 2, "the certificate is kept");
        assert_eq!(office.world.queue.waiting(), []);
    }
}

#[tokio::test]
async fn where_the_provider_is_away_the_message_is_to_come_again() {
    let provider = Arc::new(Provider { away: true, ..Provider::default() });
    let office = Office::with_topics(World::new(7), |world| through(world, provider));
    for name in ["notification-version-2", "subscription-version-2"] {
        post(&office, &fixture(name)).await.expect_problem(500, "internal_error");
    }
    let provider = Arc::new(Provider { refuses: true, ..Provider::default() });
    let office = Office::with_topics(World::new(7), |world| through(world, provider));
    let message = fixture("subscription-version-2");
    refused(&office, &message, 403, "topic_certificate_invalid", "SigningCertURL").await;
}

#[tokio::test]
async fn a_question_that_the_provider_does_not_take_is_told() {
    /// It has its certificate, and no such token.
    struct Forgetful(Provider);
    #[async_trait]
    impl Get for Forgetful {
        async fn get(&self, url: &str) -> Result<Document, GetFault> {
            let document = self.0.get(url).await?;
            let status = if url.ends_with(".pem") { document.status } else { 404 };
            Ok(Document { status, ..document })
        }
    }
    let office = Office::with_topics(World::new(7), |world| TopicPorts {
        provider: Arc::new(SnsTopics::through(Arc::new(Forgetful(Provider::default())))),
        ..ports(world)
    });
    let message = fixture("subscription-version-2");
    post(&office, &message).await.expect_problem(409, "topic_not_confirmed");
}
