//! A whole office under faults: mail by routes of every kind, and beside it what people do (put
//! conversations and links right, convert and merge records, write, answer invitations, change a secret
//! address), with the index that the stream feeds. Seeds reproduce exactly.

mod choice;
mod damage;
mod decided;
mod driver;
mod found;
mod invariants;
mod ports;
mod scene;
mod witness;
mod work;

use std::collections::BTreeMap;

use store::table::{Item, TableName};

use crate::fate::FaultPlan;
use crate::seeds;
use driver::Play;
use invariants::Rest;

/// How many seeds every test run tries.
const SEEDS: u64 = 16;

fn play(seed: u64, plan: FaultPlan) -> Play {
    let mut play = Play::new(seed);
    play.run(plan);
    // The last try of a mail may die with the faults: a person looks a second time.
    for _ in 0..2 {
        play.redrive();
        play.run(FaultPlan::Calm);
    }
    play
}

fn broken(play: &Play) -> Result<(), String> {
    let rest = Rest::of(play);
    for (name, holds) in invariants::ALL {
        holds(&rest).map_err(|how| format!("{name}: {how}"))?;
    }
    found::check(&rest).map_err(|how| format!("what is found is what is there: {how}"))
}

#[test]
fn whatever_strikes_an_office_people_have_the_last_word_and_nothing_is_lost_or_sent_twice() {
    let mut done: BTreeMap<&str, u64> = BTreeMap::new();
    let mut struck = 0;
    for seed in seeds(SEEDS) {
        let play = play(seed, FaultPlan::PerMille(12));
        broken(&play).unwrap_or_else(|how| {
            let trace = play.trace.join("\n");
            panic!("{trace}\nseed {seed}: {how}");
        });
        for (act, times) in &play.decided.done {
            *done.entry(act).or_default() += times;
        }
        struck += play.blows.values().sum::<u64>();
    }
    if seeds(SEEDS).len() > 1 {
        assert_eq!(done.len(), 12, "every act is really done: {done:?}");
        assert!(done.values().all(|times| *times >= 2), "and more than once: {done:?}");
        assert!(struck > 20 * SEEDS, "the faults really strike: {struck}");
    }
}

#[test]
fn an_office_reproduces_exactly_from_its_seed() {
    let everything = |play: &Play| -> Vec<Item> {
        let tables = [TableName::Crm, TableName::Delivery, TableName::Audit];
        tables.into_iter().flat_map(|table| play.office.world.table.items(table)).collect()
    };
    for seed in [2, 11] {
        let (one, two) = (play(seed, FaultPlan::PerMille(12)), play(seed, FaultPlan::PerMille(12)));
        assert_eq!(one.trace, two.trace);
        assert!(everything(&one) == everything(&two), "seed {seed}");
    }
}

#[test]
fn in_a_calm_office_every_unknown_sender_is_told_each_day_he_writes() {
    let play = play(1, FaultPlan::Calm);
    broken(&play).unwrap_or_else(|how| panic!("{how}"));
    let told = play.office.provider.log();
    let told = told.iter().filter(|posted| posted.is_unknown_address()).count();
    // Two senders, each at hours 0, 25 and 50 of those at which they write.
    assert_eq!(told, 6);
}
