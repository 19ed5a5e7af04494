//! One raw mail from the archive to a record (B1, B3, B6): leased, read, routed, filed in one
//! transaction, and in every case ended with a stored outcome.
//!
//! ```text
//! 1 open the intake: finished already -> nothing to do; held by another -> come back later
//! 2 read the raw mail and parse it                     (routes of the receipt are read beside 1)
//! 3 route its recipients to tenants and mailboxes
//!   before filing, what the mail tells about mail we sent: bounces, complaints, unsubscribing
//! 4 read what the tenant knows of it: message, deliveries, addresses, header ids
//! 5 keep its attachments
//! 6 one transaction: message, deliveries, thread, claims, contact, timeline lines, outcome
//! ```
//! What is wrong with the mail ends in quarantine and is acknowledged. What is wrong with us gives
//! the lease back and fails, so the queue brings the mail again.

mod announcement;
mod answerable;
mod association;
mod bounce;
mod file;
mod filing_rules;
mod gates;
mod joining;
mod known;
mod life_sign;
mod mailed_lately;
mod making;
mod notices;
mod quarantine;
mod record;
mod reported;
mod routing;
mod thread_clues;
mod thread_writes;
mod threading;
pub(crate) mod unsubscribe;
mod way_in;
mod writes;

use std::collections::BTreeSet;

use domain::ids::{IntakeId, TenantId};
use domain::intake::{Intake, Outcome};
use domain::limits;
use store::intake::Opened;
use tracing::warn;

pub use announcement::{Announcement, MailArrived, Unreadable};

use crate::answer_unknown_address::UnknownAddress;
use crate::error::{Failure, FlowError};
use crate::ports::{MailArchive, Records};
use quarantine::Stop;
use routing::Routes;

/// How the intake of one raw mail ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The intake.
    pub intake: IntakeId,
    /// What became of the mail.
    pub outcome: Outcome,
    /// Whether it had ended before this announcement came.
    pub repeated: bool,
    /// Who could be answered that an address does not exist: for
    /// [`crate::answer_unknown_address::answer_unknown_address`].
    pub unknown: Vec<UnknownAddress>,
}

impl Settled {
    fn new(intake: IntakeId, outcome: Outcome) -> Self {
        Self { intake, outcome, repeated: false, unknown: Vec::new() }
    }
}

/// Takes in what an announcement speaks of. A mail to several tenants has one intake for each; the
/// answer is about the announced one. None where there is nothing left to take in.
///
/// # Errors
/// Failures only: the announcement has to come again.
pub async fn take_in_mail(
    records: &Records,
    archive: &dyn MailArchive,
    announcement: &Announcement,
) -> Result<Option<Settled>, FlowError> {
    match announcement {
        Announcement::Arrived(arrived) if arrived.bucket == archive.bucket() => {
            settle(records, archive, arrived.to_intake()).await.map(Some)
        }
        Announcement::Arrived(arrived) => {
            let reason = domain::intake::QuarantineReason::WrongBucket;
            let intake = arrived.to_foreign_intake();
            quarantine::without_reading(records, intake, reason).await.map(Some)
        }
        Announcement::Unreadable(unreadable) => {
            let reason = domain::intake::QuarantineReason::MalformedEvent;
            let intake = unreadable.to_intake();
            quarantine::without_reading(records, intake, reason).await.map(Some)
        }
        Announcement::Retry(id) => match store::intake::get(records.table.as_ref(), *id).await? {
            Some(intake) => settle(records, archive, intake).await.map(Some),
            None => Ok(None),
        },
    }
}

/// What one worker has in hand: an intake and its lease.
struct Held {
    intake: Intake,
    lease: String,
}

async fn settle(
    records: &Records,
    archive: &dyn MailArchive,
    intake: Intake,
) -> Result<Settled, FlowError> {
    let id = intake.id;
    let recipients = routing::addresses(&intake.recipients);
    let (opened, routes) =
        futures::join!(open(records, intake), routing::look_up(records, recipients),);
    let held = match opened? {
        Ok(held) => held,
        Err(settled) => return Ok(settled),
    };
    let mut unknown = Vec::new();
    let result = match routes {
        Ok(routes) => take_in_held(records, archive, &held, routes, &mut unknown).await,
        Err(fault) => Err(fault.into()),
    };
    match result {
        Ok(outcome) => Ok(Settled { unknown, ..Settled::new(id, outcome) }),
        Err(error) => {
            give_back(records, held).await;
            Err(error)
        }
    }
}

/// Step 1. The inner error is an intake that needs no work.
async fn open(records: &Records, intake: Intake) -> Result<Result<Held, Settled>, FlowError> {
    let id = intake.id;
    let lease = format!("{:032x}", records.fresh_bits());
    let now = records.clock.now();
    match store::intake::open(records.table.as_ref(), intake, &lease, now).await? {
        Opened::Leased(intake) => Ok(Ok(Held { intake, lease })),
        Opened::Done(done) => {
            let outcome = announcement::outcome_of(&done).ok_or(Failure::Leased)?;
            Ok(Err(Settled { repeated: true, ..Settled::new(id, outcome) }))
        }
        Opened::Held => Err(Failure::Leased.into()),
    }
}

async fn give_back(records: &Records, held: Held) {
    let now = records.clock.now();
    let released =
        store::intake::release(records.table.as_ref(), held.intake, &held.lease, now).await;
    if let Err(fault) = released {
        // The lease runs out by itself: the next try only comes later.
        warn!(error = %fault, "the lease of an intake could not be given back");
    }
}

/// Steps 2 to 6: files the mail, or quarantines it with the reason.
async fn take_in_held(
    records: &Records,
    archive: &dyn MailArchive,
    held: &Held,
    routes: Routes,
    unknown: &mut Vec<UnknownAddress>,
) -> Result<Outcome, FlowError> {
    let operator = routes.operator.ok_or(Failure::NotSetUp)?;
    match read_and_file(records, archive, held, routes, unknown).await {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Quarantine(mut why)) => {
            let tenant = why.tenant.unwrap_or(operator);
            let answerable = why.unknown.take();
            let mut intake = held.intake.clone();
            intake.report = why.report.take();
            let held = Held { intake, lease: held.lease.clone() };
            let outcome = quarantine::finish(records, &held, tenant, *why).await?;
            // Only now, when no other worker will come to the same end.
            unknown.extend(answerable);
            Ok(outcome)
        }
    }
}

async fn read_and_file(
    records: &Records,
    archive: &dyn MailArchive,
    held: &Held,
    routes: Routes,
    unknown: &mut Vec<UnknownAddress>,
) -> Result<Outcome, Stop> {
    if held.intake.attempts > limits::INTAKE_ATTEMPTS_MAX {
        return Err(quarantine::poison("the worker died at every try"));
    }
    let (mail, decoded) = file::read(archive, &held.intake).await?;
    let routes = if held.intake.recipients.is_empty() {
        routing::look_up(records, routing::of_raw_mail(&mail)).await?
    } else {
        routes
    };
    let mut by_tenant = routing::by_tenant(&held.intake, routes)?;
    let Some((tenant, arrivals)) = by_tenant.pop_first() else {
        return Err(quarantine::no_route());
    };
    for other in by_tenant.into_keys() {
        settle_for_tenant(records, archive, &held.intake, other, unknown).await?;
    }
    let held = &bounce::noted(records, held, tenant, &mail, &decoded).await?;
    let now = records.clock.now();
    let answerable = answerable::of(&held.intake, &mail, tenant, &arrivals.unknown, now);
    let filed = if arrivals.routes.is_empty() {
        Err(quarantine::unknown_address(tenant, answerable))
    } else {
        let filed = file::file(records, archive, held, tenant, &arrivals.routes, &mail).await;
        // Those who are there have it; of the others its sender is told, now that nobody files it again.
        filed.inspect(|_| unknown.extend(answerable))
    };
    // What it told of mail we sent stays with it in quarantine.
    filed.map_err(|stop| stop.with_report(held.intake.report.clone()))
}

/// A mail to several tenants: each of the others has an intake of its own, so that one tenant's
/// trouble is seen by its own people and one outcome speaks of one tenant.
async fn settle_for_tenant(
    records: &Records,
    archive: &dyn MailArchive,
    intake: &Intake,
    tenant: TenantId,
    unknown: &mut Vec<UnknownAddress>,
) -> Result<(), FlowError> {
    let own = announcement::for_tenant(intake, tenant);
    let settled = Box::pin(settle(records, archive, own)).await?;
    unknown.extend(settled.unknown);
    Ok(())
}

/// The mailboxes of a tenant that a mail is delivered to, without repeats.
type Mailboxes = BTreeSet<routing::Target>;
