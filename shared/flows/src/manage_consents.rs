//! Consents of records: given and withdrawn as facts, listed (J2).

use domain::consent::{
    Consent, ConsentChannel, ConsentProof, ConsentSource, LawfulBasis, Withdrawal,
};
use domain::contact::Contact;
use domain::ids::{ConsentId, ContactId, RequestId};
use domain::limits::{CONSENT_TEXT_BYTES_MAX, CONTENTION_RETRIES_MAX};
use domain::permission::{Allowed, ReadContacts, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use store::{activities, consents, contacts, item};

use crate::error::{Failure, FlowError};
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction};

/// A consent to write down.
#[derive(Clone, Debug)]
pub struct NewConsent {
    /// By which way one may come to the person.
    pub channel: ConsentChannel,
    /// What for.
    pub purpose: String,
    /// What makes it lawful.
    pub basis: LawfulBasis,
    /// How it was given.
    pub source: ConsentSource,
    /// What shows it.
    pub proof: ConsentProof,
    /// When it was given; now where nothing is said.
    pub given_at: Option<Timestamp>,
}

/// Writes down a consent under exactly this id of a record. A repeated request with the same origin
/// finds it there.
///
/// # Errors
/// `not_found`, what is wrong with purpose, proof or time.
pub async fn give(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    origin: Origin,
    id: ContactId,
    new: NewConsent,
) -> Result<Consent, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let consent = Consent {
        id: ConsentId::from_parts(origin.at, origin.bits),
        contact: id,
        channel: new.channel,
        purpose: text_rules::name("purpose", &new.purpose)?,
        basis: new.basis,
        source: new.source,
        proof: proof(new.proof)?,
        given_at: new.given_at.unwrap_or(origin.at),
        recorded_at: origin.at,
        recorded_by: allowed.user(),
        withdrawn: None,
    };
    not_ahead("given_at", consent.given_at, records.clock.now())?;
    contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    let mut transaction = Transaction::default();
    transaction.add(consents::create(tenant, &consent)?);
    transaction.add_or(activities::check_contact(tenant, id), FlowError::no_such_thing());
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "consent.given", consent.id)?;
    match transaction.try_commit(table).await? {
        None => Ok(consent),
        // The first write stops it only where an earlier try of this very request wrote it down.
        Some(stopped) => match stopped.item.filter(|_| stopped.position == 0) {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
    }
}

/// One page of a record's consents, the last written down first.
///
/// # Errors
/// `not_found`.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    id: ContactId,
    wish: Wish,
) -> Result<Listed<Consent>, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let contact = contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    let identities = contact.identities();
    Ok(consents::page(table, tenant, &identities, wish.limit, wish.after).await?.into())
}

/// Withdraws a consent; one that is withdrawn already stays as it is.
///
/// # Errors
/// `not_found`, what is wrong with time or note.
pub async fn withdraw(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    (contact, consent): (ContactId, ConsentId),
    at: Option<Timestamp>,
    note: Option<String>,
) -> Result<Consent, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let now = records.clock.now();
    let withdrawal = Withdrawal {
        at: at.unwrap_or(now),
        recorded_at: now,
        recorded_by: allowed.user(),
        note: note.map(|note| bounded("note", note)).transpose()?,
    };
    not_ahead("withdrawn_at", withdrawal.at, now)?;
    let found: Contact =
        contacts::get(table, tenant, contact).await?.ok_or_else(FlowError::not_found)?;
    for _ in 0..CONTENTION_RETRIES_MAX {
        let given = consents::find(table, tenant, &found.identities(), consent).await?;
        let given = given.ok_or_else(FlowError::not_found)?;
        if given.withdrawn.is_some() {
            return Ok(given);
        }
        if withdrawal.at < given.given_at {
            let hint = "it was given later than that";
            return Err(Refused::field(RefusalCode::FieldInvalid, "withdrawn_at", hint).into());
        }
        let mut transaction = Transaction::default();
        transaction.add(consents::withdraw(tenant, &given, &withdrawal)?);
        let doer = Doer::new(allowed, request, now);
        transaction.note(doer, "consent.withdrawn", consent)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(Consent { withdrawn: Some(withdrawal), ..given });
        }
    }
    Err(Failure::Contention.into())
}

fn proof(proof: ConsentProof) -> Result<ConsentProof, Refused> {
    Ok(match proof {
        ConsentProof::Text(text) => ConsentProof::Text(bounded("proof.text", text)?),
        ConsentProof::Reference(reference) => {
            ConsentProof::Reference(text_rules::name("proof.reference", &reference)?)
        }
        ConsentProof::Message(message) => ConsentProof::Message(message),
    })
}

fn bounded(field: &str, text: String) -> Result<String, Refused> {
    if text.trim().is_empty() {
        return Err(Refused::field(RefusalCode::FieldMissing, field, "give it a text"));
    }
    if text.len() <= CONSENT_TEXT_BYTES_MAX {
        return Ok(text);
    }
    let hint = "give the words that matter, and a reference to the rest";
    let refused = Refused::field(RefusalCode::FieldTooLong, field, hint);
    Err(refused.with_limit(u64::try_from(CONSENT_TEXT_BYTES_MAX).unwrap_or(u64::MAX)))
}

fn not_ahead(field: &str, at: Timestamp, now: Timestamp) -> Result<(), Refused> {
    if at <= now {
        return Ok(());
    }
    Err(Refused::field(RefusalCode::FieldInvalid, field, "it lies in the future"))
}
