//! The sample events of tests/fixtures/events, and what is made of broken ones.

use domain::ids::IntakeId;
use domain::timestamp::Timestamp;
use flows::take_in_mail::{Announcement, MailArrived, Unreadable};

use crate::event::read;

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/fixtures/events/", $name))
    };
}

fn sent_at() -> Timestamp {
    Timestamp::from_seconds(1_795_339_800)
}

fn arrived(body: &str) -> Vec<MailArrived> {
    let mail = |announcement| {
        let Announcement::Arrived(arrived) = announcement else { panic!("{announcement:?}") };
        arrived
    };
    read(body, sent_at()).into_iter().map(mail).collect()
}

fn is_unreadable(body: &str) -> bool {
    let expected = Unreadable { body: body.to_owned(), announced_at: sent_at() };
    read(body, sent_at()) == [Announcement::Unreadable(expected)]
}

#[test]
fn a_receipt_in_an_envelope_and_a_raw_one_announce_the_same() {
    let raw = arrived(fixture!("ses-receipt-s3-action.json"));
    assert_eq!(raw, arrived(fixture!("sns-envelope-of-ses-receipt.json")));
    let [mail] = &raw[..] else { panic!("{raw:?}") };
    assert_eq!((mail.bucket.as_str(), mail.raw.key.as_str()), ("mail.example", "inbound/0f4c7a"));
    assert_eq!((&mail.raw.version, mail.raw.size_bytes), (&None, 0));
    assert_eq!(mail.recipients, ["sales@crm.example.com", "Hidden@crm.example.com"]);
    assert_eq!(mail.announced_at.to_string(), "2026-11-22T09:29:58.112Z");
    let verdicts: Vec<_> = mail.verdicts.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let expected = [
        ("dkim", "pass"),
        ("dmarc", "gray"),
        ("spam", "processing_failed"),
        ("spf", "fail"),
        ("virus", "pass"),
    ];
    assert_eq!(verdicts, expected);
}

#[test]
fn each_object_that_was_made_is_announced_by_its_decoded_key_and_version() {
    let mails = arrived(fixture!("s3-objects-created.json"));
    let told =
        |mail: &MailArrived| (mail.raw.key.clone(), mail.raw.version.clone(), mail.raw.size_bytes);
    let told: Vec<_> = mails.iter().map(told).collect();
    let expected = [
        ("drop/ten_1/Größe + Preis.eml".to_owned(), Some("v-1".to_owned()), 20_480),
        ("drop/ten_1/plain.eml".to_owned(), None, 0),
    ];
    assert_eq!(told, expected);
    assert!(mails.iter().all(|mail| mail.recipients.is_empty() && mail.verdicts.is_empty()));
    assert_eq!(mails[0].announced_at.to_string(), "2026-11-22T09:29:59.500Z");
}

#[test]
fn the_test_event_of_s3_announces_nothing() {
    assert_eq!(read(fixture!("s3-test-event.json"), sent_at()), []);
}

#[test]
fn our_own_work_asks_for_another_try() {
    let intake: IntakeId = "int_01KAQJ9DC0000000000000000A".parse().unwrap();
    assert_eq!(read(fixture!("retry-intake.json"), sent_at()), [Announcement::Retry(intake)]);
}

#[test]
fn what_cannot_be_read_is_kept_as_it_is() {
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "not json",
        r#"{"Records":[]}"#,
        r#"{"Records":"x"}"#,
        r#"{"retry_intake":"con_1"}"#,
        r#"{"Type":"SubscriptionConfirmation","Message":"{}"}"#,
        r#"{"Type":"Notification","Message":"plain text"}"#,
        r#"{"notificationType":"Received"}"#,
        r#"{"notificationType":"Received","receipt":{"action":{"type":"Lambda"}}}"#,
        r#"{"notificationType":"Received","receipt":{"action":{"type":"S3","bucketName":"b"}}}"#,
        r#"{"notificationType":"Bounce","receipt":{"action":{"type":"S3","bucketName":"b","objectKey":"k"}}}"#,
        fixture!("s3-object-removed.json"),
    ] {
        assert!(is_unreadable(body), "{body}");
    }
}

#[test]
fn a_record_that_cannot_be_read_does_not_hide_the_others() {
    let record = |key: &str| {
        format!(
            r#"{{"eventName":"ObjectCreated:Put","s3":{{"bucket":{{"name":"b"}},"object":{{"key":"{key}"}}}}}}"#
        )
    };
    for broken in ["", "%", "%G0", "%FF", "%4"] {
        let body = format!(r#"{{"Records":[{},{}]}}"#, record(broken), record("good"));
        let read = read(&body, sent_at());
        assert!(matches!(read[0], Announcement::Unreadable(_)), "{broken}");
        let Announcement::Arrived(good) = &read[1] else { panic!("{read:?}") };
        assert_eq!((good.raw.key.as_str(), good.announced_at), ("good", sent_at()));
    }
}
