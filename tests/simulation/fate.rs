//! What befalls a worker at its port calls.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use testkit::time_and_chance::SeededRandomness;

/// What a port call can suffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Blow {
    /// The call fails and has no effect.
    Throttled,
    /// The call has its effect and its answer is lost.
    AnswerLost,
    /// The worker dies before the call.
    DiesBefore,
    /// The worker dies after the call had its effect.
    DiesAfter,
}

impl Blow {
    /// Every blow.
    pub const ALL: &'static [Self] =
        &[Self::Throttled, Self::AnswerLost, Self::DiesBefore, Self::DiesAfter];
}

/// Which calls are struck.
#[derive(Clone, Copy, Debug)]
pub enum FaultPlan {
    /// None.
    Calm,
    /// That many of a thousand, by chance.
    PerMille(u64),
    /// The n-th call of the whole run: the worker dies there, before or after its effect.
    DieAt { call: u64, after: bool },
}

/// The fates of all workers of a run.
pub struct Fates {
    plan: FaultPlan,
    random: Arc<SeededRandomness>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: u64,
    blows: BTreeMap<Blow, u64>,
}

impl Fates {
    pub fn new(plan: FaultPlan, random: Arc<SeededRandomness>) -> Self {
        Self { plan, random, state: Mutex::default() }
    }

    /// What befalls the next call.
    pub fn next(&self) -> Option<Blow> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let call = state.calls;
        state.calls += 1;
        let blow = match self.plan {
            FaultPlan::Calm => None,
            FaultPlan::PerMille(share) if self.random.below(1_000) < share => {
                let kinds = u64::try_from(Blow::ALL.len()).unwrap();
                Blow::ALL.get(usize::try_from(self.random.below(kinds)).unwrap()).copied()
            }
            FaultPlan::PerMille(_) => None,
            FaultPlan::DieAt { call: at, after } if at == call => {
                Some(if after { Blow::DiesAfter } else { Blow::DiesBefore })
            }
            FaultPlan::DieAt { .. } => None,
        };
        if let Some(blow) = blow {
            *state.blows.entry(blow).or_default() += 1;
        }
        blow
    }

    /// How often each blow fell.
    pub fn blows(&self) -> BTreeMap<Blow, u64> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).blows.clone()
    }
}
