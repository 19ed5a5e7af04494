//! How fast events of SES are decoded and applied on the tables in memory, in batches of 100 as the
//! queue brings them. Promised: 5,000 events a second. Beside the time of a batch the run prints what
//! 5,000 events cost as a multiple of reading their JSON alone, which no busy machine disturbs.
//!
//! `cargo bench -p tests --bench mail_events`

use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use domain::ids::TenantId;
use flows::apply_mail_event::{ProviderNote, apply_provider_notes};
use flows::ports::Clock;
use futures::executor::block_on;
use testkit::people;
use testkit::ses_events::NO_MAILBOX;
use testkit::world::World;

const BATCH: u128 = 100;

/// A batch about mails that were never told of: nine deliveries to a bounce.
fn batch(world: &World, tenant: TenantId, number: &mut u128) -> Vec<String> {
    let at = world.clock.now();
    let mut events = Vec::new();
    for _ in 0..BATCH {
        *number += 1;
        let to = format!("person{number}@harbour{}.example", *number % 50);
        let mail = block_on(people::send_one_off(&world.records, tenant, *number, &to));
        let mail = mail.expect("it is written down");
        let bounces = number.is_multiple_of(10);
        events.push(if bounces { mail.bounce(NO_MAILBOX, at) } else { mail.told("Delivery", at) });
    }
    events
}

fn apply(c: &mut Criterion) {
    let world = World::new(1);
    let made = people::make_tenant(&world.records, 1, &["anna@crm.example.com"]);
    let tenant = block_on(made).expect("a tenant").id;
    let mut number = 0;
    let mut group = c.benchmark_group("100 events, 10 of them bounces");
    group.throughput(Throughput::Elements(100));
    group.bench_function("decoded and applied", |b| {
        b.iter_batched(
            || batch(&world, tenant, &mut number),
            |events| {
                let received_at = world.clock.now();
                let notes: Vec<ProviderNote<'_>> = events
                    .iter()
                    .map(|json| ProviderNote { json: json.into(), received_at })
                    .collect();
                block_on(apply_provider_notes(&world.records, &notes)).expect("they are applied")
            },
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// Events of one run of [`share`]: as many as are promised for a second.
const EVENTS: usize = 5_000;

/// How long something takes.
fn time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = work();
    (done, began.elapsed())
}

/// What 5,000 events cost, step by step, against reading their JSON in the same run.
fn share(_: &mut Criterion) {
    let world = World::new(2);
    let made = people::make_tenant(&world.records, 1, &["anna@crm.example.com"]);
    let tenant = block_on(made).expect("a tenant").id;
    let mut number = 0;
    let mut events = Vec::new();
    while events.len() < EVENTS {
        events.extend(batch(&world, tenant, &mut number));
    }
    let (read, reading) = time(|| {
        let read = |json: &String| serde_json::from_str::<serde_json::Value>(json).is_ok();
        events.iter().filter(|json| read(json)).count()
    });
    let (decoded, decoding) = time(|| {
        let decode = |json: &String| mail::bounce::decode(json.as_bytes()).ses.is_some();
        events.iter().filter(|json| decode(json)).count()
    });
    assert_eq!((read, decoded), (EVENTS, EVENTS));
    let received_at = world.clock.now();
    let (learned, applying) = time(|| {
        let mut learned = 0;
        for some in events.chunks(100) {
            let note = |json: &'_ String| ProviderNote { json: json.clone().into(), received_at };
            let notes: Vec<ProviderNote<'_>> = some.iter().map(note).collect();
            let applied = block_on(apply_provider_notes(&world.records, &notes));
            learned += applied.expect("they are applied").applied.learned;
        }
        learned
    });
    assert_eq!(usize::try_from(learned), Ok(EVENTS));
    let times = |of: Duration| of.as_secs_f64() / reading.as_secs_f64();
    println!("{EVENTS} events: decoding {:.1} x reading their JSON", times(decoding));
    println!("{EVENTS} events: decoding and applying {:.1} x reading", times(applying));
    let rate = f64::from(u32::try_from(EVENTS).expect("a number")) / applying.as_secs_f64();
    println!("{EVENTS} events: {rate:.0} a second decoded and applied");
}

criterion_group!(benches, apply, share);
criterion_main!(benches);
