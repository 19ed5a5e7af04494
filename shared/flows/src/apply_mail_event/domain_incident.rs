//! Step 2 for one domain: the same cause at many recipients is one incident, and mail to that domain
//! alone rests (H12).

use std::collections::{BTreeMap, BTreeSet};

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::bulletin::Bulletin;
use domain::day::Day;
use domain::domain_refusals::{DomainRefusals, incidents};
use domain::ids::TenantId;
use domain::limits;
use domain::mail_event::MailEvent;
use domain::notice::{Matter, Notice};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::timestamp::Timestamp;
use store::table::{self, Key, TableFault, WriteError};
use store::{bounce_history, bulletins, item, notices, suppressions};

use super::address::bits;
use super::known::Known;
use crate::ports::Records;

/// What refuses: a domain of a tenant's mail, for one category.
pub(super) type Refusing<'a> = (TenantId, &'a str, BounceCategory);

/// Takes the refusals in and acts on the incidents they are part of. First they are kept and then the
/// days around them are read, so of two workers at work at once the later one sees both's.
pub(super) async fn follow(
    records: &Records,
    known: &Known,
    refusing: Refusing<'_>,
    events: &[&MailEvent],
) -> Result<(), TableFault> {
    let (tenant, domain, category) = refusing;
    let mut by_day: BTreeMap<Day, Vec<&MailEvent>> = BTreeMap::new();
    for event in events {
        by_day.entry(Day::of(event.at)).or_default().push(event);
    }
    let mut around = BTreeSet::new();
    for (day, events) in &by_day {
        keep(records, known, refusing, *day, events).await?;
        around.extend([day.back(1), *day, day.next()]);
    }
    let keys: BTreeSet<Key> = around
        .into_iter()
        .map(|day| bounce_history::domain_key(tenant, domain, category, day))
        .collect();
    let found = table::get_all(records.table.as_ref(), &keys).await?.items.into_values();
    let refusals: Vec<DomainRefusals> = found.map(item::from_item).collect::<Result<_, _>>()?;
    let needed = limits::value_of(&known.settings(tenant)?.limits, "domain_incident_recipients");
    for (day, last) in incidents(&refusals, needed) {
        rest(records, refusing, day, last).await?;
    }
    Ok(())
}

/// Keeps the refusals of one day, whatever others keep meanwhile.
async fn keep(
    records: &Records,
    known: &Known,
    (tenant, domain, category): Refusing<'_>,
    day: Day,
    events: &[&MailEvent],
) -> Result<(), TableFault> {
    let key = bounce_history::domain_key(tenant, domain, category, day);
    let mut refusals: DomainRefusals = known.refusals(&key)?.unwrap_or_default();
    loop {
        let rev_before = refusals.rev;
        for event in events {
            refusals.add(&records.hasher.address(&event.recipient), event.at);
        }
        if refusals.rev == rev_before {
            return Ok(());
        }
        let of = (domain, category, day);
        let write = bounce_history::put_domain(tenant, of, &refusals, rev_before)?;
        match records.table.write(write).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed(found)) => {
                refusals = found.map(item::from_item).transpose()?.unwrap_or_default();
            }
            Err(WriteError::Fault(fault)) => return Err(fault),
        }
    }
}

/// Mail to the domain rests until a day after its last refusal, and the administrators are told once
/// for each day, by notice and by mail. All is the same in whichever order the refusals came: of
/// blocks the latest stays, of notices and bulletins the one there is.
async fn rest(
    records: &Records,
    (tenant, domain, category): Refusing<'_>,
    day: Day,
    at: Timestamp,
) -> Result<(), TableFault> {
    let block = Suppression {
        scope: SuppressionScope::Domain,
        tenant,
        address_hash: None,
        domain: domain.to_owned(),
        contact: None,
        cause: SuppressionCause::DomainIncident,
        permanence: Permanence::Temporary,
        category: Some(category),
        reason: None,
        status: None,
        source: None,
        blocked_at: at,
        blocked_until: Some(at.plus(limits::DOMAIN_WINDOW)),
        review_at: Suppression::review_of(at),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    };
    let table = records.table.as_ref();
    suppressions::block(table, &block, None).await?;
    let matter = Matter::DomainRefuses { domain: domain.to_owned(), category };
    let happened = (day.begin(), bits(records, &["domain", domain, category.key()]));
    notices::keep(table, &Notice::new(tenant, None, happened, matter)).await?;
    let bulletin = Bulletin::domain_refuses(tenant, domain, category, day.begin());
    match table.write(bulletins::create(&bulletin)?).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}
