//! Looks again at the blocks of a tenant whose review is due, and lifts those whose cause is solved
//! (S4.9, H7).
//!
//! A block is lifted, or given its next review, in one transaction with the day's report and the audit
//! trail, under the condition that block and report are as they were read: a run that dies or meets
//! another leaves nothing half done, and what was reviewed is not due any more.

mod judge;

use std::collections::BTreeMap;

use domain::audit::AuditEntry;
use domain::block_review::{ReviewReport, Verdict};
use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::ids::{RequestId, TenantId};
use domain::limits::{REVIEW_LINES_MAX, REVIEW_PROBES_MAX, REVIEW_STEP};
use domain::suppression::Suppression;
use domain::suppression_id::SuppressionId;
use domain::timestamp::Timestamp;
use store::table::Table;
use store::{audit, reviews, suppressions};

use crate::error::{Failure, FlowError};
use crate::lift_blocks;
use crate::ports::{Dns, Records, SendingHealth, SuppressionList};
use crate::review_blocks::judge::Judge;
use crate::transaction::Transaction;

/// What a review needs beside the records.
#[derive(Clone, Copy)]
pub struct ReviewPorts<'a> {
    /// The provider's list, from which what is lifted goes first.
    pub list: &'a dyn SuppressionList,
    /// How the provider sends our own mail.
    pub health: &'a dyn SendingHealth,
    /// What the DNS says of domains, theirs and ours.
    pub dns: &'a dyn Dns,
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Blocks that were lifted.
    pub lifted: u64,
    /// Blocks that were kept.
    pub kept: u64,
    /// Blocks that a port could not be asked about: they stay due.
    pub undecided: u64,
}

impl std::ops::AddAssign for Reviewed {
    fn add_assign(&mut self, other: Self) {
        self.lifted = self.lifted.saturating_add(other.lifted);
        self.kept = self.kept.saturating_add(other.kept);
        self.undecided = self.undecided.saturating_add(other.undecided);
    }
}

/// Reviews what is due, until `until` at the latest. When the day's probes are used up, what could be
/// lifted besides waits for the next day.
///
/// # Errors
/// Faults of the table: what is done stays done.
pub async fn review_blocks(
    records: &Records,
    ports: ReviewPorts<'_>,
    tenant: TenantId,
    until: Timestamp,
) -> Result<Reviewed, FlowError> {
    let table = records.table.as_ref();
    let now = records.clock.now();
    let judge = Judge::new(table, ports, tenant, now);
    let mut run = Run { records, ports, tenant, now, judge };
    let mut done = Reviewed::default();
    for category in BounceCategory::ALL {
        let mut after = None;
        loop {
            let key = category.key();
            let page = suppressions::of_category(table, tenant, key, Some(now), REVIEW_STEP, after);
            let (blocks, next) = page.await?;
            done += run.review(blocks).await?;
            if next.is_none() {
                break;
            }
            if records.clock.now() >= until {
                return Ok(done);
            }
            after = next;
        }
    }
    Ok(done)
}

/// One run through a tenant's blocks.
struct Run<'a> {
    records: &'a Records,
    ports: ReviewPorts<'a>,
    tenant: TenantId,
    now: Timestamp,
    judge: Judge<'a>,
}

impl Run<'_> {
    async fn review(&mut self, blocks: Vec<Suppression>) -> Result<Reviewed, FlowError> {
        let mut done = Reviewed::default();
        let mut judged = Vec::new();
        for block in blocks {
            match self.judge.judge(&block).await? {
                Some(verdict) => judged.push((block, verdict)),
                None => done.undecided = done.undecided.saturating_add(1),
            }
        }
        if judged.is_empty() {
            return Ok(done);
        }
        // Each round leaves one out at least that somebody else changed.
        for _ in 0..=judged.len() {
            let report = reviews::get(self.table(), self.tenant, Day::of(self.now)).await?;
            let ready = self.within_probes(&report, std::mem::take(&mut judged));
            let ready = self.off_the_providers_list(ready, &mut done).await?;
            match self.settle(report, &ready).await? {
                None => {
                    let lifted = ready.iter().filter(|(_, verdict)| verdict.lifts()).count();
                    done.lifted = done.lifted.saturating_add(count(lifted));
                    done.kept = done.kept.saturating_add(count(ready.len() - lifted));
                    return Ok(done);
                }
                Some(outrun) => judged = without(ready, outrun),
            }
        }
        Err(Failure::Contention.into())
    }

    fn table(&self) -> &dyn Table {
        self.records.table.as_ref()
    }

    /// Leaves out what would be one probe too many.
    fn within_probes(
        &self,
        report: &ReviewReport,
        judged: Vec<(Suppression, Verdict)>,
    ) -> Vec<(Suppression, Verdict)> {
        let mut left = REVIEW_PROBES_MAX.saturating_sub(report.probes);
        let fits = |(block, verdict): &(Suppression, Verdict)| {
            if !verdict.lifts() || !block.holds(self.now) {
                return true;
            }
            let fits = left > 0;
            left = left.saturating_sub(1);
            fits
        };
        judged.into_iter().filter(fits).collect()
    }

    /// Takes what is to be lifted off the provider's list first, so that a death between leaves an
    /// address that is not mailed (see [`lift_blocks`]).
    async fn off_the_providers_list(
        &self,
        judged: Vec<(Suppression, Verdict)>,
        done: &mut Reviewed,
    ) -> Result<Vec<(Suppression, Verdict)>, FlowError> {
        let (lifts, mut ready): (Vec<_>, Vec<_>) =
            judged.into_iter().partition(|(_, verdict)| verdict.lifts());
        let verdicts: BTreeMap<SuppressionId, Verdict> =
            lifts.iter().map(|(block, verdict)| (SuppressionId::of(block), *verdict)).collect();
        let liftable = |(block, _)| lift_blocks::Liftable {
            id: SuppressionId::of(&block),
            block,
            address: None,
        };
        let wanted = lifts.into_iter().map(liftable).collect();
        let mut failed = BTreeMap::new();
        let (records, list) = (self.records, self.ports.list);
        let free =
            lift_blocks::off_the_providers_list(records, list, self.tenant, wanted, &mut failed);
        for one in free.await? {
            if let Some(verdict) = verdicts.get(&one.id) {
                ready.push((one.block, *verdict));
            }
        }
        done.undecided = done.undecided.saturating_add(count(failed.len()));
        Ok(ready)
    }

    /// Does all of it in one transaction. Gives the position of the block that somebody else changed;
    /// one behind the last where it is the report.
    async fn settle(
        &self,
        mut report: ReviewReport,
        ready: &[(Suppression, Verdict)],
    ) -> Result<Option<usize>, FlowError> {
        if ready.is_empty() {
            return Ok(None);
        }
        let mut transaction = Transaction::default();
        for (before, verdict) in ready {
            report.add(before, *verdict, self.now, REVIEW_LINES_MAX);
            let mut block = before.clone();
            if verdict.lifts() {
                block.lift(self.now, false);
            } else {
                block.review_at = self.now.plus(verdict.review_after());
                block.rev = block.rev.saturating_add(1);
            }
            transaction.add(suppressions::replace(&block, before.rev)?);
        }
        let rev_before = report.rev;
        report.rev = rev_before.saturating_add(1);
        transaction.add(reviews::put(&report, rev_before)?);
        let request = RequestId::from_parts(self.now, self.records.fresh_bits());
        for (block, _) in ready.iter().filter(|(_, verdict)| verdict.lifts()) {
            let entry = AuditEntry {
                at: self.now,
                user: None,
                action: "block.reviewed".to_owned(),
                subject: SuppressionId::of(block).to_string(),
                request: Some(request),
            };
            transaction.add(audit::add(self.tenant, request, &entry)?);
        }
        let stopped = transaction.try_commit(self.table()).await?;
        Ok(stopped.map(|stopped| stopped.position))
    }
}

fn without(ready: Vec<(Suppression, Verdict)>, position: usize) -> Vec<(Suppression, Verdict)> {
    let others = ready.into_iter().enumerate().filter(|(n, _)| *n != position);
    others.map(|(_, one)| one).collect()
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
