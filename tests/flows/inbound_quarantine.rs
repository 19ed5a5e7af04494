//! What can't be filed ends with a stored outcome, and what is our fault is tried again.

use std::collections::BTreeMap;

use domain::ids::IntakeId;
use domain::intake::{IntakeState, Outcome, QuarantineReason};
use domain::limits;
use domain::message::RawMail;
use domain::timestamp::Timestamp;
use flows::error::{Failure, FlowError};
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, MailArrived, Unreadable, take_in_mail};
use store::intake::Opened;
use store::table::{Table, Write};
use testkit::people;
use testkit::raw_mail::Draft;
use testkit::world::World;

use crate::bench_of_inbound::{ANNA, CUSTOMER, Inbound};

async fn reason(inbound: &Inbound, announced: &Announcement) -> QuarantineReason {
    let settled = inbound.take_in(announced).await;
    let Outcome::Quarantined { reason, .. } = settled.outcome else {
        panic!("{:?}", settled.outcome)
    };
    let stored = inbound.intake(settled.intake);
    assert_eq!(stored.tenant, Some(inbound.tenant.id), "somebody sees it");
    assert!(matches!(stored.state, IntakeState::Done { .. }));
    assert!(inbound.messages().is_empty() && inbound.contacts().is_empty());
    reason
}

#[tokio::test]
async fn an_empty_object_is_quarantined() {
    let inbound = Inbound::new().await;
    let announced = inbound.announce("inbound/1", Vec::new(), &[ANNA]);
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::Empty);
}

#[tokio::test]
async fn what_is_no_mail_at_all_is_quarantined() {
    let inbound = Inbound::new().await;
    let picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let announced = inbound.announce("inbound/1", picture, &[ANNA]);
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::NotMail);
}

#[tokio::test]
async fn an_object_that_is_gone_is_quarantined_and_filed_once_it_is_back() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(&Draft::new("gone", CUSTOMER, ANNA), &[ANNA]);
    inbound.world.archive.lose("inbound/0");
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::ObjectGone);

    inbound.world.archive.restore("inbound/0");
    let intake = inbound.take_in(&announced).await.intake;
    assert!(inbound.messages().is_empty(), "a repetition alone is no retry");
    queue(&inbound, intake).await;
    let settled = inbound.take_in(&Announcement::Retry(intake)).await;
    assert_eq!(settled.outcome.name(), "filed");
}

async fn queue(inbound: &Inbound, intake: IntakeId) {
    let stored = inbound.intake(intake);
    let queued = store::intake::queue(&stored, inbound.world.clock.now()).unwrap();
    inbound.world.table.write(queued).await.unwrap();
}

#[tokio::test]
async fn forty_one_megabytes_are_never_read() {
    let inbound = Inbound::new().await;
    let key = "inbound/1".to_owned();
    let raw = RawMail { key, version: None, size_bytes: 41 * 1024 * 1024 };
    let announced = Announcement::Arrived(inbound.arrived(raw, &[ANNA]));
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::TooLarge);
    assert_eq!(inbound.world.archive.counts().reads, 0);
}

#[tokio::test]
async fn a_size_that_the_announcement_hides_is_found_by_reading() {
    let inbound = Inbound::new().await;
    let bound = usize::try_from(limits::RAW_MAIL_BYTES_MAX).unwrap();
    let raw = inbound.world.archive.put("inbound/1", vec![b'a'; bound + 1]);
    let raw = RawMail { size_bytes: 0, ..raw };
    let announced = Announcement::Arrived(inbound.arrived(raw, &[ANNA]));
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::TooLarge);
}

#[tokio::test]
async fn an_announcement_of_another_bucket_is_quarantined_unread() {
    let inbound = Inbound::new().await;
    let raw = inbound.world.archive.put("inbound/1", Draft::new("x", CUSTOMER, ANNA).raw("t"));
    let bucket = "somebody-elses.example".to_owned();
    let announced = Announcement::Arrived(MailArrived { bucket, ..inbound.arrived(raw, &[ANNA]) });
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::WrongBucket);
    assert_eq!(inbound.world.archive.counts().reads, 0);
}

#[tokio::test]
async fn an_unreadable_announcement_is_kept_within_its_bound() {
    let inbound = Inbound::new().await;
    let announced = Announcement::Unreadable(Unreadable {
        body: "ü".repeat(limits::ANNOUNCEMENT_BYTES_MAX),
        announced_at: inbound.world.clock.now(),
    });
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::MalformedEvent);
    let intake = inbound.take_in(&announced).await.intake;
    let kept = inbound.intake(intake).announcement.unwrap();
    assert_eq!(kept.len(), limits::ANNOUNCEMENT_BYTES_MAX);
}

#[tokio::test]
async fn a_recipient_without_route_is_quarantined_for_the_operator() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(
        &Draft::new("x", CUSTOMER, "who@nowhere.example"),
        &["who@nowhere.example", "no address"],
    );
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::NoRoute);
}

#[tokio::test]
async fn a_route_to_a_tenant_that_does_not_exist_is_quarantined() {
    let inbound = Inbound::new().await;
    let ghost =
        people::make_tenant(&inbound.world.records, 7, &["boo@ghost.example"]).await.unwrap();
    let key = store::keys::tenant(ghost.id).key;
    inbound.world.table.write(Write::Delete { key, condition: None }).await.unwrap();
    let draft = Draft::new("x", CUSTOMER, "boo@ghost.example");
    let announced = inbound.received(&draft, &["boo@ghost.example"]);
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::UnknownTenant);
}

#[tokio::test]
async fn a_drop_folder_of_one_tenant_can_not_reach_another() {
    let inbound = Inbound::new().await;
    let other =
        people::make_tenant(&inbound.world.records, 2, &["eve@other.example.org"]).await.unwrap();
    let draft = Draft::new("x", CUSTOMER, "eve@other.example.org");
    let key = format!("drop/{}/a.eml", inbound.tenant.id);
    let announced = inbound.announce(&key, draft.raw("t"), &[]);
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::ForgedRoute);

    let key = format!("drop/{}/a.eml", other.id);
    let own = inbound.announce(&key, draft.raw("t"), &[]);
    assert_eq!(inbound.take_in(&own).await.outcome.name(), "filed");
}

#[tokio::test]
async fn a_worker_that_dies_at_every_try_leaves_its_mail_in_quarantine() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(&Draft::new("x", CUSTOMER, ANNA), &[ANNA]);
    let Announcement::Arrived(arrived) = &announced else { unreachable!() };
    for _ in 0..limits::INTAKE_ATTEMPTS_MAX {
        die_with_the_lease(&inbound, arrived).await;
        assert!(matches!(
            inbound.try_take_in(&announced).await,
            Err(FlowError::Failed(Failure::Leased))
        ));
        inbound.world.clock.advance(limits::INTAKE_LEASE);
    }
    assert_eq!(reason(&inbound, &announced).await, QuarantineReason::Poison);
}

/// Takes the lease as a worker does, and never comes back.
async fn die_with_the_lease(inbound: &Inbound, arrived: &MailArrived) {
    let now = inbound.world.clock.now();
    let lease = format!("dead at {now}");
    let opened =
        store::intake::open(inbound.world.table.as_ref(), arrived.to_intake(), &lease, now).await;
    assert!(matches!(opened, Ok(Opened::Leased(_))));
}

#[tokio::test]
async fn before_the_first_tenant_mail_waits_in_the_queue() {
    let world = World::new(3);
    let raw = world.archive.put("inbound/1", Draft::new("x", CUSTOMER, ANNA).raw("t"));
    let announced = Announcement::Arrived(MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw,
        recipients: vec![ANNA.to_owned()],
        verdicts: BTreeMap::new(),
        announced_at: world.clock.now(),
    });
    for _ in 0..10 {
        let failed = take_in_mail(&world.records, world.archive.as_ref(), &announced).await;
        assert!(matches!(failed, Err(FlowError::Failed(Failure::NotSetUp))), "{failed:?}");
    }
    people::make_tenant(&world.records, 1, &[ANNA]).await.unwrap();
    let settled = take_in_mail(&world.records, world.archive.as_ref(), &announced).await.unwrap();
    assert_eq!(settled.unwrap().outcome.name(), "filed", "failing cleanly is no sign of poison");
}

#[tokio::test]
async fn a_retry_of_an_intake_that_is_gone_is_acknowledged() {
    let inbound = Inbound::new().await;
    let gone = IntakeId::from_parts(Timestamp::default(), 5);
    let world = &inbound.world;
    let nothing =
        take_in_mail(&world.records, world.archive.as_ref(), &Announcement::Retry(gone)).await;
    assert_eq!(nothing.unwrap(), None);
    assert!(inbound.messages().is_empty());
}

#[tokio::test]
async fn a_lease_whose_answer_was_lost_is_still_ours() {
    let inbound = Inbound::new().await;
    let announced = inbound.received(&Draft::new("x", CUSTOMER, ANNA), &[ANNA]);
    let Announcement::Arrived(arrived) = announced else { unreachable!() };
    let now = inbound.world.clock.now();
    let open = async |lease: &str| {
        let table = inbound.world.table.as_ref();
        store::intake::open(table, arrived.to_intake(), lease, now).await.unwrap()
    };
    let Opened::Leased(first) = open("ours").await else { panic!("nobody else has it") };
    assert_eq!(open("ours").await, Opened::Leased(first));
    assert_eq!(open("theirs").await, Opened::Held);
}
