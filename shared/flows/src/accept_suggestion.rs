//! That the author of a mail is the person whom a record stands for, though his address is spelled with
//! other dots (B6): a person says so, nothing else does.

use std::collections::BTreeSet;

use domain::contact::{Contact, MailLink, PartyRole};
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MessageId};
use domain::limits::{CONTACT_ADDRESSES_MAX, CONTENTION_RETRIES_MAX};
use domain::message::Message;
use domain::permission::{Allowed, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::{contacts, messages, spellings};

use crate::contact_rules::{address_taken, too_many_addresses, within_bound};
use crate::correct_threads::Corrector;
use crate::error::{Failure, FlowError};
use crate::merge_contacts;
use crate::origin::Origin;
use crate::ports::Records;
use crate::show_message;
use crate::transaction::{Doer, Transaction};

/// The suggested record has the author's address from now on, as its last one, and the mail is on its
/// timeline. Where the address has a record already, made by this mail perhaps, that one is merged into
/// the suggested one, which can be undone. Done twice it is done once.
///
/// # Errors
/// `not_found`; `nothing_suggested`, also where the suggested record is gone; those of a merge.
pub async fn accept(
    records: &Records,
    by: Corrector<'_>,
    allowed: &Allowed<WriteContacts>,
    origin: Origin,
    id: MessageId,
) -> Result<Contact, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    for _ in 0..CONTENTION_RETRIES_MAX {
        let mail = show_message::visible(records, by.sees, id).await?.message;
        let (suggested, address) = suggestion(&mail)?;
        let contact = contacts::get(table, tenant, suggested).await?.ok_or_else(nothing)?;
        let holder = contacts::holder(table, tenant, &records.hasher, &address).await?;
        let other = match holder {
            Some(holder) => contacts::get(table, tenant, holder).await?,
            None => None,
        };
        let mut transaction = Transaction::default();
        let after = match other {
            Some(other) if other.id == contact.id => contact,
            Some(other) => {
                let both = (contact.id, other.id);
                let take = BTreeSet::new();
                let (request, merge) = (by.request, merge_contacts::merge);
                merge(records, allowed, request, origin, both, &take).await?
            }
            None => {
                let after = with_address(&contact, address, records)?;
                let write = contacts::replace(tenant, &after, contact.rev)?;
                transaction.add(within_bound(write)?);
                claim(&mut transaction, records, &contact, &after, allowed)?;
                after
            }
        };
        settle(&mut transaction, allowed, &mail, &after)?;
        let doer = Doer::new(allowed, by.request, records.clock.now());
        transaction.note(doer, "message.suggestion_accepted", mail.id)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(after);
        }
        // The record or the mail changed meanwhile, or somebody took the address: look again.
    }
    Err(Failure::Contention.into())
}

fn suggestion(mail: &Message) -> Result<(ContactId, EmailAddress), Refused> {
    let author = mail.parties.iter().find(|party| party.role == PartyRole::From);
    let (Some(contact), Some(author)) = (mail.suggested_contact, author) else {
        return Err(nothing());
    };
    let address = author.address.without_tag().unwrap_or_else(|| author.address.clone());
    Ok((contact, address))
}

fn nothing() -> Refused {
    let hint = "`suggested_contact` of the message names who may be meant, while he is there";
    Refused::new(RefusalCode::NothingSuggested, hint)
}

fn with_address(
    contact: &Contact,
    address: EmailAddress,
    records: &Records,
) -> Result<Contact, Refused> {
    let mut after = contact.clone();
    after.addresses.push(address);
    if after.addresses.len() > CONTACT_ADDRESSES_MAX {
        return Err(too_many_addresses("addresses"));
    }
    after.rev = contact.rev.saturating_add(1);
    after.updated_at = records.clock.now();
    Ok(after)
}

fn claim(
    transaction: &mut Transaction,
    records: &Records,
    before: &Contact,
    after: &Contact,
    allowed: &Allowed<WriteContacts>,
) -> Result<(), FlowError> {
    let (tenant, hasher) = (allowed.tenant(), &records.hasher);
    for address in after.addresses.iter().filter(|address| !before.addresses.contains(address)) {
        let claim = contacts::claim(tenant, hasher, address, after.id)?;
        transaction.add_or(claim, address_taken());
    }
    let noted = spellings::note(tenant, hasher, after.id, &before.addresses, &after.addresses);
    noted.into_iter().for_each(|write| transaction.add(write));
    Ok(())
}

/// The mail suggests nobody any more, and is on the record's timeline, under whichever of its ids.
fn settle(
    transaction: &mut Transaction,
    allowed: &Allowed<WriteContacts>,
    mail: &Message,
    contact: &Contact,
) -> Result<(), FlowError> {
    let tenant = allowed.tenant();
    let (identities, mut all) = (contact.identities(), mail.contacts.clone());
    if !all.iter().any(|id| identities.contains(id)) {
        let (message, roles) = (mail.id, vec![PartyRole::From]);
        let line = MailLink { contact: contact.id, message, at: mail.at, roles };
        transaction.add(contacts::link_mail(tenant, &line)?);
        all.push(contact.id);
    }
    transaction.add(messages::settle_suggestion(tenant, mail, &all));
    Ok(())
}
