//! A thousand and a hundred thousand mails and people: every page costs the same reads.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use domain::contact::{MailLink, PartyRole};
use domain::message::Direction;
use domain::permission::{ReadContacts, ReadMail};
use domain::search_term::{SearchScope, SearchTerm};
use flows::list_mail::list_mail;
use flows::look_up_people::look_up_people;
use flows::paging::Wish;
use flows::ports::SearchIndex;
use flows::search_index::{Correspondent, IndexDocument, ScopeTerms};
use flows::search_mail::{Wanted, search_mail};
use flows::show_timeline::show_timeline;
use store::table::{Item, Key, TableName, Write};
use store::{contacts, item};

use crate::search_scene::{MailSketch, Scene, contact, contact_id};

/// Mails of which the records are there: no page reads more.
const READ: u64 = 300;

fn mail(n: u64) -> MailSketch {
    MailSketch { owners: BTreeSet::from([1]), contacts: vec![0], ..MailSketch::new(n) }
}

/// The entries that the index makes of a document: those of others differ in their place alone.
async fn entries(scene: &Scene, scope: SearchScope, terms: &[SearchTerm]) -> Vec<Item> {
    let document = IndexDocument {
        order: "0".to_owned(),
        correspondents: vec![Correspondent {
            name: None,
            address: mail(0).message().parties[0].address.clone(),
        }],
        scopes: BTreeMap::from([(
            scope,
            ScopeTerms {
                listed: terms.iter().cloned().collect(),
                marked: BTreeSet::from([SearchTerm::Direction(Direction::Received)]),
            },
        )]),
    };
    scene.index().settle(scene.tenant.id, "0", Some(&document)).await.unwrap();
    let all = scene.world.table.items(TableName::Delivery).into_iter();
    let made: Vec<Item> = all.filter(|item| item["sk"] == item::text("0")).collect();
    scene.index().settle(scene.tenant.id, "0", None).await.unwrap();
    made
}

async fn put_at(scene: &Scene, entries: &[Item], order: &str) {
    for entry in entries {
        let mut entry = entry.clone();
        entry.insert("sk".to_owned(), item::text(order));
        let serde_dynamo::AttributeValue::S(pk) = entry["pk"].clone() else { panic!("no key") };
        let key = Key { table: TableName::Delivery, pk, sk: order.to_owned() };
        scene.write(vec![Write::Put { key, item: entry, condition: None }]).await;
    }
}

/// The lists that the pages below read, of all mail and people; the records of the newest alone.
async fn grow(scene: &Scene, from: u64, to: u64) {
    let word = |word: &str| SearchTerm::Word(word.to_owned());
    let own = SearchScope::MailOf(scene.user(1));
    let common = [SearchTerm::Mail, SearchTerm::Mailbox(scene.mailbox(1)), word("offer")];
    let of_mail = entries(scene, own, &common).await;
    let [first, second, third] = common;
    let with_rare = entries(scene, own, &[first, second, third, word("crane")]).await;
    let of_person =
        entries(scene, SearchScope::Book, &[SearchTerm::Prefix("len".to_owned())]).await;
    for n in from..to {
        let mail = mail(n);
        let link = MailLink {
            contact: contact_id(0),
            message: mail.id(),
            at: mail.at(),
            roles: vec![PartyRole::From],
        };
        scene.write(vec![contacts::link_mail(scene.tenant.id, &link).unwrap()]).await;
        let rare = n % 500 == 0 || n + 2 >= to;
        let made = if rare { &with_rare } else { &of_mail };
        put_at(scene, made, &format!("{}#{}", mail.at(), mail.id())).await;
        put_at(scene, &of_person, &contact_id(n).to_string()).await;
        if n + READ >= to {
            scene.file(&mail).await;
        }
        if n + READ >= to || n == 0 {
            let person = contact(n, &format!("Lena Nr{n}"), &format!("lena{n}@harbour.example"));
            let writes = contacts::create(scene.tenant.id, &scene.world.records.hasher, &person);
            scene.write(writes.unwrap()).await;
        }
    }
}

/// Calls (get, query, batch read) and read units of each page.
async fn costs(scene: &Scene) -> Vec<(&'static str, [u64; 3], f64)> {
    let (records, index, table) = (&scene.world.records, scene.index(), &scene.world.table);
    let (mail, book) = (scene.allowed::<ReadMail>(1), scene.allowed::<ReadContacts>(1));
    let wish = || Wish { limit: 50, after: None };
    let search = |words: &str| Wanted { words: words.to_owned(), ..Wanted::default() };
    let mut all = Vec::new();
    let mut note = |name: &'static str, begun: Instant, found: usize| {
        let usage = table.usage();
        let calls = [usage.get.calls, usage.query.calls, usage.batch_get.calls];
        assert_eq!(calls.iter().sum::<u64>(), usage.calls());
        println!("{name}: {found} found, {calls:?} calls, {:?}", begun.elapsed());
        assert!(found > 0, "{name}");
        all.push((name, calls, usage.units().read));
        table.reset_usage();
        Instant::now()
    };
    table.reset_usage();
    let begun = Instant::now();
    let page = show_timeline(records, &book, &mail, contact_id(0), wish()).await.unwrap();
    let begun = note("timeline", begun, page.items.len());
    let page = list_mail(records, &index, &mail, None, None, wish()).await.unwrap();
    let begun = note("inbox", begun, page.items.len());
    let page = search_mail(records, &index, &mail, &search("OFFER"), wish()).await.unwrap();
    let begun = note("search of a word in every mail", begun, page.items.len());
    let people = look_up_people(records, &index, &book, &mail, "len", 10).await.unwrap();
    let begun = note("autocomplete", begun, people.len());
    let both = search("offer crane");
    let page = search_mail(records, &index, &mail, &both, wish()).await.unwrap();
    note("search of a rare word", begun, page.items.len());
    all
}

#[tokio::test]
async fn pages_of_a_hundred_thousand_mails_and_people_cost_what_those_of_a_thousand_do() {
    let scene = Scene::new(1).await;
    grow(&scene, 0, 1_000).await;
    let small = costs(&scene).await;
    let calls: Vec<_> = small.iter().map(|(name, calls, _)| (*name, *calls)).collect();
    assert_eq!(
        calls,
        [
            ("timeline", [1, 1, 1]),
            ("inbox", [1, 1, 1]),
            ("search of a word in every mail", [0, 1, 1]),
            ("autocomplete", [0, 2, 2]),
            ("search of a rare word", [0, 2, 1]),
        ]
    );
    grow(&scene, 1_000, 100_000).await;
    let large = costs(&scene).await;
    for (small, large) in small.iter().zip(&large) {
        assert_eq!(small.1, large.1, "{}", small.0);
    }
}
