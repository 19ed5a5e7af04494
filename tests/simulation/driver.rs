//! The driver: one thread, one random choice at a time. It plays the queue (at least once, any order,
//! after some time again) and the workers (several at once, each stopped at every port call).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use domain::timestamp::Timestamp;
use flows::error::FlowError;
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, Settled, take_in_mail};
use store::table::Table;
use testkit::time_and_chance::SeededRandomness;

use crate::fate::{Blow, Fates, FaultPlan};
use crate::ports::{StruckArchive, StruckTable, Thread};
use crate::scenario::Scenario;

/// How often the queue brings a message before it goes to the dead-letter queue.
const RECEIVES_MAX: u32 = 5;
/// After how long the queue brings a message whose worker died.
const VISIBILITY: Duration = Duration::from_secs(360);
/// A run that needs more steps than this does not come to rest.
const STEPS_MAX: u64 = 500_000;

type Run = Pin<Box<dyn Future<Output = Result<Option<Settled>, FlowError>>>>;

#[derive(Clone, Debug)]
struct QueueMessage {
    name: String,
    announcement: Announcement,
    receives: u32,
    visible_at: Timestamp,
}

struct Worker {
    run: Run,
    message: QueueMessage,
    thread: Thread,
}

/// A scenario being played.
pub struct Simulation {
    pub scenario: Scenario,
    /// What happened, in order.
    pub trace: Vec<String>,
    /// How many workers run at once.
    pub workers_max: usize,
    random: Arc<SeededRandomness>,
    queue: Vec<QueueMessage>,
    dead_letters: Vec<QueueMessage>,
    workers: Vec<Worker>,
    blows: BTreeMap<Blow, u64>,
}

impl Simulation {
    pub fn new(scenario: Scenario, seed: u64) -> Self {
        let random = Arc::new(SeededRandomness::new(seed ^ 0x5EED));
        let mut queue = Vec::new();
        let now = scenario.world.clock.now();
        for (name, announcement) in scenario.announcements() {
            for copy in 0..=random.below(3) {
                let later = Duration::from_secs(random.below(400));
                queue.push(QueueMessage {
                    name: format!("{name}/{copy}"),
                    announcement: announcement.clone(),
                    receives: 0,
                    visible_at: now.plus(later),
                });
            }
        }
        Self {
            scenario,
            trace: Vec::new(),
            workers_max: 4,
            random,
            queue,
            dead_letters: Vec::new(),
            workers: Vec::new(),
            blows: BTreeMap::new(),
        }
    }

    /// Plays until queue and workers are empty.
    pub fn run(&mut self, plan: FaultPlan) {
        let fates = Arc::new(Fates::new(plan, self.random.clone()));
        for _ in 0..STEPS_MAX {
            if self.queue.is_empty() && self.workers.is_empty() {
                for (blow, times) in fates.blows() {
                    *self.blows.entry(blow).or_default() += times;
                }
                return;
            }
            self.step(&fates);
        }
        panic!("no rest after {STEPS_MAX} steps:\n{}", self.trace.join("\n"));
    }

    /// Puts dead letters back and retries what too many deaths made look poisonous, as an operator
    /// would.
    pub fn redrive(&mut self) {
        // Somebody looks at them later than the lease of a worker that died.
        self.scenario.world.clock.advance(domain::limits::INTAKE_LEASE);
        for mut message in self.dead_letters.drain(..) {
            message.receives = 0;
            self.queue.push(message);
        }
        let now = self.scenario.world.clock.now();
        for intake in self.scenario.poisoned() {
            let again = store::intake::queue(&intake, now).expect("an intake is written");
            let written = self.scenario.world.table.write(again);
            futures::executor::block_on(written).expect("a quarantined intake can be queued");
            self.queue.push(QueueMessage {
                name: format!("retry {}", intake.id),
                announcement: Announcement::Retry(intake.id),
                receives: 0,
                visible_at: now,
            });
        }
    }

    /// How often each blow fell.
    pub fn blows(&self) -> BTreeMap<Blow, u64> {
        self.blows.clone()
    }

    fn step(&mut self, fates: &Arc<Fates>) {
        let clock = &self.scenario.world.clock;
        clock.advance(Duration::from_millis(1 + self.random.below(40)));
        let now = clock.now();
        let visible: Vec<usize> =
            (0..self.queue.len()).filter(|i| self.queue[*i].visible_at <= now).collect();
        let may_start = !visible.is_empty() && self.workers.len() < self.workers_max;
        if may_start && (self.workers.is_empty() || self.random.below(3) == 0) {
            let message = self.queue.swap_remove(visible[self.below(visible.len())]);
            self.start(message, fates);
        } else if !self.workers.is_empty() {
            let chosen = self.below(self.workers.len());
            self.poll(chosen);
        } else if let Some(next) = self.queue.iter().map(|message| message.visible_at).min() {
            clock.set(next.max(now));
        }
    }

    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(u64::try_from(bound).unwrap())).unwrap()
    }

    fn start(&mut self, mut message: QueueMessage, fates: &Arc<Fates>) {
        message.receives += 1;
        self.trace.push(format!("receive {} ({})", message.name, message.receives));
        let world = &self.scenario.world;
        let thread = Thread { fates: fates.clone(), dead: Arc::default() };
        let table = StruckTable { inner: world.table.clone(), thread: thread.clone() };
        let records = world.records_through(Arc::new(table));
        let archive = StruckArchive { inner: world.archive.clone(), thread: thread.clone() };
        let announcement = message.announcement.clone();
        let run: Run =
            Box::pin(async move { take_in_mail(&records, &archive, &announcement).await });
        self.workers.push(Worker { run, message, thread });
    }

    fn poll(&mut self, chosen: usize) {
        let worker = &mut self.workers[chosen];
        let polled = worker.run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if worker.thread.dead.load(Ordering::Relaxed) {
            let worker = self.workers.swap_remove(chosen);
            self.trace.push(format!("died {}", worker.message.name));
            return self.again(worker.message, VISIBILITY);
        }
        let Poll::Ready(result) = polled else { return };
        let worker = self.workers.swap_remove(chosen);
        match result {
            Ok(settled) => {
                let outcome = settled.map(|s| (s.outcome.name(), s.repeated));
                self.trace.push(format!("done {} {outcome:?}", worker.message.name));
                if self.random.below(10) == 0 {
                    self.again(worker.message, Duration::from_secs(1));
                }
            }
            Err(error) => {
                self.trace.push(format!("failed {}: {error}", worker.message.name));
                let later = Duration::from_secs(self.random.below(60));
                self.again(worker.message, later);
            }
        }
    }

    fn again(&mut self, mut message: QueueMessage, later: Duration) {
        if message.receives >= RECEIVES_MAX {
            self.trace.push(format!("dead letter {}", message.name));
            self.dead_letters.push(message);
        } else {
            message.visible_at = self.scenario.world.clock.now().plus(later);
            self.queue.push(message);
        }
    }
}
