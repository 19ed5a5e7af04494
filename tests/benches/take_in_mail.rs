//! How fast mail is taken in: the whole flow on the tables in memory, beside parsing alone, so that
//! the ratio says what we add. Promised: 1,000 mails of 20 KB a second and worker.
//!
//! `cargo bench -p tests --bench take_in_mail`

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use futures::executor::block_on;
use testkit::memory_archive::MemoryArchive;
use testkit::people;
use testkit::raw_mail::Draft;
use testkit::world::World;

const ANNA: &str = "anna@crm.example.com";
const SIZE: usize = 20 * 1024;

fn raw_mail(n: u64) -> Vec<u8> {
    let text =
        "We look forward to your answer about the delivery in January.\r\n".repeat(SIZE / 64);
    Draft::new(&format!("mail{n}"), "lena@harbour.example", ANNA).text(&text).raw("bench")
}

fn announce(world: &World, n: u64) -> Announcement {
    let raw = world.archive.put(&format!("inbound/{n}"), raw_mail(n));
    Announcement::Arrived(MailArrived {
        bucket: MemoryArchive::BUCKET.to_owned(),
        raw,
        recipients: vec![ANNA.to_owned()],
        verdicts: BTreeMap::new(),
        announced_at: world.clock.now(),
    })
}

fn take_in(c: &mut Criterion) {
    let mut group = c.benchmark_group("a mail of 20 KB");
    group.throughput(Throughput::Elements(1));
    let raw = raw_mail(0);
    group.bench_function("parsed", |b| b.iter(|| mail::parse::parse(black_box(&raw)).is_ok()));

    let world = World::new(1);
    block_on(people::make_tenant(&world.records, 1, &[ANNA])).expect("a tenant");
    let mut n = 0;
    group.bench_function("taken in", |b| {
        b.iter_batched(
            || {
                n += 1;
                announce(&world, n)
            },
            |announced| {
                let settled = take_in_mail(&world.records, world.archive.as_ref(), &announced);
                block_on(settled).expect("it is taken in")
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, take_in);
criterion_main!(benches);
