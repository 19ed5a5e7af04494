//! The tree of users: whatever is changed, in whichever order and at once, everybody's place names
//! exactly those who stand below him.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::ids::{RequestId, TenantId, UserId};
use domain::limits::{TEAM_LEVELS_MAX, TEAM_MAX};
use domain::permission::{Actor, Allowed, Scope, WriteUsers};
use domain::refusal::RefusalCode;
use domain::team::Place;
use domain::user::Role;
use flows::error::FlowError;
use flows::manage_teams::{Standing, change};
use flows::ports::Records;
use store::table::Table;
use store::{teams, users};
use testkit::time_and_chance::SeededRandomness;
use testkit::world::World;

use crate::crossed_table::Crossed;

struct Company {
    world: World,
    tenant: TenantId,
    people: Vec<UserId>,
}

impl Company {
    async fn of(count: usize) -> Self {
        let world = World::new(1);
        let first = testkit::people::make_tenant(&world.records, 1, &["a@crm.example.com"]).await;
        let first = first.unwrap();
        let (tenant, anna) = (first.id, first.people["a"]);
        let one = users::get(world.table.as_ref(), tenant, anna).await.unwrap().unwrap();
        let mut people = Vec::new();
        for n in 0..count {
            let id = UserId::from_bits(1_000 + n as u128);
            let user = domain::user::User { id, role: Role::Member, ..one.clone() };
            world.table.write(users::create(tenant, &user).unwrap()).await.unwrap();
            people.push(id);
        }
        Self { world, tenant, people }
    }

    fn allowed(&self) -> Allowed<WriteUsers> {
        let scopes = Scope::ALL.iter().copied().collect();
        Actor::new(self.tenant, UserId::from_bits(1), Role::Owner, scopes).require().unwrap()
    }

    async fn place(&self, person: usize) -> Place {
        teams::get(self.world.table.as_ref(), self.tenant, self.people[person]).await.unwrap()
    }

    async fn put(&self, person: usize, under: Option<usize>) -> Result<Standing, FlowError> {
        self.put_through(&self.world.records, person, under).await
    }

    async fn put_through(
        &self,
        records: &Records,
        person: usize,
        under: Option<usize>,
    ) -> Result<Standing, FlowError> {
        let rev = self.place(person).await.rev;
        let under = under.map(|n| self.people[n]);
        let request = RequestId::from_bits(1);
        change(records, &self.allowed(), request, self.people[person], rev, Some(under)).await
    }

    /// Checks every place against what the managers alone say.
    async fn check(&self) {
        let all: BTreeSet<UserId> = self.people.iter().copied().collect();
        let places = teams::places(self.world.table.as_ref(), self.tenant, &all).await.unwrap();
        let mut teams: BTreeMap<UserId, BTreeSet<UserId>> = BTreeMap::new();
        for place in places.values() {
            let (mut above, mut levels) = (place.manager, 1);
            while let Some(manager) = above {
                assert_ne!(manager, place.user, "a circle");
                levels += 1;
                assert!(levels <= TEAM_LEVELS_MAX, "too deep, or a circle above");
                teams.entry(manager).or_default().insert(place.user);
                above = places[&manager].manager;
            }
        }
        for place in places.values() {
            assert_eq!(place.team, teams.remove(&place.user).unwrap_or_default());
        }
    }
}

fn code(result: Result<Standing, FlowError>) -> RefusalCode {
    match result {
        Err(FlowError::Refused(refused)) => refused.code,
        other => panic!("refused: {other:?}"),
    }
}

#[tokio::test]
async fn random_changes_keep_every_place_true() {
    for seed in 0..4 {
        let random = SeededRandomness::new(seed);
        let company = Company::of(12).await;
        let any = || usize::try_from(random.below(12)).unwrap();
        let (mut moved, mut circles) = (0, 0);
        for _ in 0..120 {
            let under = (random.below(6) > 0).then(any);
            match company.put(any(), under).await {
                Ok(_) => moved += 1,
                Err(FlowError::Refused(refused)) => {
                    assert!(
                        [RefusalCode::TeamCircle, RefusalCode::LimitReached]
                            .contains(&refused.code)
                    );
                    circles += 1;
                }
                Err(failed) => panic!("{failed}"),
            }
            company.check().await;
        }
        assert!(moved > 40 && circles > 10, "{moved} moved, {circles} refused");
    }
}

#[tokio::test]
async fn of_two_changes_at_once_that_would_make_a_circle_one_is_refused() {
    // 1 under 0 and 3 under 2 stand; then 0 under 3, and meanwhile 2 under 1.
    let company = Arc::new(Company::of(4).await);
    company.put(1, Some(0)).await.unwrap();
    company.put(3, Some(2)).await.unwrap();
    let other = Arc::clone(&company);
    let meanwhile = async move { drop(other.put(2, Some(1)).await.unwrap()) };
    let crossed = Crossed::new(company.world.table.clone(), Some(Box::pin(meanwhile)), false);
    let records = company.world.records_through(crossed);
    assert_eq!(code(company.put_through(&records, 0, Some(3)).await), RefusalCode::TeamCircle);
    company.check().await;
}

#[tokio::test]
async fn of_two_changes_at_once_that_are_too_deep_together_one_is_refused() {
    // A chain of six, and another of six: the second under the first is too deep once it has grown.
    let company = Arc::new(Company::of(12).await);
    for n in (1..5).chain(7..11) {
        company.put(n, Some(n - 1)).await.unwrap();
    }
    let other = Arc::clone(&company);
    let meanwhile = async move { drop(other.put(11, Some(10)).await.unwrap()) };
    let crossed = Crossed::new(company.world.table.clone(), Some(Box::pin(meanwhile)), false);
    let records = company.world.records_through(crossed);
    // Five levels and five are ten, but by then there are six.
    assert_eq!(code(company.put_through(&records, 6, Some(4)).await), RefusalCode::LimitReached);
    company.check().await;
}

#[tokio::test]
async fn a_team_is_as_large_as_its_bound_and_no_larger_and_its_place_is_one_read_unit() {
    let company = Company::of(TEAM_MAX + 2).await;
    for n in 1..=TEAM_MAX {
        company.put(n, Some(0)).await.unwrap();
    }
    assert_eq!(code(company.put(TEAM_MAX + 1, Some(5)).await), RefusalCode::LimitReached);
    company.check().await;
    let (table, top) = (&company.world.table, company.people[0]);
    table.reset_usage();
    let found = teams::user_and_place(table.as_ref(), company.tenant, top).await.unwrap();
    assert_eq!(found.unwrap().1.team.len(), TEAM_MAX);
    let usage = table.usage();
    assert_eq!(
        (usage.calls(), usage.units().read),
        (1, 2.0),
        "one for the user, one for the place"
    );
}

#[tokio::test]
async fn a_change_of_manager_writes_the_places_above_and_none_of_those_below() {
    let company = Company::of(20).await;
    company.put(1, Some(0)).await.unwrap();
    for n in 3..20 {
        company.put(n, Some(2)).await.unwrap();
    }
    company.world.table.reset_usage();
    company.put(2, Some(1)).await.unwrap();
    let usage = company.world.table.usage();
    assert_eq!(usage.transact.calls, 1);
    // Three places of at most a kilobyte and an audit entry, doubled by the transaction.
    assert_eq!(usage.units().write, 8.0);
    company.check().await;
}
