//! Quarantined mail that a person lets in, and mail that nobody wants.

use domain::ids::{IntakeId, RequestId};
use domain::intake::{Outcome, QuarantineReason};
use domain::permission::{Actor, Allowed, Scope, WriteIntake};
use domain::refusal::RefusalCode;
use domain::route_purpose::{AllowedSenders, OrganizationRules, Purpose};
use domain::user::Role;
use flows::decide_intake::{discard, release};
use flows::error::FlowError;
use flows::take_in_mail::Announcement;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::bench_of_routes::{PASS, SALES, organization};

fn allowed(inbound: &Inbound) -> Allowed<WriteIntake> {
    let (tenant, anna) = (inbound.tenant.id, inbound.tenant.people["anna"]);
    Actor::new(tenant, anna, Role::Owner, Scope::ALL.iter().copied().collect()).require().unwrap()
}

async fn let_in(inbound: &Inbound, id: IntakeId) -> Result<(), RefusalCode> {
    let world = &inbound.world;
    let request = RequestId::from_bits(world.records.fresh_bits());
    let queue = world.queue.as_ref();
    match release(&world.records, queue, &allowed(inbound), request, id).await {
        Ok(_) => Ok(()),
        Err(FlowError::Refused(refused)) => Err(refused.code),
        Err(FlowError::Failed(failure)) => panic!("{failure}"),
    }
}

async fn refused(inbound: &Inbound) -> (Announcement, IntakeId) {
    let senders = AllowedSenders::OwnUsers;
    let rules = OrganizationRules { senders, ..organization() };
    inbound.address_route(SALES, "anna", Purpose::Organization(rules)).await;
    let draft = Draft::new("x", "lena@harbour.example", SALES);
    let announced = inbound.judged(&draft, &[SALES], PASS);
    let settled = inbound.take_in(&announced).await;
    assert!(matches!(
        settled.outcome,
        Outcome::Quarantined { reason: QuarantineReason::SenderNotAllowed, .. }
    ));
    (announced, settled.intake)
}

#[tokio::test]
async fn a_released_mail_is_filed_and_every_later_try_knows_the_decision() {
    let inbound = Inbound::with_domain().await;
    let (announced, id) = refused(&inbound).await;
    let again = inbound.take_in(&announced).await;
    assert!(again.repeated, "a repetition alone lets nothing in");

    let_in(&inbound, id).await.unwrap();
    // The worker dies, the announcement of old comes before the retry: the decision is known to both.
    let filed = inbound.take_in(&announced).await;
    assert_eq!((filed.outcome.name(), filed.repeated), ("filed", false));
    assert!(inbound.take_in(&Announcement::Retry(id)).await.repeated);
    let stored = inbound.intake(id);
    assert_eq!(stored.released.unwrap().by, inbound.tenant.people["anna"]);
    assert_eq!((inbound.messages().len(), inbound.contacts().len()), (1, 1));
    let trail = format!("{:?}", inbound.world.table.items(store::table::TableName::Audit));
    assert!(trail.contains("intake.released"));
    assert_eq!(let_in(&inbound, id).await, Err(RefusalCode::NotQuarantined));
}

#[tokio::test]
async fn what_is_no_gate_can_not_be_released() {
    let inbound = Inbound::with_domain().await;
    let empty = inbound.announce("inbound/e", Vec::new(), &[ANNA]);
    let id = inbound.take_in(&empty).await.intake;
    assert_eq!(let_in(&inbound, id).await, Err(RefusalCode::NotReleasable));
}

#[tokio::test]
async fn a_released_spoof_is_filed_and_makes_nobody() {
    let inbound = Inbound::with_domain().await;
    inbound.address_route(SALES, "anna", Purpose::Organization(organization())).await;
    let draft = Draft::new("x", "lena@harbour.example", SALES);
    let (_, id) = inbound.refused(&draft, &[SALES], &[("dmarc", "fail")]).await;
    let_in(&inbound, id).await.unwrap();
    assert_eq!(inbound.take_in(&Announcement::Retry(id)).await.outcome.name(), "filed");
    assert!(inbound.contacts().is_empty());
}

#[tokio::test]
async fn a_discarded_mail_is_ended_and_its_raw_mail_kept() {
    let inbound = Inbound::with_domain().await;
    let (announced, id) = refused(&inbound).await;
    let world = &inbound.world;
    let request = RequestId::from_bits(5);
    discard(&world.records, &allowed(&inbound), request, id).await.unwrap();
    let settled = inbound.take_in(&announced).await;
    assert_eq!((settled.outcome.name(), settled.repeated), ("discarded", true));
    assert!(world.archive.object("inbound/0").is_some());
    assert_eq!(let_in(&inbound, id).await, Err(RefusalCode::NotQuarantined));
    let trail = format!("{:?}", world.table.items(store::table::TableName::Audit));
    assert!(trail.contains("intake.discarded"));
}
