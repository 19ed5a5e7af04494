//! Events of SES under the same blows as mail: repeated, reordered, lost, in batches of any size, by
//! several workers at once that are throttled, lose answers and die. What is left is what the same
//! events leave when they come once and in order.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};

use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ContactId, MessageId, TenantId};
use domain::send::{Send, SendPlace};
use domain::suppression::SuppressionScope;
use domain::timestamp::Timestamp;
use flows::apply_mail_event::{ProviderNote, Summary, apply_provider_notes};
use flows::error::FlowError;
use flows::ports::Clock;
use futures::executor::block_on;
use store::table::{Item, Table, TableName};
use store::{sends, suppressions};
use testkit::people;
use testkit::ses_events::{FULL, NO_MAILBOX, POLICY, SentMail};
use testkit::time_and_chance::SeededRandomness;
use testkit::world::World;

use crate::fate::{Fates, FaultPlan};
use crate::ports::{StruckTable, Thread};
use crate::seeds;

const SEEDS: u64 = 60;
const WORKERS_MAX: usize = 3;
const STEPS_MAX: u64 = 200_000;

type Run = Pin<Box<dyn Future<Output = Result<Summary, FlowError>>>>;

/// A stack that has sent a campaign of three chunks and some mails of people.
struct Sent {
    world: World,
    mails: Vec<SentMail>,
    tenant: TenantId,
}

impl Sent {
    fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let made = people::make_tenant(&world.records, 1, &["anna@crm.example.com"]);
        let tenant = block_on(made).unwrap().id;
        let mut sent = Self { world, mails: Vec::new(), tenant };
        for n in 0..9_u32 {
            let contact = ContactId::from_bits(n.into());
            let campaign = CampaignId::from_bits(1);
            let place = SendPlace::Campaign { campaign, chunk: n % 3, contact };
            sent.send(place, &format!("p{n}@harbour.example"));
        }
        for n in 0..4 {
            let place = SendPlace::OneOff { message: MessageId::from_bits(n) };
            sent.send(place, "full@harbour.example");
        }
        // More than make an incident of a domain, even where some of what is told is lost.
        for n in 0..30_u32 {
            let contact = ContactId::from_bits(u128::from(n) + 100);
            let campaign = CampaignId::from_bits(1);
            let place = SendPlace::Campaign { campaign, chunk: n % 3, contact };
            sent.send(place, &format!("p{n}@policy.example"));
        }
        sent
    }

    fn send(&mut self, place: SendPlace, to: &str) {
        let to = EmailAddress::parse(to).unwrap();
        let send = Send::queued(place, to.clone(), None, self.world.clock.now());
        let write = sends::create(self.tenant, &self.world.records.hasher, &send).unwrap();
        block_on(self.world.table.transact(vec![write])).unwrap();
        self.mails.push(SentMail { tenant: self.tenant, place, to });
    }

    /// What SES tells of all of them.
    fn events(&self) -> Vec<String> {
        let at = |hours: usize| {
            Timestamp::from_seconds(1_795_339_800 + 3_600 * i64::try_from(hours).unwrap())
        };
        let mut events = Vec::new();
        for (n, mail) in self.mails.iter().enumerate() {
            events.push(mail.told("Send", at(0)));
            events.push(match n {
                0..3 => mail.told("Delivery", at(1)),
                3..5 => mail.delay(at(1), at(12)),
                5..9 => mail.bounce(NO_MAILBOX, at(n)),
                9..13 => mail.bounce(FULL, at(n * 25)),
                // From the evening over midnight.
                _ => mail.bounce(POLICY, at(n - 3)),
            });
            events.extend(match n {
                0 => vec![mail.told("Open", at(2)), mail.told("Click", at(3))],
                1 => vec![mail.complaint(at(5))],
                3 => vec![mail.told("Delivery", at(2))],
                _ => vec![],
            });
        }
        events
    }

    /// What is stored, without what only tells in how many steps it came to be.
    fn state(&self) -> Vec<Item> {
        let mut items = self.world.table.items(TableName::Delivery);
        items.extend(self.world.table.items(TableName::Crm));
        items.iter_mut().for_each(|item| drop(item.remove("rev")));
        items
    }
}

struct Worker {
    run: Run,
    batch: Vec<String>,
    thread: Thread,
}

/// Plays the events until none is left; answers how many calls were struck.
fn play(sent: &Sent, mut queue: Vec<String>, seed: u64) -> u64 {
    let random = Arc::new(SeededRandomness::new(seed));
    let below =
        |bound: usize| usize::try_from(random.below(u64::try_from(bound).unwrap())).unwrap();
    let fates = Arc::new(Fates::new(FaultPlan::PerMille(60), random.clone()));
    let mut workers: Vec<Worker> = Vec::new();
    for _ in 0..STEPS_MAX {
        if queue.is_empty() && workers.is_empty() {
            return fates.blows().values().sum();
        }
        if !queue.is_empty() && workers.len() < WORKERS_MAX && below(2) == 0 {
            let size = 1 + below(queue.len().min(20));
            let batch = (0..size).map(|_| queue.swap_remove(below(queue.len()))).collect();
            workers.push(worker(sent, batch, &fates));
        } else if !workers.is_empty() {
            let chosen = below(workers.len());
            let polled = workers[chosen].run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            let dead = workers[chosen].thread.dead.load(Ordering::Relaxed);
            let failed = matches!(polled, Poll::Ready(Err(_)));
            if dead || polled.is_ready() {
                let done = workers.swap_remove(chosen);
                if dead || failed || below(10) == 0 {
                    queue.extend(done.batch);
                }
            }
        }
    }
    panic!("no rest after {STEPS_MAX} steps");
}

fn worker(sent: &Sent, batch: Vec<String>, fates: &Arc<Fates>) -> Worker {
    let thread = Thread { fates: fates.clone(), dead: Arc::default() };
    let table = StruckTable { inner: sent.world.table.clone(), thread: thread.clone() };
    let records = sent.world.records_through(Arc::new(table));
    let events = batch.clone();
    let received_at = sent.world.clock.now();
    let run: Run = Box::pin(async move {
        let notes: Vec<ProviderNote<'_>> =
            events.iter().map(|json| ProviderNote { json: json.into(), received_at }).collect();
        apply_provider_notes(&records, &notes).await
    });
    Worker { run, batch, thread }
}

#[test]
fn events_repeated_reordered_and_lost_under_faults_leave_what_they_leave_in_order() {
    let (mut struck, mut incidents) = (0, 0);
    for seed in seeds(SEEDS) {
        let random = SeededRandomness::new(seed ^ 0xE7E7);
        let sent = Sent::new(seed);
        let arriving: Vec<String> =
            sent.events().into_iter().filter(|_| random.below(8) != 0).collect();
        let copies = arriving.iter().flat_map(|event| {
            std::iter::repeat_n(event.clone(), 1 + usize::try_from(random.below(3)).unwrap())
        });
        struck += play(&sent, copies.collect(), seed);

        let calm = Sent::new(seed);
        for event in &arriving {
            let note = ProviderNote { json: event.into(), received_at: calm.world.clock.now() };
            block_on(apply_provider_notes(&calm.world.records, &[note])).unwrap();
        }
        assert!(sent.state() == calm.state(), "seed {seed}: another state than in order");
        incidents += u64::from(rests(&sent, "policy.example"));
        tallies_equal_facts(&sent, seed);
    }
    assert!(struck > 2, "the faults really strike: {struck}");
    assert!(incidents > 0, "domains really refuse");
}

/// Whether mail to the domain rests.
fn rests(sent: &Sent, domain: &str) -> bool {
    let records = &sent.world.records;
    let (table, hasher) = (records.table.as_ref(), &records.hasher);
    let anybody = EmailAddress::parse(&format!("anybody@{domain}")).unwrap();
    let scope = SuppressionScope::Domain;
    let found = suppressions::get(table, sent.tenant, hasher, scope, &anybody);
    block_on(found).unwrap().is_some()
}

/// What is counted is what the records say.
fn tallies_equal_facts(sent: &Sent, seed: u64) {
    let records = &sent.world.records;
    let table = records.table.as_ref();
    let mut facts: BTreeMap<u32, u64> = BTreeMap::new();
    let mut counted: BTreeMap<u32, u64> = BTreeMap::new();
    for mail in &sent.mails {
        let SendPlace::Campaign { chunk, .. } = mail.place else { continue };
        let found = sends::get(table, sent.tenant, &records.hasher, &mail.place, &mail.to);
        let send = block_on(found).unwrap().unwrap();
        let known = [
            send.sent_at.is_some(),
            send.delivered_at.is_some(),
            send.delayed.is_some(),
            send.bounced_permanent.is_some(),
            send.bounced_temporary.is_some(),
            send.complained.is_some(),
            send.opened_at.is_some(),
            send.clicked_at.is_some(),
        ];
        let known = known.into_iter().filter(|known| *known).count();
        *facts.entry(chunk).or_default() += u64::try_from(known).unwrap();
        let tally = block_on(sends::counts_of_chunk(table, sent.tenant, &mail.place)).unwrap();
        counted.insert(chunk, tally.values().sum());
    }
    assert_eq!(counted, facts, "seed {seed}");
}
