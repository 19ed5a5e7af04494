//! A thousand and a hundred thousand mails and people: every page costs the same reads.

use std::time::Instant;

use domain::permission::{ReadContacts, ReadMail};
use flows::list_mail::list_mail;
use flows::look_up_people::look_up_people;
use flows::paging::Wish;
use flows::search_mail::{Wanted, search_mail};
use flows::show_timeline::show_timeline;

use crate::search_growth::grow;
use crate::search_scene::{Scene, contact_id};

/// Mails of which the records are there: no page reads more.
const READ: u64 = 300;

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
    grow(&scene, 0..1_000, READ).await;
    let small = costs(&scene).await;
    let calls: Vec<_> = small.iter().map(|(name, calls, _)| (*name, *calls)).collect();
    assert_eq!(
        calls,
        [
            ("timeline", [1, 1, 1]),
            ("inbox", [1, 2, 1]),
            ("search of a word in every mail", [0, 1, 1]),
            ("autocomplete", [0, 2, 2]),
            ("search of a rare word", [0, 2, 1]),
        ]
    );
    grow(&scene, 1_000..100_000, READ).await;
    let large = costs(&scene).await;
    for (small, large) in small.iter().zip(&large) {
        assert_eq!(small.1, large.1, "{}", small.0);
    }
}
