//! Search, the mail of a mailbox, the address book, and what became of mail on a timeline.

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::{MailboxId, MessageId};
use domain::send::{Send, SendPlace, SendStatus, Stopped};
use flows::index_subject::index_subject;
use flows::search_index::TableIndex;
use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};
use store::table::{Table, TableName};
use testkit::raw_mail::Draft;

use crate::office::{Firm, Office, Person, items, text_at};

const LENA: &str = "lena@harbour.example";

/// Takes a mail in, and tells the index of everything there is.
async fn receive(office: &Office, draft: &Draft, to: &[&Person]) {
    let world = &office.world;
    let key = format!("inbound/{}", world.random.bits());
    let raw = world.archive.put(&key, draft.raw("1"));
    let arrived = MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw,
        recipients: to.iter().map(|person| person.user.email.expose().to_owned()).collect(),
        verdicts: Default::default(),
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    };
    let announcement = Announcement::Arrived(arrived);
    take_in_mail(&world.records, world.archive.as_ref(), &announcement).await.unwrap();
    let index = TableIndex::new(&world.records);
    for item in world.table.items(TableName::Crm) {
        let text = |name: &str| match &item[name] {
            serde_dynamo::AttributeValue::S(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        if let Some((tenant, subject)) = store::keys::subject_of(&text("pk"), &text("sk")) {
            index_subject(&world.records, world.archive.as_ref(), &index, tenant, subject)
                .await
                .unwrap();
        }
    }
}

fn subjects(page: &Value) -> Vec<&str> {
    items(page).iter().map(|mail| text_at(mail, "/subject")).collect()
}

async fn search(office: &Office, who: &Person, body: Value) -> Value {
    office.post("/v1/search", body).by(who).send().await.expect(200)
}

async fn three_mails(office: &Office) -> Firm {
    let firm = office.firm("acme", true).await;
    let mia = Draft::new("one", LENA, "mia@acme.example.com")
        .text("The Größe of the crane\r\n")
        .file("offer.pdf", b"%PDF");
    receive(office, &mia, &[&firm.member]).await;
    let adam = Draft::new("two", LENA, "adam@acme.example.com")
        .text("the crane of Adam\r\n")
        .date("Sun, 22 Nov 2026 09:10:00 +0000");
    receive(office, &adam, &[&firm.admin]).await;
    let both = Draft::new("three", "omar@quay.example", "mia@acme.example.com")
        .text("no machine at all\r\n")
        .date("Sun, 22 Nov 2026 09:20:00 +0000");
    receive(office, &both, &[&firm.member, &firm.admin]).await;
    firm
}

#[tokio::test]
async fn a_search_finds_ones_own_mail_and_administrators_find_all() {
    let office = Office::new();
    let firm = three_mails(&office).await;
    let (mia, adam) = (&firm.member, &firm.admin);
    let crane = json!({"words": "CRANE"});
    assert_eq!(subjects(&search(&office, mia, crane.clone()).await), ["About one"]);
    assert_eq!(subjects(&search(&office, adam, crane).await), ["About two", "About one"]);
    for (body, found) in [
        (json!({"words": "grosse crane"}), vec!["About one"]),
        (json!({"words": "about"}), vec!["About three", "About one"]),
        (json!({"has_attachment": true}), vec!["About one"]),
        (json!({"address": "Omar@quay.example"}), vec!["About three"]),
        (json!({"from": "2026-11-22T09:20:00Z", "direction": "received"}), vec!["About three"]),
        (json!({"kind": "ordinary", "mailbox": adam.user.mailbox}), vec![]),
        (json!({"mailbox": mia.user.mailbox}), vec!["About three", "About one"]),
    ] {
        assert_eq!(subjects(&search(&office, mia, body.clone()).await), found, "{body}");
    }
    let other = office.firm("umbrella", false).await;
    assert!(subjects(&search(&office, &other.admin, json!({})).await).is_empty());
}

#[tokio::test]
async fn the_cursor_of_a_search_opens_the_same_search_of_the_same_person_only() {
    let office = Office::new();
    let firm = three_mails(&office).await;
    let first = search(&office, &firm.member, json!({"words": "about", "limit": 1})).await;
    assert_eq!(subjects(&first), ["About three"]);
    let cursor = &first["next_cursor"];
    let again = json!({"words": "about", "limit": 1, "cursor": cursor});
    let second = search(&office, &firm.member, again.clone()).await;
    assert_eq!(subjects(&second), ["About one"]);
    let refused = office.post("/v1/search", again).by(&firm.admin).send().await;
    refused.expect_problem(400, "cursor_invalid");
    let other = json!({"words": "crane", "limit": 1, "cursor": cursor});
    let refused = office.post("/v1/search", other).by(&firm.member).send().await;
    refused.expect_problem(400, "cursor_invalid");
    for body in [json!({"limit": 0}), json!({"limit": 201}), json!({"address": "no address"})] {
        let refused = office.post("/v1/search", body).by(&firm.member).send().await;
        refused.expect_problem(422, "field_invalid");
    }
}

#[tokio::test]
async fn a_mailbox_lists_its_mail_newest_first_and_that_of_others_does_not_exist() {
    let office = Office::new();
    let firm = three_mails(&office).await;
    let (mia, adam) = (&firm.member, &firm.admin);
    let own = office.get("/v1/messages").by(mia).send().await.expect(200);
    assert_eq!(subjects(&own), ["About three", "About one"]);
    let path = format!("/v1/messages?mailbox={}", adam.user.mailbox);
    office.get(&path).by(mia).send().await.expect_problem(404, "not_found");
    let path = format!("/v1/messages?mailbox={}&direction=received", mia.user.mailbox);
    let seen = office.get(&path).by(adam).send().await.expect(200);
    assert_eq!(subjects(&seen), ["About three", "About one"]);
    let sent = office.get("/v1/messages?direction=sent").by(mia).send().await.expect(200);
    assert!(subjects(&sent).is_empty());
    let none = MailboxId::from_bits(1);
    let path = format!("/v1/messages?mailbox={none}");
    office.get(&path).by(adam).send().await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn the_address_book_shows_correspondents_contacts_and_users_and_marks_the_blocked() {
    let office = Office::new();
    let firm = three_mails(&office).await;
    let ask = async |letters: &str| {
        let body = json!({"letters": letters});
        let page = office.post("/v1/address_book/lookup", body).by(&firm.member).send().await;
        page.expect(200)
    };
    let lena = ask("len").await;
    assert_eq!(lena["items"][0]["address"], LENA);
    assert_eq!(lena["items"][0]["recent_mails"], 1);
    assert_eq!(lena["items"][0]["blocked"], false);
    assert!(lena["items"][0]["contact"].is_string());
    let adam = ask("adam").await;
    assert_eq!(adam["items"][0]["user"], firm.admin.user.id.to_string());
    assert!(ask("zz").await["items"].as_array().unwrap().is_empty());

    let (records, at) =
        (&office.world.records, flows::ports::Clock::now(office.world.clock.as_ref()));
    let address = EmailAddress::parse(LENA).unwrap();
    let block = domain::suppression::Suppression {
        scope: domain::suppression::SuppressionScope::Tenant,
        tenant: firm.id,
        address_hash: Some(records.hasher.address(&address)),
        domain: address.domain().to_owned(),
        contact: None,
        cause: domain::suppression::SuppressionCause::Bounce,
        permanence: Permanence::Permanent,
        category: Some(BounceCategory::AutoReply),
        reason: None,
        status: None,
        source: None,
        blocked_at: at,
        blocked_until: None,
        review_at: at,
        lifted_at: None,
        lifts: 0,
        rev: 1,
    };
    office.world.table.write(store::suppressions::create(&block).unwrap()).await.unwrap();
    assert_eq!(ask("len").await["items"][0]["blocked"], true);
    for limit in [0, 21] {
        let body = json!({"letters": "x", "limit": limit});
        let refused = office.post("/v1/address_book/lookup", body).by(&firm.member).send().await;
        refused.expect_problem(422, "field_invalid");
    }
}

/// A send with the one fact that shows as this status.
fn send_with(status: SendStatus, message: MessageId, to: &EmailAddress) -> Send {
    let at = domain::timestamp::Timestamp::from_seconds(1_795_339_800);
    let mut send = Send::queued(SendPlace::OneOff { message }, to.clone(), None, at);
    let stopped = || Some(Stopped { at, reason: "test".to_owned() });
    match status {
        SendStatus::Queued => {}
        SendStatus::Sent => send.sent_at = Some(at),
        SendStatus::Delivered => send.delivered_at = Some(at),
        SendStatus::Rejected => send.rejected = stopped(),
        SendStatus::Opened => send.opened_at = Some(at),
        SendStatus::Clicked => send.clicked_at = Some(at),
        SendStatus::Unknown => send.unknown_at = Some(at),
        SendStatus::Failed => send.failed = stopped(),
        SendStatus::Skipped => send.skipped = stopped(),
        SendStatus::Delayed
        | SendStatus::BouncedTemporary
        | SendStatus::BouncedPermanent
        | SendStatus::Complained => panic!("made of a fact of its own"),
    }
    send
}

#[tokio::test]
async fn a_timeline_tells_what_became_of_each_mail_we_sent() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let records = &office.world.records;
    let lena = EmailAddress::parse(LENA).unwrap();
    receive(&office, &Draft::new("hello", LENA, "mia@acme.example.com"), &[&firm.member]).await;
    let statuses = [
        SendStatus::Queued,
        SendStatus::Sent,
        SendStatus::Delivered,
        SendStatus::Rejected,
        SendStatus::Opened,
        SendStatus::Clicked,
        SendStatus::Unknown,
        SendStatus::Failed,
        SendStatus::Skipped,
    ];
    for (n, status) in statuses.iter().enumerate() {
        let date = format!("Sun, 22 Nov 2026 08:{n:02}:00 +0000");
        let draft = Draft::new(&format!("sent{n}"), "mia@acme.example.com", LENA).date(&date);
        receive(&office, &draft, &[&firm.member]).await;
        let body = json!({"direction": "sent", "limit": 1, "words": format!("sent{n}")});
        let found = search(&office, &firm.member, body).await;
        let message = text_at(&found, "/items/0/id").parse().unwrap();
        let send = send_with(*status, message, &lena);
        let write = store::sends::create(firm.id, &records.hasher, &send).unwrap();
        office.world.table.write(write).await.unwrap();
    }
    let found = office.post("/v1/contacts/lookup", json!({"email": LENA})).by(&firm.admin);
    let id = text_at(&found.send().await.expect(200), "/id").to_owned();
    let path = format!("/v1/contacts/{id}/timeline");
    office.world.table.reset_usage();
    let page = office.get(&path).by(&firm.member).send().await.expect(200);
    let usage = office.world.table.usage();
    let batches = "the user with his place, messages, and their sends";
    assert_eq!((usage.query.calls, usage.batch_get.calls), (1, 3), "{batches}");
    let shown = items(&page).iter().filter_map(|line| line["sends"][0]["status"].as_str());
    let mut shown: Vec<&str> = shown.collect();
    shown.reverse();
    let names: Vec<&str> = statuses.iter().map(|status| status.name()).collect();
    assert_eq!(shown, names);
    let received = items(&page).iter().find(|line| line["mail"]["direction"] == "received");
    assert_eq!(received.unwrap()["sends"], json!([]));
}
