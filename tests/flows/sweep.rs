//! Raw mail that no event announced is found and taken in.

use std::time::Duration;

use domain::limits::{SWEEP_WINDOW, SWEEP_YOUNGEST};
use flows::ports::{Clock, Work};
use flows::sweep_objects::{Swept, sweep_objects};
use flows::take_in_mail::Announcement;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, CUSTOMER, Inbound};

fn put(inbound: &Inbound, key: &str, age: Duration) {
    let archive = &inbound.world.archive;
    archive.put(key, Draft::new(key, CUSTOMER, ANNA).raw("t"));
    archive.written_at(key, inbound.world.clock.now().minus(age));
}

async fn sweep(inbound: &Inbound) -> Swept {
    let world = &inbound.world;
    let (archive, queue) = (world.archive.as_ref(), world.queue.as_ref());
    sweep_objects(&world.records, archive, queue).await.unwrap()
}

fn announced(inbound: &Inbound) -> Vec<String> {
    let mut keys = Vec::new();
    while let Some(work) = inbound.world.queue.take() {
        let Work::TakeIn(object) = work else { panic!("{work:?}") };
        keys.push(object.raw.key);
    }
    keys.sort();
    keys
}

#[tokio::test]
async fn what_no_event_announced_is_announced_once_and_taken_in() {
    let inbound = Inbound::new().await;
    let old = SWEEP_YOUNGEST.saturating_mul(2);
    for n in 0..7 {
        put(&inbound, &format!("inbound/lost{n}"), old);
        put(&inbound, &format!("drop/lost{n}"), old);
    }
    // One of each came with its event: a receipt names no version, S3 does.
    let receipt = inbound.received(&Draft::new("seen", CUSTOMER, ANNA), &[ANNA]);
    let Announcement::Arrived(mut receipt) = receipt else { unreachable!() };
    receipt.raw.version = None;
    inbound.world.archive.written_at(&receipt.raw.key, inbound.world.clock.now().minus(old));
    inbound.take_in(&Announcement::Arrived(receipt)).await;
    let dropped = inbound.announce("drop/seen", Draft::new("d", CUSTOMER, ANNA).raw("t"), &[]);
    inbound.world.archive.written_at("drop/seen", inbound.world.clock.now().minus(old));
    inbound.take_in(&dropped).await;

    let swept = sweep(&inbound).await;
    assert_eq!(swept, Swept { looked_at: 16, announced: 14, is_complete: true });
    while let Some(Work::TakeIn(object)) = inbound.world.queue.take() {
        let taken = inbound.take_in(&Announcement::Arrived(object.into())).await;
        assert_eq!(taken.outcome.name(), "filed");
    }
    assert_eq!(sweep(&inbound).await.announced, 0, "all of it is known now");
    assert!(announced(&inbound).is_empty());
}

#[tokio::test]
async fn what_is_too_young_or_too_old_is_left_alone() {
    let inbound = Inbound::new().await;
    put(&inbound, "inbound/young", SWEEP_YOUNGEST.saturating_sub(Duration::from_secs(1)));
    put(&inbound, "inbound/ripe", SWEEP_YOUNGEST);
    put(&inbound, "inbound/last", SWEEP_WINDOW.saturating_sub(Duration::from_secs(1)));
    put(&inbound, "inbound/old", SWEEP_WINDOW);
    sweep(&inbound).await;
    assert_eq!(announced(&inbound), ["inbound/last", "inbound/ripe"]);
}

#[tokio::test]
async fn a_run_goes_on_where_the_last_one_ended() {
    use store::sweeps::{self, Checkpoint};
    let inbound = Inbound::new().await;
    for key in ["inbound/a", "inbound/b", "inbound/c"] {
        put(&inbound, key, SWEEP_YOUNGEST);
    }
    let half = Checkpoint { after: Some("inbound/b".to_owned()), rev: 1 };
    let write = sweeps::move_on("inbound/", &Checkpoint::default(), &half).unwrap();
    inbound.write(write).await;
    sweep(&inbound).await;
    assert_eq!(announced(&inbound), ["inbound/c"]);
    sweep(&inbound).await;
    assert_eq!(announced(&inbound), ["inbound/a", "inbound/b", "inbound/c"], "a new pass");
}
