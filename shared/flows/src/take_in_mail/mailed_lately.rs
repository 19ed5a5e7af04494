//! The weakest proof of a mail that came back: it names nothing of ours, but addresses that we mailed
//! lately (H2). Such addresses are blocked as by any bounce; no record of a mail learns of it, for
//! nothing tells which mail it was.
//!
//! Backscatter, bounces of mail that others sent in our name, names addresses that we did not mail: it
//! changes nothing. Complaints need a stronger proof: they stop all mail for good.

use std::collections::BTreeSet;

use domain::ids::TenantId;
use domain::limits;
use domain::mail_event::{Fact, MailEvent};
use store::mailed_addresses;
use store::table::TableFault;

use crate::apply_mail_event::Told;
use crate::ports::Records;

/// The bounces of those that were mailed lately; `strangers` counts the others. One batch read of at
/// most twice [`limits::BOUNCED_RECIPIENTS_MAX`] keys.
pub(super) async fn bounces(
    records: &Records,
    tenant: TenantId,
    told: Vec<Told>,
    strangers: &mut u64,
) -> Result<Vec<MailEvent>, TableFault> {
    let all = told.len();
    let bounced = |told: &Told| matches!(told.fact, Fact::Bounced(_));
    let told: Vec<Told> =
        told.into_iter().filter(bounced).take(limits::BOUNCED_RECIPIENTS_MAX).collect();
    let named: BTreeSet<_> = told.iter().flat_map(|told| told.addresses.iter().cloned()).collect();
    let (table, now) = (records.table.as_ref(), records.clock.now());
    let mailed = mailed_addresses::lately(table, tenant, &records.hasher, &named, now).await?;
    let event = |told: Told| {
        let to = told.addresses.iter().find(|address| mailed.contains(*address))?.clone();
        Some(told.of(tenant, None, to))
    };
    let events: Vec<MailEvent> = told.into_iter().filter_map(event).collect();
    *strangers = u64::try_from(all.saturating_sub(events.len())).unwrap_or(u64::MAX);
    Ok(events)
}
