//! Deterministic simulation: the real flows in one thread, on ports that throttle, lose answers and
//! die, under a queue that repeats, reorders and delays. A seed decides everything, so a failing
//! seed is a regression test (`SIMULATION_SEED=<n> cargo test --test simulation`). Every run tries some
//! seeds; `SIMULATION_TIMES=<n>` tries n times as many.

mod driver;
mod events;
mod fate;
mod invariants;
mod office;
mod ports;
mod scenario;

use driver::Simulation;
use fate::FaultPlan;
use scenario::Scenario;

/// How many seeds every test run tries.
const SEEDS: u64 = 1_000;

fn run(seed: u64, plan: FaultPlan) -> Simulation {
    let scenario = Scenario::new(seed);
    let mut simulation = Simulation::new(scenario, seed);
    simulation.run(plan);
    // The last try of a mail may die with the faults: it then looks poisonous only when it is redriven,
    // and a person looks a second time.
    for _ in 0..2 {
        simulation.redrive();
        simulation.run(FaultPlan::Calm);
    }
    simulation
}

/// The seeds to try: of so many, or of as many times more as is asked for, or one alone.
fn seeds(count: u64) -> Vec<u64> {
    let asked = |name: &str| {
        let text = std::env::var(name).ok()?;
        Some(text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is a number")))
    };
    match asked("SIMULATION_SEED") {
        Some(seed) => vec![seed],
        None => (0..count * asked("SIMULATION_TIMES").unwrap_or(1)).collect(),
    }
}

#[test]
fn under_faults_of_every_kind_no_mail_is_lost_or_filed_twice() {
    for seed in seeds(SEEDS) {
        let simulation = run(seed, FaultPlan::PerMille(40));
        invariants::check(&simulation).unwrap_or_else(|broken| {
            let trace = simulation.trace.join("\n");
            panic!("seed {seed}: {broken}\n{trace}");
        });
    }
}

#[test]
fn the_faults_really_strike() {
    let mut struck = std::collections::BTreeMap::new();
    for seed in 0..30 {
        for (blow, times) in run(seed, FaultPlan::PerMille(40)).blows() {
            *struck.entry(blow).or_insert(0_u64) += times;
        }
    }
    for blow in fate::Blow::ALL {
        assert!(
            struck.get(blow).is_some_and(|times| *times > 3),
            "{blow:?} never struck: {struck:?}"
        );
    }
}

#[test]
fn a_seed_reproduces_exactly() {
    for seed in [3, 77] {
        let (one, two) = (run(seed, FaultPlan::PerMille(40)), run(seed, FaultPlan::PerMille(40)));
        assert_eq!(one.trace, two.trace);
        assert_eq!(one.scenario.everything(), two.scenario.everything());
    }
    assert_ne!(run(1, FaultPlan::PerMille(40)).trace, run(2, FaultPlan::PerMille(40)).trace);
}

#[test]
fn a_worker_may_die_at_any_port_call() {
    for dies_after_effect in [false, true] {
        for call in 0.. {
            let simulation = run(9, FaultPlan::DieAt { call, after: dies_after_effect });
            invariants::check(&simulation)
                .unwrap_or_else(|broken| panic!("died at call {call}: {broken}"));
            if simulation.blows().is_empty() {
                assert!(call > 60, "the scenario makes more port calls than {call}");
                break;
            }
        }
    }
}

#[test]
fn twenty_mails_of_one_new_sender_at_once_make_one_contact() {
    for seed in 0..4 {
        let mut simulation = Simulation::new(Scenario::one_new_sender(seed, 20), seed);
        simulation.workers_max = 20;
        simulation.run(FaultPlan::Calm);
        simulation.redrive();
        simulation.run(FaultPlan::Calm);
        invariants::check(&simulation).unwrap_or_else(|broken| panic!("seed {seed}: {broken}"));
        assert_eq!(simulation.scenario.contacts().len(), 1);
    }
}
