//! Alerts about rates: one for each incident, at its bound and not before, and its recovery.

use std::sync::Arc;
use std::time::Duration;

use domain::alert::{Alert, AlertState, Watched};
use domain::day::Day;
use domain::ids::{CampaignId, TenantId};
use domain::rates::{Level, Metric, Window};
use domain::timestamp::Timestamp;
use flows::watch_rates::{Seen, watch_rates};
use futures::future::join;
use store::table::{Change, Table, Write};
use store::{alerts, keys};
use testkit::world::World;

use crate::rounds::RoundCounter;

const DAY: Duration = Duration::from_secs(86_400);

fn tenant() -> TenantId {
    TenantId::from_bits(1)
}

fn campaign() -> CampaignId {
    CampaignId::from_bits(5)
}

/// Counts so much mail as sent now, as `day_tallies::count` adds it up.
async fn mail(world: &World, sent: i64, bounced: i64, complained: i64) {
    let now = world.records.clock.now();
    let names: [(&'static str, i64); 3] =
        [("sent_09", sent), ("bounced_09", bounced), ("complained_09", complained)];
    assert_eq!(Day::hour_of(now), 9);
    add(world, keys::tally_of_day(tenant(), Day::of(now), 0).key, &names).await;
}

async fn campaign_mail(world: &World, sent: i64, bounced: i64) {
    let day = Day::of(world.records.clock.now());
    let names = [("sent", sent), ("bounced", bounced)];
    let of_day = keys::tally_by(tenant(), day, 0, "CAMPAIGN", &campaign().to_string());
    add(world, of_day.key, &names).await;
    add(world, keys::tally_of_campaign(tenant(), campaign(), 0).key, &names).await;
}

async fn add(world: &World, key: store::table::Key, counts: &[(&'static str, i64)]) {
    let changes = counts.iter().map(|(name, count)| Change::Add(name, *count)).collect();
    world.table.write(Write::Update { key, changes, condition: None }).await.unwrap();
}

async fn look(world: &World) -> (u64, u64) {
    let Seen { opened, recovered } = watch_rates(&world.records, tenant()).await.unwrap();
    (opened, recovered)
}

/// Two looks, each of whose calls of the table lets the other go on.
async fn two_looks(world: &World) -> (u64, u64) {
    let table = Arc::new(RoundCounter::over(world.table.clone()));
    let records = world.records_through(table);
    let (a, b) = join(watch_rates(&records, tenant()), watch_rates(&records, tenant())).await;
    let (a, b) = (a.unwrap(), b.unwrap());
    (a.opened + b.opened, a.recovered + b.recovered)
}

async fn all(world: &World, state: Option<AlertState>) -> Vec<Alert> {
    alerts::list(world.table.as_ref(), tenant(), state, 100, None).await.unwrap().0
}

#[tokio::test]
async fn a_hair_under_five_percent_makes_no_alert_and_five_percent_makes_one() {
    let world = World::new(1);
    mail(&world, 10_000, 499, 0).await;
    assert_eq!(look(&world).await, (0, 0));
    mail(&world, 0, 1, 0).await;
    assert_eq!(look(&world).await, (1, 0));
    assert_eq!(look(&world).await, (0, 0), "the same incident");
    let found = all(&world, None).await;
    assert_eq!(found.len(), 1, "however many windows show it");
    let alert = &found[0];
    assert_eq!((alert.metric, alert.about), (Metric::Bounces, Watched::Sender));
    assert_eq!((alert.worst.window, alert.worst.level), (Window::LastDay, Level::Alert));
    assert_eq!((alert.worst.volume.sent, alert.worst.volume.bounced), (10_000, 500));
}

#[tokio::test]
async fn two_of_ten_make_no_alert() {
    let world = World::new(1);
    mail(&world, 10, 2, 1).await;
    assert_eq!(look(&world).await, (0, 0));
    assert_eq!(all(&world, None).await, []);
}

#[tokio::test]
async fn an_incident_recovers_once_and_a_later_one_alerts_anew() {
    let world = World::new(1);
    mail(&world, 1_000, 50, 0).await;
    assert_eq!(look(&world).await, (1, 0));
    // 4 %: it neither ends the incident nor begins another.
    mail(&world, 250, 0, 0).await;
    assert_eq!(look(&world).await, (0, 0));
    mail(&world, 10_000, 0, 0).await;
    assert_eq!(look(&world).await, (0, 1));
    assert_eq!(look(&world).await, (0, 0));
    let now = world.records.clock.now();
    assert_eq!(all(&world, Some(AlertState::Recovered)).await[0].recovered_at, Some(now));
    world.clock.advance(DAY * 2);
    mail(&world, 1_000, 100, 0).await;
    assert_eq!(look(&world).await, (1, 0));
    assert_eq!(all(&world, None).await.len(), 2);
    assert_eq!(all(&world, Some(AlertState::Open)).await[0].worst.level, Level::Stop);
}

#[tokio::test]
async fn an_incident_is_over_when_its_mail_is_past() {
    let world = World::new(1);
    mail(&world, 1_000, 60, 0).await;
    assert_eq!(look(&world).await, (1, 0));
    world.clock.advance(DAY * 3);
    assert_eq!(look(&world).await, (0, 0), "the week still shows it");
    world.clock.advance(DAY * 40);
    assert_eq!(look(&world).await, (0, 1));
}

#[tokio::test]
async fn complaints_alert_beside_bounces_and_the_worst_level_stays_on_the_alert() {
    let world = World::new(1);
    mail(&world, 10_000, 500, 10).await;
    assert_eq!(look(&world).await, (2, 0));
    mail(&world, 0, 0, 20).await;
    assert_eq!(look(&world).await, (0, 0));
    mail(&world, 5_000, 0, 0).await;
    assert_eq!(look(&world).await, (0, 0), "0.2 % is an alert still");
    let worst = |metric| move |alert: &Alert| (alert.metric == metric).then_some(alert.worst.level);
    let found = all(&world, Some(AlertState::Open)).await;
    assert_eq!(found.iter().find_map(worst(Metric::Complaints)), Some(Level::Stop));
    assert_eq!(found.iter().find_map(worst(Metric::Bounces)), Some(Level::Alert));
}

#[tokio::test]
async fn a_campaign_alerts_by_its_own_rate_and_is_over_a_week_after_its_last_mail() {
    let world = World::new(1);
    mail(&world, 10_000, 60, 0).await;
    campaign_mail(&world, 1_000, 60).await;
    assert_eq!(look(&world).await, (1, 0));
    assert_eq!(look(&world).await, (0, 0));
    let found = all(&world, Some(AlertState::Open)).await;
    assert_eq!(found[0].about, Watched::Campaign(campaign()));
    world.clock.advance(DAY * 7);
    assert_eq!(look(&world).await, (0, 0));
    world.clock.advance(DAY);
    assert_eq!(look(&world).await, (0, 1));
    assert_eq!(look(&world).await, (0, 0));
}

#[tokio::test]
async fn two_looks_at_once_open_one_alert_and_end_it_once() {
    for seed in 0..20 {
        let world = World::new(seed);
        mail(&world, 1_000, 50, 0).await;
        assert_eq!(two_looks(&world).await, (1, 0));
        mail(&world, 10_000, 0, 0).await;
        assert_eq!(two_looks(&world).await, (0, 1));
        assert_eq!(all(&world, None).await.len(), 1);
    }
}

#[tokio::test]
async fn a_look_at_a_tenant_that_sends_nothing_writes_nothing() {
    let world = World::new(1);
    assert_eq!(look(&world).await, (0, 0));
    assert_eq!((world.table.usage().calls(), world.table.usage().units().write), (5, 0.0));
}

#[tokio::test]
async fn alerts_of_another_tenant_are_not_listed() {
    let world = World::new(1);
    mail(&world, 1_000, 50, 0).await;
    look(&world).await;
    let other = TenantId::from_bits(2);
    let (found, _) = alerts::list(world.table.as_ref(), other, None, 10, None).await.unwrap();
    assert_eq!(found, []);
    let id = all(&world, None).await[0].id;
    assert_eq!(alerts::get(world.table.as_ref(), other, id).await.unwrap(), None);
    assert!(id > domain::ids::AlertId::from_parts(Timestamp::from_millis(0), 0));
}
