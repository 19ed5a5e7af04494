//! How long a search page, an inbox page and an autocomplete take on a tenant with 100,000 mails and as
//! many people, on the tables in memory. Promised at the 95th of 100: 300 ms for a search page (B14),
//! 50 ms for an autocomplete (J11); the prints at the beginning tell it over 1,000 queries each.
//!
//! `cargo bench -p tests --bench search`

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use domain::message::Direction;
use domain::permission::{ReadContacts, ReadMail};
use flows::list_mail::list_mail;
use flows::look_up_people::look_up_people;
use flows::paging::Wish;
use flows::search_mail::{Wanted, search_mail};
use futures::executor::block_on;
use store::table::PageMark;

use search_growth::grow;
use search_scene::{Scene, contact_id};

#[path = "../flows/search_growth.rs"]
#[allow(dead_code, reason = "the tests that have these files use the rest")]
mod search_growth;
#[path = "../flows/search_scene.rs"]
#[allow(dead_code, reason = "the tests that have these files use the rest")]
mod search_scene;

/// Mails, and people.
const SIZE: u64 = 100_000;
const QUERIES: u32 = 1_000;
const LETTERS: [&str; 4] = ["len", "LEN", "lena", "lena nr99"];

/// What is searched for in turn: one word that all have, a rare one, both with a record, and what no mail
/// fits, which reads as far as a page may.
fn wanted(turn: u32) -> Wanted {
    let words = |words: &str| Wanted { words: words.to_owned(), ..Wanted::default() };
    match turn % 4 {
        0 => words("offer"),
        1 => words("crane"),
        2 => Wanted { contact: Some(contact_id(0)), ..words("offer crane") },
        _ => Wanted { direction: Some(Direction::Sent), ..words("offer") },
    }
}

/// One page of a search, which goes on where the page before ended.
fn page(scene: &Scene, turn: u32, marks: &mut [Option<PageMark>; 4]) -> usize {
    let allowed = scene.allowed::<ReadMail>(1);
    let mark = &mut marks[usize::try_from(turn % 4).expect("a small number")];
    let wish = Wish { limit: 50, after: mark.take() };
    let (records, index, wanted) = (&scene.world.records, scene.index(), wanted(turn));
    let page = search_mail(records, &index, &allowed, &wanted, wish);
    let page = block_on(page).expect("a page");
    *mark = page.next;
    page.items.len()
}

fn inbox(scene: &Scene, mark: &mut Option<PageMark>) -> usize {
    let allowed = scene.allowed::<ReadMail>(1);
    let wish = Wish { limit: 50, after: mark.take() };
    let index = scene.index();
    let page = list_mail(&scene.world.records, &index, &allowed, None, None, wish);
    let page = block_on(page).expect("a page");
    *mark = page.next;
    page.items.len()
}

fn people(scene: &Scene, turn: u32) -> usize {
    let (book, mail) = (scene.allowed::<ReadContacts>(1), scene.allowed::<ReadMail>(1));
    let letters = LETTERS[usize::try_from(turn).expect("a small number") % LETTERS.len()];
    let index = scene.index();
    let found = look_up_people(&scene.world.records, &index, &book, &mail, letters, 10);
    block_on(found).expect("people").len()
}

fn print_p95(what: &str, promised: Duration, mut query: impl FnMut(u32) -> usize) {
    let mut found = 0;
    let mut took: Vec<Duration> = (0..QUERIES)
        .map(|turn| {
            let begun = Instant::now();
            found += black_box(query(turn));
            begun.elapsed()
        })
        .collect();
    took.sort_unstable();
    let at = |share: usize| took[took.len() * share / 100];
    let worst = took[took.len() - 1];
    println!(
        "{what}: p50 {:?}, p95 {:?} (promised {promised:?}), worst {worst:?}, {found} found by {QUERIES} queries",
        at(50),
        at(95)
    );
}

fn search(c: &mut Criterion) {
    let scene = block_on(Scene::new(1));
    block_on(grow(&scene, 0..SIZE, SIZE));
    let (mut marks, mut mark) = ([const { None }; 4], None);
    print_p95("search page", Duration::from_millis(300), |turn| page(&scene, turn, &mut marks));
    print_p95("inbox page", Duration::from_millis(300), |_| inbox(&scene, &mut mark));
    print_p95("autocomplete", Duration::from_millis(50), |turn| people(&scene, turn));

    let mut group = c.benchmark_group("100,000 mails and people");
    group.sample_size(20);
    let mut turn = 0;
    let mut next = move || {
        turn += 1;
        turn
    };
    group.bench_function("search page", |b| b.iter(|| page(&scene, next(), &mut marks)));
    group.bench_function("inbox page", |b| b.iter(|| inbox(&scene, &mut mark)));
    group.bench_function("autocomplete", |b| b.iter(|| people(&scene, next())));
    group.finish();
}

criterion_group!(benches, search);
criterion_main!(benches);
