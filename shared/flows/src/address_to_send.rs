//! To which of a record's addresses mail goes: the first, or where that is blocked and the tenant
//! wishes it, the next that is not (H13).

use domain::contact::Contact;
use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ListId, TenantId};
use domain::suppression::Suppression;
use domain::tenant::TenantSettings;
use store::suppressions::{self, Asked};
use store::table::TableFault;

use crate::ports::Records;

/// Where mail to a record goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Picked {
    /// To this address.
    Send(EmailAddress),
    /// Nowhere: the first address is blocked by this, and no other may be used.
    Blocked(Box<Suppression>),
    /// Nowhere: the record has no address.
    NoAddress,
}

/// Picks the address. One batch read. A person who complained, unsubscribed or may not be mailed by
/// law is not mailed at another of his addresses either: only a bounce is the address's own matter.
///
/// # Errors
/// A fault of the table.
pub async fn address_to_send(
    records: &Records,
    tenant: TenantId,
    settings: &TenantSettings,
    contact: &Contact,
    list: Option<ListId>,
    campaign: Option<CampaignId>,
) -> Result<Picked, TableFault> {
    let usable = if settings.secondary_address { contact.addresses.len() } else { 1 };
    let candidates: Vec<Asked> = contact
        .addresses
        .iter()
        .take(usable)
        .map(|address| Asked { address: address.clone(), list, campaign })
        .collect();
    let Some(first) = candidates.first() else { return Ok(Picked::NoAddress) };
    let (table, now) = (records.table.as_ref(), records.clock.now());
    let blocked = suppressions::blocking(table, tenant, &records.hasher, &candidates, now).await?;
    if let Some(of_person) = blocked.values().find(|block| !block.is_of_address()) {
        return Ok(Picked::Blocked(Box::new(of_person.clone())));
    }
    let free = candidates.iter().find(|asked| !blocked.contains_key(&asked.address));
    Ok(match (free, blocked.get(&first.address)) {
        (Some(asked), _) => Picked::Send(asked.address.clone()),
        (None, Some(block)) => Picked::Blocked(Box::new(block.clone())),
        (None, None) => Picked::NoAddress,
    })
}
