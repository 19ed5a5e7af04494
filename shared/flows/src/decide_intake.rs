//! What a person decides about a mail in quarantine: file it in spite of its route's gate, or not want
//! it. Both are audited, and happen under the condition that nobody else was at it meanwhile.

use domain::ids::{IntakeId, RequestId};
use domain::intake::{Decision, Intake, IntakeState, Outcome, QuarantineReason};
use domain::permission::{Allowed, WriteIntake};
use domain::refusal::{RefusalCode, Refused};
use store::intake;

use crate::error::FlowError;
use crate::ports::{Records, WorkQueue};
use crate::review_intakes::{busy, find, take_in_again};
use crate::transaction::{Doer, Transaction};

/// Lets a mail in although the gate of its route was closed: the decision stays on the intake, so every
/// later try knows it, and the mail is taken in again.
///
/// # Errors
/// `not_found`; `not_quarantined`; `not_releasable` where it is no gate that keeps the mail back;
/// `intake_busy` where somebody else decides at this moment.
pub async fn release(
    records: &Records,
    queue: &dyn WorkQueue,
    allowed: &Allowed<WriteIntake>,
    request: RequestId,
    id: IntakeId,
) -> Result<Intake, FlowError> {
    let now = records.clock.now();
    let mut found = find(records.table.as_ref(), allowed.tenant(), id).await?;
    let reason = quarantined(&found)?;
    if !reason.is_gate() {
        return Err(Refused::new(RefusalCode::NotReleasable, reason.hint()).into());
    }
    found.released = Some(Decision { by: allowed.user(), at: now });
    take_in_again(records, queue, Doer::new(allowed, request, now), "intake.released", found).await
}

/// Ends a mail that nobody wants. Its raw mail stays until the archive's rules end it.
///
/// # Errors
/// `not_found`, `not_quarantined`, `intake_busy`.
pub async fn discard(
    records: &Records,
    allowed: &Allowed<WriteIntake>,
    request: RequestId,
    id: IntakeId,
) -> Result<Intake, FlowError> {
    let (table, now) = (records.table.as_ref(), records.clock.now());
    let found = find(table, allowed.tenant(), id).await?;
    let reason = quarantined(&found)?;
    let outcome = Outcome::Discarded { reason, by: allowed.user() };
    let mut discarded = found.clone();
    discarded.tenant = Some(allowed.tenant());
    discarded.state = IntakeState::Done { finished_at: now, outcome };
    let mut transaction = Transaction::default();
    transaction.add_or(intake::decide(&found, &discarded)?, busy(None));
    transaction.note(Doer::new(allowed, request, now), "intake.discarded", id)?;
    transaction.commit(table).await?;
    Ok(discarded)
}

fn quarantined(intake: &Intake) -> Result<QuarantineReason, Refused> {
    if let IntakeState::Done { outcome: Outcome::Quarantined { reason, .. }, .. } = &intake.state {
        return Ok(*reason);
    }
    let hint = "only what waits in quarantine can be released or discarded";
    Err(Refused::new(RefusalCode::NotQuarantined, hint))
}
