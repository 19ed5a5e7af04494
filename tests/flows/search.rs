//! Search against a naive filter, under random visibility; what it costs; and the index under changes
//! that are told twice, late, out of order and while workers die.

use std::collections::BTreeSet;

use domain::email_address::EmailAddress;
use domain::ids::{MessageId, ThreadId};
use domain::limits;
use domain::message::Direction;
use domain::permission::{Allowed, ReadMail};
use domain::search_words;
use flows::index_documents::words_of;
use flows::list_mail::list_mail;
use flows::paging::Wish;
use flows::search_mail::{Wanted, search_mail};
use store::keys::Subject;
use store::table::TableName;
use testkit::time_and_chance::SeededRandomness;

use crate::search_scene::{MailSketch, Scene, contact_id};

const WORDS: [&str; 8] = ["Offer", "größe", "invoice", "harbour", "東京都", "plan", "4711", "Café"];
const FROM: [&str; 3] = ["lena@harbour.example", "omar@quay.example", "mia@quay.example"];

fn any<'a, T>(random: &SeededRandomness, all: &'a [T]) -> &'a T {
    &all[usize::try_from(random.below(all.len() as u64)).unwrap()]
}

fn some_words(random: &SeededRandomness, at_most: u64) -> String {
    let count = random.below(at_most + 1);
    (0..count).map(|_| *any(random, &WORDS)).collect::<Vec<_>>().join(" ")
}

fn sketch(random: &SeededRandomness, number: u64) -> MailSketch {
    let contacts = (0..2).filter(|_| random.below(2) == 0).collect();
    MailSketch {
        number,
        owners: (0..3).filter(|_| random.below(3) == 0).collect(),
        from: (*any(random, &FROM)).to_owned(),
        subject: some_words(random, 3),
        text: some_words(random, 6),
        direction: *any(random, &[Direction::Received, Direction::Sent]),
        kind: (*any(random, &["ordinary", "list"])).to_owned(),
        files: random.below(2) == 0,
        thread: random.below(4),
        contacts,
    }
}

fn wanted(random: &SeededRandomness, scene: &Scene, mails: &[MailSketch]) -> Wanted {
    let one_in = |n: u64| random.below(n) == 0;
    Wanted {
        address: one_in(4).then(|| EmailAddress::parse(any::<&str>(random, &FROM)).unwrap()),
        contact: one_in(6).then(|| contact_id(random.below(2))),
        thread: one_in(6).then(|| ThreadId::from_bits(u128::from(random.below(4)) + 1)),
        mailbox: one_in(5).then(|| scene.mailbox(usize::try_from(random.below(3)).unwrap())),
        owner: None,
        direction: one_in(4).then_some(Direction::Sent),
        kind: one_in(6).then(|| "ordinary".to_owned()),
        has_attachment: one_in(4).then(|| one_in(2)),
        from: one_in(5).then(|| any(random, mails).at()),
        until: one_in(5).then(|| any(random, mails).at()),
        words: some_words(random, 2).to_uppercase(),
    }
}

/// What the words of the requirement say, without an index.
fn fits(scene: &Scene, mail: &MailSketch, wanted: &Wanted, seen_owners: &[usize]) -> bool {
    let mailbox = |mailbox| {
        let seen = mail.owners.iter().filter(|owner| seen_owners.contains(owner));
        seen.map(|owner| scene.mailbox(*owner)).any(|own| own == mailbox)
    };
    let message = mail.message();
    let words = search_words::words(&format!("{} {}", mail.subject, mail.text));
    // Mail may be nobody's: only who sees all mail, as the first person does, finds it.
    (seen_owners.contains(&0) || mail.owners.iter().any(|owner| seen_owners.contains(owner)))
        && wanted.address.as_ref().is_none_or(|address| address.expose() == mail.from)
        && wanted.contact.is_none_or(|contact| message.contacts.contains(&contact))
        && wanted.thread.is_none_or(|thread| message.thread == thread)
        && wanted.mailbox.is_none_or(mailbox)
        && wanted.direction.is_none_or(|direction| mail.direction == direction)
        && wanted.kind.as_ref().is_none_or(|kind| mail.kind == *kind)
        && wanted.has_attachment.is_none_or(|files| mail.files == files)
        && wanted.from.is_none_or(|from| mail.at() >= from)
        && wanted.until.is_none_or(|until| mail.at() < until)
        && search_words::words(&wanted.words).iter().all(|word| words.contains(word))
}

async fn found(scene: &Scene, wanted: &Wanted, person: usize, limit: u32) -> Vec<MessageId> {
    found_by(scene, wanted, &scene.allowed(person), limit).await
}

async fn found_by(
    scene: &Scene,
    wanted: &Wanted,
    allowed: &Allowed<ReadMail>,
    limit: u32,
) -> Vec<MessageId> {
    let index = scene.index();
    let mut wish = Wish { limit, after: None };
    let mut all = Vec::new();
    loop {
        let page = search_mail(&scene.world.records, &index, allowed, wanted, wish).await.unwrap();
        assert!(page.items.len() <= limit as usize);
        all.extend(page.items.into_iter().map(|seen| seen.message.id));
        match page.next {
            Some(next) => wish = Wish { limit, after: Some(next) },
            None => return all,
        }
    }
}

#[tokio::test]
async fn a_search_finds_what_a_naive_filter_finds_and_nothing_that_one_may_not_see() {
    for seed in 0..6 {
        let random = SeededRandomness::new(seed);
        let scene = Scene::new(seed).await;
        let mails: Vec<MailSketch> = (0..40).map(|n| sketch(&random, n)).collect();
        for mail in &mails {
            scene.file_and_index(mail).await;
        }
        for _ in 0..40 {
            let wanted = wanted(&random, &scene, &mails);
            // The owner sees all; Ben and Carol their own; Ben above Carol both.
            let readers = [(0, vec![0, 1, 2]), (1, vec![1]), (2, vec![2]), (1, vec![1, 2])];
            for (person, seen) in readers {
                let expected: Vec<MessageId> = mails
                    .iter()
                    .rev()
                    .filter(|mail| fits(&scene, mail, &wanted, &seen))
                    .map(MailSketch::id)
                    .collect();
                let limit = u32::try_from(1 + random.below(20)).unwrap();
                let team = seen.iter().copied().filter(|one| *one != person && person != 0);
                let allowed = scene.allowed_above(person, team);
                let found = found_by(&scene, &wanted, &allowed, limit).await;
                assert_eq!(found, expected, "seed {seed}, {person} sees {seen:?}, {wanted:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_search_reads_does_not_depend_on_mail_of_others() {
    let mut reads = Vec::new();
    for others in [0, 400] {
        let scene = Scene::new(1).await;
        for n in 0..20 {
            let owners = BTreeSet::from([1]);
            scene.file_and_index(&MailSketch { owners, ..MailSketch::new(n * 50) }).await;
        }
        for n in 0..others {
            scene.file_and_index(&MailSketch::new(n * 2 + 1)).await;
        }
        scene.world.table.reset_usage();
        let wanted = Wanted { words: "offer".to_owned(), ..Wanted::default() };
        assert_eq!(found(&scene, &wanted, 1, 50).await.len(), 20);
        reads.push(scene.world.table.usage());
    }
    assert_eq!(reads[0], reads[1]);
}

#[tokio::test]
async fn who_stands_above_others_asks_once_for_each_and_finds_each_mail_once() {
    let scene = Scene::new(1).await;
    for n in 0..120 {
        let owners = BTreeSet::from([1 + usize::try_from(n % 2).unwrap(), 2]);
        scene.file_and_index(&MailSketch { owners, ..MailSketch::new(n) }).await;
    }
    let wanted = Wanted { words: "offer".to_owned(), ..Wanted::default() };
    let above = scene.allowed_above(1, [2]);
    scene.world.table.reset_usage();
    let wish = Wish { limit: 50, after: None };
    let index = scene.index();
    let page = search_mail(&scene.world.records, &index, &above, &wanted, wish).await.unwrap();
    assert_eq!(page.items.len(), 50);
    let usage = scene.world.table.usage();
    assert_eq!((usage.query.calls, usage.batch_get.calls, usage.calls()), (2, 1, 3));
    assert_eq!(found_by(&scene, &wanted, &above, 7).await.len(), 120);

    // A mailbox of somebody below is looked for in its owner's lists alone.
    let (records, below) = (&scene.world.records, Some(scene.mailbox(2)));
    let wish = Wish { limit: 50, after: None };
    scene.world.table.reset_usage();
    list_mail(records, &index, &above, below, None, wish.clone()).await.unwrap();
    let usage = scene.world.table.usage();
    let calls = (usage.get.calls, usage.query.calls, usage.batch_get.calls);
    assert_eq!(calls, (1, 2, 1));
    let refused = list_mail(records, &index, &scene.allowed(1), below, None, wish).await;
    assert!(refused.is_err(), "nobody stands below him");
}

#[tokio::test]
async fn a_mail_that_its_record_no_longer_allows_is_not_found_though_the_index_is_behind() {
    let scene = Scene::new(1).await;
    let mail = MailSketch { owners: BTreeSet::from([1]), ..MailSketch::new(1) };
    scene.file_and_index(&mail).await;
    let wanted = Wanted { words: "offer".to_owned(), ..Wanted::default() };
    assert_eq!(found(&scene, &wanted, 1, 10).await, [mail.id()]);
    let key = store::messages::key(scene.tenant.id, mail.id());
    scene.write(vec![store::table::Write::Delete { key, condition: None }]).await;
    assert_eq!(found(&scene, &wanted, 1, 10).await, []);
    scene.settle(Subject::Message(mail.id())).await;
    let kinds = scene.world.table.items(TableName::Delivery).into_iter();
    let entry = store::item::text("index_entry");
    assert_eq!(kinds.filter(|item| item.get("item_kind") == Some(&entry)).count(), 0);
}

#[tokio::test]
async fn a_page_of_a_search_costs_a_bounded_number_of_queries_even_where_nothing_fits() {
    let scene = Scene::new(1).await;
    for n in 0..1_700 {
        scene.file_and_index(&MailSketch::new(n)).await;
    }
    let wanted =
        Wanted { has_attachment: Some(true), words: "offer".to_owned(), ..Wanted::default() };
    scene.world.table.reset_usage();
    let wish = Wish { limit: 50, after: None };
    let allowed = scene.allowed::<ReadMail>(0);
    let index = scene.index();
    let page = search_mail(&scene.world.records, &index, &allowed, &wanted, wish).await.unwrap();
    assert!(page.items.is_empty() && page.next.is_some());
    let usage = scene.world.table.usage();
    assert_eq!(usage.query.calls, limits::SEARCH_QUERIES_MAX as u64);
    assert_eq!(usage.calls(), usage.query.calls);
}

#[tokio::test]
async fn a_mail_costs_a_write_unit_for_each_term_and_scope_and_has_a_bounded_number_of_terms() {
    let scene = Scene::new(1).await;
    let mail = MailSketch {
        subject: "Offer for the new crane".to_owned(),
        text: "we can deliver the crane in March, with tracks and a spare motor".to_owned(),
        ..MailSketch::new(1)
    };
    scene.file(&mail).await;
    scene.world.table.reset_usage();
    scene.settle(Subject::Message(mail.id())).await;
    let words = words_of(&mail.subject, &mail.text).len();
    assert_eq!(words, 15);
    // For administrators and for the owner: all mail, thread, address, mailbox, words, and a manifest.
    let units = 2.0 * (4.0 + 15.0 + 1.0);
    let usage = scene.world.table.usage();
    assert_eq!(usage.units().write, units);
    assert_eq!((usage.get.calls, usage.query.calls), (2, 1));

    let endless: String = (0..5_000).map(|n| format!("word{n} ")).collect();
    assert_eq!(words_of("", &endless).len(), limits::SEARCH_WORDS_MAX);
    let long = MailSketch {
        subject: "s".to_owned(),
        text: endless.chars().take(600).collect(),
        ..MailSketch::new(2)
    };
    scene.file_and_index(&long).await;
    let entry = store::item::text("index_entry");
    for item in scene.world.table.items(TableName::Delivery) {
        if item.get("item_kind") == Some(&entry) {
            let size = testkit::memory_table::shape::item_bytes(&item);
            assert!(size <= 1024, "an entry of {size} octets costs two units");
        }
    }
}
