//! Records that mail made, taken back in a batch (B9): those of one mail or of a span of time, of all
//! modules, unless somebody touched them since. Their mail stays.

use std::time::Duration;

use domain::contact::{Contact, ContactKind, ContactSource};
use domain::ids::{ContactId, MessageId, RequestId, TenantId};
use domain::limits::PAGE_ITEMS_DEFAULT;
use domain::organization_domain::organization_domain;
use domain::permission::{Allowed, WriteContacts};
use domain::timestamp::Timestamp;
use store::organizations::{self, OrganizationClaim};
use store::table::TableFault;
use store::{contacts, item, messages, modules};

use crate::contact_rules::release_claims;
use crate::error::FlowError;
use crate::ports::Records;
use crate::touched::Touched;
use crate::transaction::{Doer, Transaction};

/// Which records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batch {
    /// Those that one mail made.
    OfMessage(MessageId),
    /// Those that mail made from the first moment to before the second, accounts last.
    Between(Timestamp, Timestamp),
}

/// What became of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// The records that are gone.
    pub undone: Vec<ContactId>,
    /// Those that mail made and somebody touched since: they stay.
    pub kept: Vec<ContactId>,
    /// Whether there is more in the span than one request takes: ask again from the moment after the
    /// last that was kept.
    pub more: bool,
}

/// Takes a batch back: at most [`PAGE_ITEMS_DEFAULT`] records of a kind at once, each in a transaction
/// of its own.
///
/// # Errors
/// Faults of the table.
pub async fn undo(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    batch: Batch,
) -> Result<Undone, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let mut result = Undone::default();
    let mut found: Vec<Contact> = Vec::new();
    match batch {
        Batch::OfMessage(message) => {
            let mut mails = messages::get_many(table, tenant, &[message]).await?;
            let mail = mails.remove(&message).ok_or_else(FlowError::not_found)?.message;
            for contact in mail.contacts {
                found.extend(contacts::get(table, tenant, contact).await?);
            }
            found.retain(|contact| contact.source == ContactSource::Mail(message));
        }
        Batch::Between(from, until) => {
            // Accounts go with the last of their people.
            let kinds = modules::all(table, tenant).await?.into_iter().map(|module| module.kind);
            for kind in kinds.filter(|kind| *kind != ContactKind::Account) {
                let limit = PAGE_ITEMS_DEFAULT;
                let made = contacts::made_between(table, tenant, kind, from, until, limit);
                let (all, more) = made.await?;
                result.more |= more;
                found.extend(all.into_iter().filter(is_made_by_mail));
            }
        }
    }
    let touched = Touched::look(table, tenant).await?;
    let mut doer = Doer::new(allowed, request, records.clock.now());
    for contact in found {
        let id = contact.id;
        // Entries of the trail are told apart by their time.
        doer.at = doer.at.plus(Duration::from_millis(1));
        let stays = touched.is(&contact).await?;
        let undone = !stays && take_back(records, doer, &touched, contact).await?;
        if undone { result.undone.push(id) } else { result.kept.push(id) }
    }
    Ok(result)
}

fn is_made_by_mail(contact: &Contact) -> bool {
    matches!(contact.source, ContactSource::Mail(_))
}

/// False where somebody was at it in this moment.
async fn take_back(
    records: &Records,
    doer: Doer,
    touched: &Touched<'_>,
    contact: Contact,
) -> Result<bool, FlowError> {
    let (table, tenant) = (records.table.as_ref(), doer.tenant);
    let mut transaction = Transaction::default();
    transaction.add(contacts::delete(tenant, &contact));
    release_claims(&mut transaction, records, tenant, &contact).await?;
    unlink(&mut transaction, records, tenant, &contact).await?;
    leave_organization(&mut transaction, records, touched, tenant, &contact).await?;
    transaction.note(doer, "contact.creation_undone", contact.id)?;
    Ok(transaction.try_commit(table).await?.is_none())
}

/// The mail that made it does not name it any more.
async fn unlink(
    transaction: &mut Transaction,
    records: &Records,
    tenant: TenantId,
    contact: &Contact,
) -> Result<(), TableFault> {
    let ContactSource::Mail(message) = contact.source else { return Ok(()) };
    let mut mails = messages::get_many(records.table.as_ref(), tenant, &[message]).await?;
    let Some(mail) = mails.remove(&message).map(|found| found.message) else { return Ok(()) };
    if mail.contacts.contains(&contact.id) {
        let left: Vec<ContactId> =
            mail.contacts.iter().copied().filter(|id| *id != contact.id).collect();
        transaction.add(messages::concern(tenant, &mail, &left));
        transaction.add(contacts::unlink_mail(tenant, contact.id, mail.at, mail.id));
    }
    Ok(())
}

/// The last one that mail made of an organization takes its account along, if nobody touched it.
async fn leave_organization(
    transaction: &mut Transaction,
    records: &Records,
    touched: &Touched<'_>,
    tenant: TenantId,
    contact: &Contact,
) -> Result<(), TableFault> {
    let table = records.table.as_ref();
    let domain = contact.addresses.first().and_then(organization_domain);
    let (Some(account), Some(domain)) = (contact.account, domain) else { return Ok(()) };
    let got = table.get(&organizations::key(tenant, domain)).await?.item;
    let claim: Option<OrganizationClaim> = got.map(item::from_item).transpose()?;
    let Some(claim) = claim.filter(|claim| claim.account == account) else { return Ok(()) };
    let made = contacts::get(table, tenant, account).await?;
    let gone = match made.filter(|_| claim.people <= 1) {
        Some(made) if !touched.is_account(&made, claim.people).await? => Some(made),
        Some(_) | None => None,
    };
    match gone {
        Some(made) => {
            transaction.add(organizations::release(tenant, domain, &claim));
            transaction.add(contacts::delete(tenant, &made));
        }
        None => transaction.add(organizations::count(tenant, domain, account, -1)),
    }
    Ok(())
}
