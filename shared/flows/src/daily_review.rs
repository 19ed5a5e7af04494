//! Goes through all tenants: their rates (I4), then their blocks whose review is due (H7). Before that the
//! provider's suppression list is taken in, and each tenant's news are told to it.
//!
//! A pass goes on over as many runs as it takes; a checkpoint tells where the next run goes on. One
//! tenant's failure keeps no other from its turn: it comes again with the next pass.

use std::time::Duration;

use domain::ids::TenantId;
use domain::limits::REVIEW_TENANTS_STEP;
use domain::timestamp::Timestamp;
use store::reviews::{self, Pass};
use store::table::WriteError;
use store::tenants;

use crate::error::FlowError;
use crate::ports::{MailSender, Records};
use crate::review_blocks::{ReviewPorts, Reviewed, review_blocks};
use crate::send_bulletins::send_bulletins;
use crate::take_in_provider_list::take_in_provider_list;
use crate::tell_provider_list::tell_provider_list;
use crate::watch_rates::watch_rates;

/// What a run did.
#[derive(Debug, Default)]
pub struct Told {
    /// Tenants that were looked at.
    pub tenants: u64,
    /// Alerts that were opened.
    pub alerts_opened: u64,
    /// Alerts whose incident is over.
    pub alerts_recovered: u64,
    /// Mails to administrators that went out.
    pub bulletins: u64,
    /// Blocks that were reviewed.
    pub blocks: Reviewed,
    /// Blocks that came of the provider's list.
    pub taken_in: u64,
    /// Addresses that the provider's list was told.
    pub listed: u64,
    /// Tenants that could not be looked at to the end.
    pub failed: Vec<(TenantId, FlowError)>,
    /// Why the provider's list could not be taken in.
    pub list_failed: Option<FlowError>,
    /// Whether the pass came to its end.
    pub is_complete: bool,
}

/// Goes on with the pass for about `time`, one tenant at least. Two runs at once do some of it twice
/// and no harm.
///
/// # Errors
/// Faults of the table that no tenant stands for; the next run goes on from the last tenant done.
pub async fn daily_review(
    records: &Records,
    ports: ReviewPorts<'_>,
    sender: &dyn MailSender,
    time: Duration,
) -> Result<Told, FlowError> {
    let table = records.table.as_ref();
    let until = records.clock.now().plus(time);
    let mut told = Told::default();
    index_operator(records).await?;
    match take_in_provider_list(records, ports.list).await {
        Ok(taken_in) => told.taken_in = taken_in,
        // The tenants have their turn all the same.
        Err(failed) => told.list_failed = Some(failed),
    }
    let mut pass = reviews::pass(table).await?;
    loop {
        let step = tenants::page_after(table, pass.after, REVIEW_TENANTS_STEP).await?;
        for tenant in &step {
            if told.tenants > 0 && records.clock.now() >= until {
                return Ok(told);
            }
            if let Err(failed) = one(records, ports, sender, *tenant, until, &mut told).await {
                told.failed.push((*tenant, failed));
            }
            told.tenants = told.tenants.saturating_add(1);
            if !move_on(records, &mut pass, Some(*tenant)).await? {
                return Ok(told);
            }
        }
        if u32::try_from(step.len()).unwrap_or(u32::MAX) < REVIEW_TENANTS_STEP {
            break;
        }
    }
    told.is_complete = move_on(records, &mut pass, None).await?;
    Ok(told)
}

async fn one(
    records: &Records,
    ports: ReviewPorts<'_>,
    sender: &dyn MailSender,
    tenant: TenantId,
    until: Timestamp,
    told: &mut Told,
) -> Result<(), FlowError> {
    let seen = watch_rates(records, tenant).await?;
    told.alerts_opened = told.alerts_opened.saturating_add(seen.opened);
    told.alerts_recovered = told.alerts_recovered.saturating_add(seen.recovered);
    let sent = send_bulletins(records, sender, tenant).await?;
    told.bulletins = told.bulletins.saturating_add(sent);
    told.blocks += review_blocks(records, ports, tenant, until).await?;
    told.listed =
        told.listed.saturating_add(tell_provider_list(records, ports.list, tenant).await?);
    Ok(())
}

/// Puts the operator into the index of tenants, where an older version made it without. Other tenants
/// get there with any change of their settings.
async fn index_operator(records: &Records) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let Some(operator) = tenants::operator(table).await? else { return Ok(()) };
    let Some(write) = tenants::into_index(table, operator).await? else { return Ok(()) };
    match table.write(write).await {
        // Somebody changed the tenant meanwhile, which put it there.
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault.into()),
    }
}

/// Moves the checkpoint; false where another run is at the same pass, and goes on with it.
async fn move_on(
    records: &Records,
    pass: &mut Pass,
    after: Option<TenantId>,
) -> Result<bool, FlowError> {
    let next = Pass { after, rev: pass.rev.saturating_add(1) };
    match records.table.write(reviews::move_on(pass, &next)?).await {
        Ok(_) => {
            *pass = next;
            Ok(true)
        }
        Err(WriteError::ConditionFailed(_)) => Ok(false),
        Err(WriteError::Fault(fault)) => Err(fault.into()),
    }
}
