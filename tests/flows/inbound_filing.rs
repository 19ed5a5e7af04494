//! Mail on the right record: contacts, threads, deliveries, repeats.

use std::collections::BTreeSet;

use domain::contact::PartyRole;
use domain::delivery::Delivery;
use domain::intake::Outcome;
use domain::message::Direction;
use domain::tenant::{ContactCreation, Tenant};
use domain::thread::ThreadReason;
use domain::timestamp::Timestamp;
use flows::ports::Clock;
use flows::take_in_mail::Announcement;
use store::table::{Table, TableName};
use store::tenants;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, CUSTOMER, Inbound};

#[tokio::test]
async fn mail_of_an_unknown_person_makes_one_contact_with_a_timeline_line() {
    let inbound = Inbound::new().await;
    let message = inbound.message(&Draft::new("first", CUSTOMER, ANNA)).await;

    let [contact] = &inbound.contacts()[..] else { panic!("one contact") };
    assert_eq!((contact.name.as_str(), contact.addresses.len()), ("Lena", 1));
    let [link] = &inbound.links()[..] else { panic!("one line") };
    assert_eq!((link.contact, link.message), (contact.id, message.id));
    assert_eq!(link.roles, [PartyRole::From]);
    assert_eq!(message.direction, Direction::Received);
    assert!(message.preview.starts_with("Good morning,"), "{}", message.preview);
}

#[tokio::test]
async fn a_second_mail_of_the_same_person_finds_the_contact_by_any_spelling() {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("first", CUSTOMER, ANNA)).await;
    inbound.bring(&Draft::new("second", "<LENA@Harbour.Example>", ANNA)).await;
    assert_eq!(inbound.contacts().len(), 1);
    assert_eq!(inbound.links().len(), 2);
}

#[tokio::test]
async fn a_mail_stands_on_every_record_it_names() {
    let inbound = Inbound::new().await;
    for (id, from) in [("a", "a@one.example"), ("b", "b@two.example")] {
        inbound.bring(&Draft::new(id, from, ANNA)).await;
    }
    let both = Draft::new("c", "a@one.example", ANNA).cc("b@two.example, stranger@three.example");
    let message = inbound.message(&both).await;
    assert_eq!(message.contacts.len(), 2);
    assert_eq!(inbound.contacts().len(), 2, "only an author gets a record");
}

#[tokio::test]
async fn automatic_mail_newsletters_and_our_own_mail_make_no_contact() {
    let inbound = Inbound::new().await;
    let away = Draft::new("away", "x@one.example", ANNA).field("Auto-Submitted: auto-replied");
    let news = Draft::new("news", "x@two.example", ANNA)
        .field("List-Id: <news.two.example>")
        .field("Precedence: bulk");
    let own = inbound.message(&Draft::new("own", BEN, "x@three.example")).await;
    assert_ne!(inbound.message(&away).await.mail_kind, "ordinary");
    assert_ne!(inbound.message(&news).await.mail_kind, "ordinary");
    assert_eq!(own.direction, Direction::Sent);
    assert!(inbound.contacts().is_empty(), "{:?}", inbound.contacts());
}

#[tokio::test]
async fn a_tenant_can_keep_mail_from_making_contacts() {
    let inbound = Inbound::new().await;
    let mut tenant: Tenant = inbound.records(TableName::Crm, "tenant").remove(0);
    tenant.settings.contact_creation = ContactCreation::None;
    tenant.rev = 2;
    inbound.world.table.write(tenants::replace(&tenant, 1).unwrap()).await.unwrap();
    inbound.message(&Draft::new("first", CUSTOMER, ANNA)).await;
    assert!(inbound.contacts().is_empty());
}

#[tokio::test]
async fn answers_join_the_thread_whichever_mail_comes_first() {
    let first = Draft::new("first", CUSTOMER, ANNA);
    let answer = Draft::new("answer", BEN, "lena@harbour.example").answering(&["first"]);
    let late = Draft::new("late", CUSTOMER, ANNA).answering(&["first", "answer"]);
    let orders = [[&first, &answer, &late], [&late, &answer, &first], [&answer, &late, &first]];
    for order in orders {
        let inbound = Inbound::new().await;
        let mut threads = BTreeSet::new();
        for draft in order {
            threads.insert(inbound.message(draft).await.thread);
        }
        assert_eq!(threads.len(), 1);
    }
}

#[tokio::test]
async fn the_reason_of_a_thread_is_stored() {
    let inbound = Inbound::new().await;
    let reason = async |draft: Draft| inbound.message(&draft).await.thread_reason;
    let new = |id: &str| Draft::new(id, CUSTOMER, ANNA);
    assert_eq!(reason(new("a")).await, ThreadReason::Opened);
    assert_eq!(reason(new("b").answering(&["a"])).await, ThreadReason::InReplyTo);
    assert_eq!(reason(new("d").answering(&["a", "c"])).await, ThreadReason::References);
    assert_eq!(reason(new("c")).await, ThreadReason::Awaited);
    assert_eq!(reason(new("a").text("Other words.\r\n")).await, ThreadReason::SameHeaderId);
}

#[tokio::test]
async fn strangers_with_the_same_subject_stay_apart() {
    let inbound = Inbound::new().await;
    let hello = |id: &str, from: &str| Draft::new(id, from, ANNA).subject("Re: Hello");
    let one = inbound.message(&hello("x", "a@one.example")).await;
    let other = inbound.message(&hello("y", "b@two.example")).await;
    assert_eq!(one.subject, other.subject);
    assert_ne!(one.thread, other.thread);
}

#[tokio::test]
async fn a_mail_to_two_mailboxes_is_one_message_with_two_deliveries() {
    let inbound = Inbound::new().await;
    let draft = Draft::new("both", CUSTOMER, "anna@crm.example.com, ben@crm.example.com");
    let for_anna = inbound.received(&draft, &[ANNA]);
    let for_ben = inbound.received(&draft, &[BEN]);
    let first = inbound.take_in(&for_anna).await.outcome;
    let second = inbound.take_in(&for_ben).await.outcome;

    let Outcome::Filed { message, .. } = first else { panic!("{first:?}") };
    assert_eq!(second, Outcome::Duplicate { message });
    let owners: BTreeSet<_> = inbound
        .records::<Delivery>(TableName::Crm, "delivery")
        .iter()
        .map(|delivery| delivery.owner)
        .collect();
    assert_eq!(owners, inbound.tenant.people.values().copied().collect());
    assert_eq!((inbound.messages().len(), inbound.links().len()), (1, 1));
}

#[tokio::test]
async fn a_forged_message_id_hides_no_mail_and_is_told() {
    let inbound = Inbound::new().await;
    let real = inbound.message(&Draft::new("bill", CUSTOMER, ANNA)).await;
    let forged =
        inbound.message(&Draft::new("bill", "thief@bad.example", ANNA).text("Pay me.\r\n")).await;
    assert_ne!(real.id, forged.id);
    assert!(forged.flaws.contains(&"forged_message_id".to_owned()));
    assert!(!real.flaws.contains(&"forged_message_id".to_owned()));
}

#[tokio::test]
async fn the_same_announcement_five_times_makes_one_message() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(&Draft::new("once", CUSTOMER, ANNA), &[ANNA]);
    let first = inbound.take_in(&announced).await;
    for _ in 0..4 {
        let again = inbound.take_in(&announced).await;
        assert_eq!((&again.outcome, again.repeated), (&first.outcome, true));
    }
    assert_eq!((inbound.messages().len(), inbound.contacts().len()), (1, 1));
}

#[tokio::test]
async fn a_dropped_mail_is_routed_by_its_trace_and_a_new_version_is_a_new_mail() {
    let inbound = Inbound::new().await;
    let drop = |id: &str| {
        let raw = Draft::new(id, CUSTOMER, "list@lists.example").raw("t");
        [b"Delivered-To: anna@crm.example.com\r\n", raw.as_slice()].concat()
    };
    let one = inbound.announce("drop/mail.eml", drop("one"), &[]);
    let two = inbound.announce("drop/mail.eml", drop("two"), &[]);
    for announced in [one, two] {
        assert_eq!(inbound.take_in(&announced).await.outcome.name(), "filed");
    }
    assert_eq!(inbound.messages().len(), 2);
}

#[tokio::test]
async fn a_tag_on_an_address_does_not_lose_the_mail() {
    let inbound = Inbound::new().await;
    let draft = Draft::new("tagged", CUSTOMER, "anna+spring@crm.example.com");
    let announced = inbound.received(&draft, &["anna+spring@crm.example.com"]);
    assert_eq!(inbound.take_in(&announced).await.outcome.name(), "filed");
}

#[tokio::test]
async fn files_are_kept_by_content_before_the_record_names_them() {
    let inbound = Inbound::new().await;
    let with_file = |id: &str| Draft::new(id, CUSTOMER, ANNA).file("Offer.pdf", b"an offer");
    let message = inbound.message(&with_file("one")).await;
    inbound.bring(&with_file("two")).await;

    let [file] = &message.attachments[..] else { panic!("one file") };
    assert_eq!((file.name.as_deref(), file.size_bytes), (Some("Offer.pdf"), 8));
    let key = flows::attachment_key::attachment_key(inbound.tenant.id, &file.sha256);
    assert_eq!(inbound.world.archive.object(&key).unwrap().octets.as_ref(), b"an offer");
    let kept = inbound.world.archive.keys();
    assert_eq!(kept.iter().filter(|key| key.starts_with("attachments/")).count(), 1);
}

#[tokio::test]
async fn a_date_in_the_future_is_not_believed() {
    let inbound = Inbound::new().await;
    let now = inbound.world.clock.now();
    let future = Draft::new("future", CUSTOMER, ANNA).date("Fri, 1 Jan 2038 00:00:00 +0000");
    assert_eq!(inbound.message(&future).await.at, now);
    let honest = Draft::new("honest", CUSTOMER, ANNA).date("Sat, 21 Nov 2026 10:00:00 +0100");
    let written = Timestamp::parse("2026-11-21T09:00:00Z").unwrap();
    assert_eq!(inbound.message(&honest).await.at, written);
}

#[tokio::test]
async fn the_verdicts_of_the_receipt_and_the_size_of_the_mail_are_stored() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(&Draft::new("x", CUSTOMER, ANNA), &[ANNA]);
    let Announcement::Arrived(mut arrived) = announced else { unreachable!() };
    arrived.verdicts.insert("dmarc".to_owned(), "fail".to_owned());
    let size = std::mem::take(&mut arrived.raw.size_bytes);
    inbound.take_in(&Announcement::Arrived(arrived)).await;
    let [message] = &inbound.messages()[..] else { panic!("one message") };
    assert_eq!(message.verdicts.get("dmarc").map(String::as_str), Some("fail"));
    assert_eq!(message.raw.size_bytes, size, "a receipt does not tell it, the mail does");
}

#[tokio::test]
async fn endless_texts_of_a_mail_make_a_bounded_record() {
    let inbound = Inbound::new().await;
    let long = "x".repeat(10_000);
    let crowd: Vec<String> = (0..500).map(|n| format!("\"{long}\" <p{n}@crowd.example>")).collect();
    let mail = Draft::new(&long, CUSTOMER, &crowd.join(", ")).subject(&long).file(&long, b"x");
    let message = inbound.message(&mail).await;

    let item = store::item::to_item(
        "message",
        &store::keys::message(inbound.tenant.id, message.id, message.thread, message.at),
        &message,
    );
    let size = serde_json::to_string(&item.unwrap()).unwrap().len();
    assert!(size < 100_000, "{size} octets");
    assert_eq!(message.parties.len(), domain::limits::PARTIES_MAX);
}

#[tokio::test]
async fn the_same_words_with_another_file_are_another_mail() {
    let inbound = Inbound::new().await;
    let bill = |octets: &[u8]| Draft::new("bill", CUSTOMER, ANNA).file("bill.pdf", octets);
    let (one, two) = (inbound.bring(&bill(b"1")).await, inbound.bring(&bill(b"2")).await);
    assert_eq!((one.name(), two.name()), ("filed", "filed"));
    assert_eq!(inbound.bring(&bill(b"2")).await.name(), "duplicate");
}

#[tokio::test]
async fn mails_with_neither_message_id_nor_date_are_never_taken_for_one() {
    let inbound = Inbound::new().await;
    let alarm = b"From: sensor@plant.example\r\nSubject: Alarm\r\n\r\nPressure too high.\r\n";
    for n in 0..2 {
        let announced = inbound.announce(&format!("inbound/{n}"), alarm.to_vec(), &[ANNA]);
        assert_eq!(inbound.take_in(&announced).await.outcome.name(), "filed");
        assert!(inbound.take_in(&announced).await.repeated);
    }
    assert_eq!(inbound.messages().len(), 2);
}
