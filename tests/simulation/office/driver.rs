//! The office being played: one thread, one random choice at a time. Mail, index, provider and people
//! work beside each other; whatever fails or dies comes again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use domain::ids::ContactId;
use domain::intake::{Intake, IntakeState, Outcome, QuarantineReason};
use domain::message::Message;
use domain::refusal::RefusalCode;
use domain::route::{Route, RouteMatch};
use domain::timestamp::Timestamp;
use flows::error::FlowError;
use flows::ports::Clock;
use flows::take_in_mail::Announcement;
use futures::executor::block_on;
use store::table::{Table, TableName};
use testkit::raw_mail::Draft;
use testkit::time_and_chance::SeededRandomness;

use super::choice::{Chooser, Desk, header_id};
use super::decided::{Decided, FollowUp, identities};
use super::ports::Posted;
use super::scene::{ANNA, Coming, LENA, Office};
use super::witness;
use super::work::{Act, Run, Task, run};
use crate::fate::{Blow, Fates, FaultPlan};
use crate::ports::Thread;

const WORKERS_MAX: usize = 5;
/// How often a person looks what there is to do.
const TURNS: u64 = 24;
/// After how long work comes again whose worker died.
const VISIBILITY: Duration = Duration::from_secs(360);
/// A run that needs more steps than this does not come to rest.
const STEPS_MAX: u64 = 2_000_000;

#[derive(Clone, Debug)]
struct Waiting {
    name: String,
    task: Task,
    visible_at: Timestamp,
    /// The ids of the record that it is about, when it was asked for.
    identities: Vec<ContactId>,
}

struct Worker {
    run: Run,
    waiting: Waiting,
    thread: Thread,
}

/// An office being played.
pub struct Play {
    pub office: Office,
    pub decided: Decided,
    /// What happened, in order.
    pub trace: Vec<String>,
    random: Arc<SeededRandomness>,
    queue: Vec<Waiting>,
    workers: Vec<Worker>,
    busy: BTreeSet<Desk>,
    /// How much of the provider's log was told of.
    told: usize,
    follow_ups: u64,
    pub blows: BTreeMap<Blow, u64>,
}

impl Play {
    pub fn new(seed: u64) -> Self {
        let mut office = Office::new(seed);
        let random = Arc::new(SeededRandomness::new(seed ^ 0x0FF1CE));
        let mails = office.mails();
        let mut play = Self {
            office,
            decided: Decided::default(),
            trace: Vec::new(),
            random,
            queue: Vec::new(),
            workers: Vec::new(),
            busy: BTreeSet::new(),
            told: 0,
            follow_ups: 0,
            blows: BTreeMap::new(),
        };
        for coming in mails {
            play.announce(&coming);
        }
        for turn in 0..TURNS {
            let after = Duration::from_secs(play.random.below(9_000));
            play.put(format!("turn {turn}"), Task::Turn, play.office.began.plus(after));
        }
        let rotated = play.office.began.plus(Duration::from_secs(play.random.below(3_600)));
        let act = Act::Rotate { route: play.office.dropbox };
        play.put("rotate".to_owned(), Task::Act(act), rotated);
        play
    }

    /// Plays until nothing is left to do.
    pub fn run(&mut self, plan: FaultPlan) {
        let fates = Arc::new(Fates::new(plan, self.random.clone()));
        for _ in 0..STEPS_MAX {
            self.hear();
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

    /// Retries what too many deaths made look poisonous, as an operator would.
    pub fn redrive(&mut self) {
        self.office.world.clock.advance(domain::limits::INTAKE_LEASE);
        let now = self.office.world.clock.now();
        for intake in self.office.all::<Intake>(TableName::Delivery, "intake") {
            let IntakeState::Done { outcome: Outcome::Quarantined { reason, .. }, .. } =
                &intake.state
            else {
                continue;
            };
            if *reason == QuarantineReason::Poison {
                let again = store::intake::queue(&intake, now).expect("an intake is an item");
                block_on(self.office.world.table.write(again)).expect("it can be queued");
                let task = Task::Mail(Announcement::Retry(intake.id));
                self.put(format!("retry {}", intake.id), task, now);
            }
        }
    }

    fn below(&self, bound: u64) -> u64 {
        self.random.below(bound)
    }

    fn pick(&self, bound: usize) -> usize {
        usize::try_from(self.below(u64::try_from(bound).unwrap())).unwrap()
    }

    fn seconds(&self, bound: u64) -> Duration {
        Duration::from_secs(self.below(bound))
    }

    fn put(&mut self, name: String, task: Task, visible_at: Timestamp) {
        self.queue.push(Waiting { name, task, visible_at, identities: Vec::new() });
    }

    /// A mail comes once, or several times, or once more days later.
    fn announce(&mut self, coming: &Coming) {
        let at = self.office.began.plus(coming.after);
        for copy in 0..=self.below(3) {
            let later = if copy == 2 { 200_000 } else { 300 };
            let visible_at = at.plus(self.seconds(later));
            let name = format!("{}/{copy}", coming.name);
            self.put(name, Task::Mail(coming.announcement.clone()), visible_at);
        }
    }

    /// The stream and the provider's events become work.
    fn hear(&mut self) {
        let now = self.office.world.clock.now();
        for subject in self.office.table.take_told() {
            let waits = |one: &Waiting| matches!(one.task, Task::Index(other) if other == subject);
            if !self.queue.iter().any(waits) {
                let later = now.plus(Duration::from_millis(self.below(3_000)));
                self.put(format!("index {subject}"), Task::Index(subject), later);
            }
        }
        if self.told < self.office.provider.count() {
            let log = self.office.provider.log();
            let new: Vec<Posted> = log.into_iter().skip(self.told).collect();
            self.told += new.len();
            for posted in new.into_iter().filter(|posted| posted.message().is_some()) {
                for _ in 0..=self.below(2) {
                    let later = now.plus(self.seconds(900));
                    let name = format!("told {}", posted.provider_id);
                    self.put(name, Task::Told(posted.clone()), later);
                }
            }
        }
    }

    fn step(&mut self, fates: &Arc<Fates>) {
        let clock = &self.office.world.clock;
        clock.advance(Duration::from_millis(1 + self.below(20)));
        let now = clock.now();
        let visible: Vec<usize> =
            (0..self.queue.len()).filter(|i| self.queue[*i].visible_at <= now).collect();
        let may_start = !visible.is_empty() && self.workers.len() < WORKERS_MAX;
        if may_start && (self.workers.is_empty() || self.below(3) == 0) {
            let waiting = self.queue.swap_remove(visible[self.pick(visible.len())]);
            self.start(waiting, fates);
        } else if !self.workers.is_empty() {
            let chosen = self.pick(self.workers.len());
            self.poll(chosen);
        } else if let Some(next) = self.queue.iter().map(|waiting| waiting.visible_at).min() {
            clock.set(next.max(now));
        }
    }

    fn start(&mut self, mut waiting: Waiting, fates: &Arc<Fates>) {
        if matches!(waiting.task, Task::Turn) {
            let chooser = Chooser { office: &self.office, random: &self.random };
            let Some(act) = chooser.choose() else { return };
            if !self.busy.insert(act.desk()) {
                return;
            }
            waiting.identities = block_on(identities(&self.office, &act));
            waiting.name = format!("{} {}", waiting.name, act.name());
            waiting.task = Task::Act(act);
        }
        self.trace.push(format!("start {}", waiting.name));
        let thread = Thread { fates: fates.clone(), dead: Arc::default() };
        let run = run(&self.office, &thread, &waiting.task);
        self.workers.push(Worker { run, waiting, thread });
    }

    fn poll(&mut self, chosen: usize) {
        let worker = &mut self.workers[chosen];
        let polled = worker.run.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        if worker.thread.dead.load(Ordering::Relaxed) {
            let worker = self.workers.swap_remove(chosen);
            self.trace.push(format!("died {}", worker.waiting.name));
            return self.again(worker.waiting, VISIBILITY);
        }
        let Poll::Ready(result) = polled else { return };
        let Worker { waiting, .. } = self.workers.swap_remove(chosen);
        let later = self.seconds(60);
        match result {
            Ok(said) => {
                self.trace.push(format!("done {}: {said}", waiting.name));
                self.ended(waiting, true);
            }
            Err(FlowError::Refused(refused)) => {
                self.trace.push(format!("refused {}: {}", waiting.name, refused.code.code()));
                let wait = [RefusalCode::SendingThrottled, RefusalCode::TooMuchContention];
                if wait.contains(&refused.code) {
                    self.again(waiting, later);
                } else {
                    // An answer may have been lost: then what was asked for stands already.
                    let Task::Act(act) = &waiting.task else {
                        panic!("{}: {refused}", waiting.name)
                    };
                    let done = block_on(witness::was_done(&self.office, act));
                    self.ended(waiting, done);
                }
            }
            Err(error) => {
                self.trace.push(format!("failed {}: {error}", waiting.name));
                self.again(waiting, later);
            }
        }
    }

    fn again(&mut self, waiting: Waiting, later: Duration) {
        let visible_at = self.office.world.clock.now().plus(later);
        self.queue.push(Waiting { visible_at, ..waiting });
    }

    fn ended(&mut self, waiting: Waiting, done: bool) {
        match &waiting.task {
            Task::Act(act) => {
                self.busy.remove(&act.desk());
                if !done {
                    return;
                }
                self.decided.learn(act, &waiting.identities);
                match act {
                    Act::Split { message, .. } | Act::Move { message, .. } => {
                        self.follow_up(*message);
                    }
                    Act::Rotate { .. } => self.write_to_new_dropbox(),
                    _ => {}
                }
            }
            Task::Told(posted) => {
                if let Some(message) = posted.message() {
                    self.follow_up(message);
                }
            }
            Task::Mail(_) | Task::Index(_) if self.below(10) == 0 => {
                self.again(waiting, Duration::from_secs(1));
            }
            Task::Mail(_) | Task::Index(_) | Task::Turn => {}
        }
    }

    /// Somebody answers a mail, naming its id before any other.
    fn follow_up(&mut self, parent: domain::ids::MessageId) {
        let all: Vec<Message> = self.office.all(TableName::Crm, "message");
        let Some(message) = all.into_iter().find(|message| message.id == parent) else { return };
        let Some(answered) = header_id(&self.office, &message) else { return };
        let name = format!("follow{}", self.follow_ups);
        self.follow_ups += 1;
        let mut draft = Draft::new(&name, LENA, ANNA).field(&format!("In-Reply-To: <{answered}>"));
        // Some name a mail of another conversation too, and would join the two.
        if self.below(2) == 0 {
            let other = ["m1", "n1", "both", "x1"][self.pick(4)];
            draft = draft.field(&format!("References: <{other}@mail.example.com> <{answered}>"));
        }
        let after = self.elapsed() + self.seconds(1_200);
        let coming = self.office.mail(&name, &draft, ANNA, after, "anna");
        self.announce(&coming);
        self.decided.follow_ups.push(FollowUp {
            header_id: format!("{name}@mail.example.com"),
            parent,
            stood: message.thread,
            placed: self.decided.placed.get(&parent).map_or(0, Vec::len),
        });
    }

    fn write_to_new_dropbox(&mut self) {
        let all: Vec<Route> = self.office.all(TableName::Crm, "route");
        let lives = |route: &&Route| route.id == self.office.dropbox && route.ends_at.is_none();
        let route = all.iter().find(lives).expect("the dropbox has an address");
        let RouteMatch::Address(address) = &route.matches else { panic!("it is an address") };
        let draft = Draft::new("newdrop", ANNA, LENA);
        let after = self.elapsed() + Duration::from_secs(30);
        let coming = self.office.mail("newdrop", &draft, address.expose(), after, "anna");
        self.announce(&coming);
    }

    fn elapsed(&self) -> Duration {
        let now = self.office.world.clock.now();
        let millis = now.millis() - self.office.began.millis();
        Duration::from_millis(u64::try_from(millis).unwrap())
    }
}
