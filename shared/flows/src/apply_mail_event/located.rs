//! Whose mail an event of SES is about. The tags on the mail say it; where they lack (identity
//! notifications have none), the domain of the sender and the provider's id of the mail do.

use std::collections::BTreeSet;
use std::str::FromStr;

use domain::ids::{ContactId, TenantId};
use domain::mail_event::MailEvent;
use domain::route::DomainClaim;
use domain::send::SendPlace;
use domain::thread::HeaderClaim;
use domain::timestamp::Timestamp;
use mail::bounce::report::{Decoded, SesFacts};
use mail::thread_clues::{claimed_form, id_of_ses};
use store::table::{self, Key, TableFault};
use store::{item, keys, threads};

use super::told::{Told, of_provider};
use crate::ports::Records;

/// The events of what SES told, as far as it is about mail of ours: one for each recipient.
///
/// # Errors
/// A fault of the table. Mail with tags needs no read.
pub async fn locate(
    records: &Records,
    decoded: &Decoded,
    received_at: Timestamp,
) -> Result<Vec<MailEvent>, TableFault> {
    let told = of_provider(decoded, received_at);
    let Some(ses) = &decoded.ses else { return Ok(Vec::new()) };
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let (tenant, place) = match tagged(ses) {
        Some((tenant, place)) => (tenant, place),
        None => match untagged(records, decoded).await? {
            Some(found) => found,
            None => return Ok(Vec::new()),
        },
    };
    let event = |told: Told| {
        let to = told.addresses.first()?.clone();
        Some(told.of(tenant, place, to))
    };
    Ok(told.into_iter().filter_map(event).collect())
}

/// What the tags say: `tenant` and `message`, or `tenant`, `campaign`, `chunk` and `contact`.
fn tagged(ses: &SesFacts) -> Option<(TenantId, Option<SendPlace>)> {
    let tenant = tag(ses, "tenant")?;
    let one_off = || Some(SendPlace::OneOff { message: tag(ses, "message")? });
    let campaign = || {
        let contact: ContactId = tag(ses, "contact")?;
        let (campaign, chunk) = (tag(ses, "campaign")?, tag(ses, "chunk")?);
        Some(SendPlace::Campaign { campaign, chunk, contact })
    };
    Some((tenant, campaign().or_else(one_off)))
}

fn tag<T: FromStr>(ses: &SesFacts, name: &str) -> Option<T> {
    let (_, values) = ses.tags.iter().find(|(tag, _)| tag == name)?;
    values.first()?.parse().ok()
}

async fn untagged(
    records: &Records,
    decoded: &Decoded,
) -> Result<Option<(TenantId, Option<SendPlace>)>, TableFault> {
    let original = &decoded.original;
    let Some(from) = &original.from else { return Ok(None) };
    let table = records.table.as_ref();
    let claim = table.get(&keys::domain_claim(from.domain()).key).await?.item;
    let Some(claim) = claim.map(item::from_item::<DomainClaim>).transpose()? else {
        return Ok(None);
    };
    let given = original.ses_message_id.as_deref().map(id_of_ses);
    let ids: BTreeSet<String> = given.into_iter().chain(original.message_id.clone()).collect();
    let place = of_header_ids(records, claim.tenant, &ids).await?;
    Ok(Some((claim.tenant, place)))
}

/// The mail of ours that has one of these header ids.
///
/// # Errors
/// A fault of the table.
pub(crate) async fn of_header_ids(
    records: &Records,
    tenant: TenantId,
    ids: &BTreeSet<String>,
) -> Result<Option<SendPlace>, TableFault> {
    let key = |id: &String| threads::claim_key(tenant, &records.hasher, &claimed_form(id));
    let wanted: BTreeSet<Key> = ids.iter().map(key).collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let got = table::get_all(records.table.as_ref(), &wanted).await?.items;
    for item in got.into_values() {
        let claim: HeaderClaim = item::from_item(item)?;
        if let Some(message) = claim.message {
            return Ok(Some(SendPlace::OneOff { message }));
        }
    }
    Ok(None)
}
