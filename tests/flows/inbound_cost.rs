//! What filing a mail costs, in calls and units. ARCHITECTURE.md states the same figures.

use std::sync::Arc;

use flows::take_in_mail::take_in_mail;
use store::table::Units;
use testkit::memory_archive::ArchiveCounts;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, CUSTOMER, Inbound};
use crate::rounds::RoundCounter;

#[tokio::test]
async fn a_mail_of_a_known_contact_costs_four_calls_in_three_rounds_and_one_s3_read() {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("first", CUSTOMER, ANNA)).await;
    let next =
        inbound.received(&Draft::new("second", CUSTOMER, ANNA).answering(&["first"]), &[ANNA]);
    inbound.world.table.reset_usage();
    inbound.world.archive.reset_counts();

    let table = Arc::new(RoundCounter::over(inbound.world.table.clone()));
    let records = inbound.world.records_through(table.clone());
    take_in_mail(&records, inbound.world.archive.as_ref(), &next).await.unwrap();

    let usage = inbound.world.table.usage();
    assert_eq!(usage.calls(), 4);
    assert_eq!((usage.write.calls, usage.batch_get.calls, usage.transact.calls), (1, 2, 1));
    assert_eq!(table.rounds(), 3);
    let counts = ArchiveCounts { reads: 1, writes: 0, signed_urls: 0 };
    assert_eq!(inbound.world.archive.counts(), counts);
    assert_eq!(usage.units(), Units { read: 17.0, write: 14.0 });
}

#[tokio::test]
async fn three_known_parties_a_thread_and_two_files_cost_four_calls_and_one_transaction() {
    let inbound = Inbound::new().await;
    for (id, from) in [("a", "a@one.example"), ("b", "b@two.example"), ("c", "c@three.example")] {
        inbound.bring(&Draft::new(id, from, ANNA)).await;
    }
    let mail = Draft::new("d", "a@one.example", "anna@crm.example.com, b@two.example")
        .cc("c@three.example")
        .answering(&["a"])
        .file("offer.pdf", b"an offer")
        .file("plan.txt", b"a plan");
    let announced = inbound.received(&mail, &[ANNA, BEN]);
    inbound.world.table.reset_usage();
    inbound.world.archive.reset_counts();

    inbound.take_in(&announced).await;

    let usage = inbound.world.table.usage();
    assert_eq!((usage.calls(), usage.transact.calls), (4, 1));
    assert_eq!(inbound.world.archive.counts().writes, 2);
    assert_eq!(usage.units(), Units { read: 25.0, write: 24.0 });
}

#[tokio::test]
async fn a_repeated_announcement_costs_one_refused_put_and_one_read_of_routes() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(&Draft::new("first", CUSTOMER, ANNA), &[ANNA]);
    inbound.take_in(&announced).await;
    inbound.world.table.reset_usage();
    inbound.world.archive.reset_counts();

    assert!(inbound.take_in(&announced).await.repeated);

    assert_eq!(inbound.world.table.usage().calls(), 2);
    assert_eq!(inbound.world.archive.counts(), ArchiveCounts::default());
}
