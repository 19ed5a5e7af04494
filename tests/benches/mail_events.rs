//! How fast events of SES are decoded and applied on the tables in memory, in batches of 100 as the
//! queue brings them. Promised: 5,000 events a second.
//!
//! `cargo bench -p tests --bench mail_events`

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

criterion_group!(benches, apply);
criterion_main!(benches);
