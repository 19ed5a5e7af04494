//! The inbox shows at once what the index does not know yet.

use std::collections::BTreeSet;

use domain::ids::MessageId;
use domain::message::Direction;
use domain::permission::ReadMail;
use flows::list_mail::list_mail;
use flows::paging::Wish;

use crate::search_scene::{MailSketch, Scene};

/// The n-th mail of this November, Ben's.
fn mail(n: u64) -> MailSketch {
    MailSketch { owners: BTreeSet::from([1]), ..MailSketch::new(1_588_900 + n) }
}

async fn pages(scene: &Scene, direction: Option<Direction>, limit: u32) -> Vec<Vec<MessageId>> {
    let (records, index) = (&scene.world.records, scene.index());
    let allowed = scene.allowed::<ReadMail>(1);
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let wish = Wish { limit, after };
        let page = list_mail(records, &index, &allowed, None, direction, wish).await.unwrap();
        all.push(page.items.iter().map(|mail| mail.message.id).collect());
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn new_mail_is_on_the_first_page_before_the_index_follows_and_every_mail_once() {
    let scene = Scene::new(1).await;
    for n in 0..6 {
        scene.file_and_index(&mail(n)).await;
    }
    for n in 6..9 {
        scene.file(&mail(n)).await;
    }
    // Of another's mailbox nothing is told.
    scene.file(&MailSketch { owners: BTreeSet::from([2]), ..mail(9) }).await;
    let newest: Vec<MessageId> = (0..9).rev().map(|n| mail(n).id()).collect();
    for limit in [1, 2, 3, 4, 8, 50] {
        let pages = pages(&scene, None, limit).await;
        assert!(pages.iter().all(|page| page.len() <= usize::try_from(limit).unwrap()));
        let shown: Vec<MessageId> = pages.concat();
        let first = usize::try_from(limit).unwrap().min(9);
        assert_eq!(shown[..first], newest[..first], "the first page of {limit}");
        let once: BTreeSet<&MessageId> = shown.iter().collect();
        assert_eq!(once.len(), shown.len(), "each once, in pages of {limit}");
        // What the index knows is there whatever the pages; the rest at the latest when it has followed.
        assert!((0..6).all(|n| once.contains(&mail(n).id())));
    }
}

#[tokio::test]
async fn what_one_just_sent_is_there_and_the_direction_is_asked_of_it_too() {
    let scene = Scene::new(1).await;
    scene.file_and_index(&mail(0)).await;
    let sent = MailSketch { direction: Direction::Sent, ..mail(1) };
    scene.file(&sent).await;
    assert_eq!(pages(&scene, None, 50).await, [[sent.id(), mail(0).id()]]);
    assert_eq!(pages(&scene, Some(Direction::Sent), 50).await, [[sent.id()]]);
    assert_eq!(pages(&scene, Some(Direction::Received), 50).await, [[mail(0).id()]]);
}

#[tokio::test]
async fn an_index_that_has_followed_costs_one_query_and_no_read_more() {
    let scene = Scene::new(1).await;
    for n in 0..4 {
        scene.file_and_index(&mail(n)).await;
    }
    scene.world.table.reset_usage();
    pages(&scene, None, 50).await;
    let usage = scene.world.table.usage();
    assert_eq!((usage.get.calls, usage.query.calls, usage.batch_get.calls), (1, 2, 1));
    scene.file(&mail(4)).await;
    scene.world.table.reset_usage();
    pages(&scene, None, 50).await;
    let usage = scene.world.table.usage();
    assert_eq!((usage.get.calls, usage.query.calls, usage.batch_get.calls), (1, 2, 2));
}
