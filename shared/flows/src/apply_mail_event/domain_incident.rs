//! Step 2 for one domain: the same cause at many recipients is one incident, and mail to that domain
//! alone rests (H12).

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::bulletin::Bulletin;
use domain::domain_refusals::DomainRefusals;
use domain::ids::TenantId;
use domain::limits;
use domain::mail_event::MailEvent;
use domain::notice::{Matter, Notice};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::timestamp::Timestamp;
use store::table::{TableFault, TransactError, WriteError};
use store::{bounce_history, bulletins, item, notices, suppressions};

use super::address::bits;
use super::known::Known;
use crate::ports::Records;

pub(super) async fn follow(
    records: &Records,
    known: &Known,
    tenant: TenantId,
    domain: &str,
    category: BounceCategory,
    events: &[&MailEvent],
) -> Result<(), TableFault> {
    let needed = limits::value_of(&known.settings(tenant)?.limits, "domain_incident_recipients");
    let key = bounce_history::domain_key(tenant, domain, category);
    let mut refusals: DomainRefusals = known.refusals(&key)?.unwrap_or_default();
    loop {
        let rev_before = refusals.rev;
        for event in events {
            refusals.add(&records.hasher.address(&event.recipient), event.at);
        }
        let incident = refusals.incident(needed);
        if let Some(at) = incident {
            rest(records, tenant, domain, category, at).await?;
        }
        if refusals.rev == rev_before {
            return Ok(());
        }
        let write = bounce_history::put_domain(tenant, domain, category, &refusals, rev_before)?;
        let Some(at) = incident else {
            match records.table.write(write).await {
                Ok(_) => return Ok(()),
                Err(WriteError::ConditionFailed(found)) => {
                    refusals = found.map(item::from_item).transpose()?.unwrap_or_default();
                    continue;
                }
                Err(WriteError::Fault(fault)) => return Err(fault),
            }
        };
        // Of several workers who see an incident begin, one begins it and has it told by mail.
        let bulletin = Bulletin::domain_refuses(tenant, domain, category, at);
        match records.table.transact(vec![write, bulletins::create(&bulletin)?]).await {
            Ok(_) => return Ok(()),
            Err(TransactError::Cancelled(_)) => {
                let found = records.table.get(&key).await?.item;
                refusals = found.map(item::from_item).transpose()?.unwrap_or_default();
            }
            Err(TransactError::Fault(fault)) => return Err(fault),
        }
    }
}

/// Mail to the domain rests for a while, and the administrators are told.
async fn rest(
    records: &Records,
    tenant: TenantId,
    domain: &str,
    category: BounceCategory,
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
    let happened = (at, bits(records, &["domain", domain, category.key()]));
    notices::keep(table, &Notice::new(tenant, None, happened, matter)).await
}
