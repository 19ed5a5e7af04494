//! Somebody whom a mail names becomes a record, with one request (J8): his fields are filled from the
//! mail, the mail is put on his timeline, and with it the mail of the same conversation that names
//! him. Where the address has a record, that one is offered for an update.

use std::collections::BTreeMap;

use domain::contact::{Contact, ContactKind, ContactSource, MailLink};
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MessageId, RequestId, TenantId};
use domain::limits::{CONTACT_LINKS_MAX, CONTENTION_RETRIES_MAX, EARLIER_MAIL_MAX, PAGE_ITEMS_MAX};
use domain::message::{Message, Party};
use domain::module::Module;
use domain::permission::{Allowed, ReadMail, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::messages::DeliveredMessage;
use store::table::Table;
use store::{contacts, messages};

use crate::contact_rules::{self, GivenFields, address_taken, check_references, within_bound};
use crate::cut;
use crate::error::{Failure, FlowError};
use crate::origin::Origin;
use crate::party_fields::{self, PartyFields};
use crate::ports::{MailArchive, Records};
use crate::show_message;
use crate::text_rules;
use crate::transaction::{Doer, Transaction};

/// Who becomes a record, and as what.
#[derive(Clone, Debug)]
pub struct PartyToAdd {
    /// The module of a new record.
    pub kind: ContactKind,
    /// One of the addresses that the mail names; the author's where it is missing.
    pub email: Option<String>,
    /// What he is called, instead of what the mail says.
    pub name: Option<String>,
    /// Values of fields, instead of what the mail says.
    pub fields: GivenFields,
    /// Whether a record that has the address is changed.
    pub update: bool,
}

/// The record, and whether it was made.
#[derive(Clone, Debug, PartialEq)]
pub struct PartyAdded {
    /// The record.
    pub contact: Contact,
    /// Whether it is new.
    pub made: bool,
    /// How many mails were put on its timeline.
    pub linked: u64,
}

/// Makes a record of a party of a mail that the caller may see, or updates the one there is.
///
/// # Errors
/// `not_found`; `contact_exists` with the record's id and what differs, unless `update` is wished for;
/// what is wrong with a given value.
pub async fn add_party(
    records: &Records,
    archive: &dyn MailArchive,
    (mail_allowed, allowed): (&Allowed<ReadMail>, &Allowed<WriteContacts>),
    request: RequestId,
    origin: Origin,
    message: MessageId,
    wanted: &PartyToAdd,
) -> Result<PartyAdded, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let mail = show_message::visible(records, mail_allowed, message).await?.message;
    let party = party_of(&mail, wanted.email.as_deref())?;
    let found = party_fields::read(archive, &mail, &party).await?;
    for _ in 0..CONTENTION_RETRIES_MAX {
        let holder = contacts::holder(table, tenant, &records.hasher, &party.address).await?;
        let existing = match holder {
            Some(holder) => contacts::get(table, tenant, holder).await?,
            None => None,
        };
        let module = match &existing {
            Some(existing) => contact_rules::module_of(table, tenant, existing.kind).await?,
            None => contact_rules::module_of(table, tenant, wanted.kind).await?,
        };
        let filled = Filled { module: &module, found: &found, wanted, party: &party };
        let mut transaction = Transaction::default();
        let (contact, made) = match existing {
            Some(before) if before.created_at == origin.at && made_by(&before, origin) => {
                (before, true)
            }
            Some(before) => {
                let after = filled.updated(&before, records)?;
                if !wanted.update {
                    return Err(exists(&before, &after).into());
                }
                check_references(table, tenant, &module, Some(&before), &after).await?;
                if after != before {
                    let write = contacts::replace(tenant, &after, before.rev)?;
                    transaction.add(within_bound(write)?);
                }
                (after, false)
            }
            None => {
                let contact = filled.new_contact(message, origin)?;
                check_references(table, tenant, &module, None, &contact).await?;
                for write in contacts::create(tenant, &records.hasher, &contact)? {
                    transaction.add_or(within_bound(write)?, address_taken());
                }
                (contact, true)
            }
        };
        let linked = link(table, tenant, &mut transaction, &contact, &mail, &party).await?;
        let action = if made { "contact.created" } else { "contact.changed" };
        let doer = Doer::new(allowed, request, records.clock.now());
        transaction.note(doer, action, contact.id)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(PartyAdded { contact, made, linked });
        }
        // Somebody else made the record or changed something meanwhile: look again.
    }
    Err(Failure::Contention.into())
}

fn made_by(contact: &Contact, origin: Origin) -> bool {
    contact.id == ContactId::from_parts(origin.at, origin.bits)
}

fn party_of(mail: &Message, email: Option<&str>) -> Result<Party, Refused> {
    let Some(text) = email else {
        let hint = "the mail names no author: choose one of its addresses";
        return mail
            .parties
            .first()
            .cloned()
            .ok_or_else(|| Refused::field(RefusalCode::FieldMissing, "email", hint));
    };
    let address = text_rules::address("email", text)?;
    mail.parties.iter().find(|party| party.address == address).cloned().ok_or_else(|| {
        Refused::field(RefusalCode::FieldInvalid, "email", "the mail does not name this address")
    })
}

/// A record as the mail and the caller say it should be.
struct Filled<'a> {
    module: &'a Module,
    found: &'a PartyFields,
    wanted: &'a PartyToAdd,
    party: &'a Party,
}

impl Filled<'_> {
    /// What the caller gave, and of what the mail says that which the module takes.
    fn given(&self) -> GivenFields {
        let mut given = GivenFields::new();
        for (name, value) in &self.found.values {
            let taken = self.module.field(name).is_some_and(|f| f.read(name, value).is_ok());
            if taken {
                given.insert((*name).to_owned(), Some(value.clone()));
            }
        }
        given.extend(self.wanted.fields.clone());
        given
    }

    fn name(&self) -> Result<Option<String>, Refused> {
        if let Some(name) = &self.wanted.name {
            return text_rules::name("name", name).map(Some);
        }
        let limit = domain::limits::NAME_BYTES_MAX;
        let found = self.found.name.as_deref().map(|name| cut::to_octets(name, limit));
        Ok(found.and_then(|name| text_rules::name("name", name).ok()))
    }

    fn new_contact(&self, message: MessageId, origin: Origin) -> Result<Contact, Refused> {
        let id = ContactId::from_parts(origin.at, origin.bits);
        let local_part = || self.party.address.local_part().to_owned();
        let name = self.name()?.unwrap_or_else(local_part);
        let source = ContactSource::Mail(message);
        Ok(Contact {
            addresses: vec![self.party.address.clone()],
            fields: self.module.first_values(&self.given())?,
            ..Contact::new(id, self.wanted.kind, name, source, origin.at)
        })
    }

    /// The record that has the address, with what the mail says. Its name changes where the caller
    /// says so, or where it is no more than the address.
    fn updated(&self, before: &Contact, records: &Records) -> Result<Contact, Refused> {
        let mut after = before.clone();
        after.fields = self.module.change_values(&before.fields, &self.given())?;
        let unnamed = before.name == self.party.address.local_part();
        if let Some(name) = self.name()?.filter(|_| unnamed || self.wanted.name.is_some()) {
            after.name = name;
        }
        if after != *before {
            after.rev = before.rev.saturating_add(1);
            after.updated_at = records.clock.now();
        }
        Ok(after)
    }
}

fn exists(before: &Contact, after: &Contact) -> Refused {
    let mut differs = Vec::new();
    if before.name != after.name {
        differs.push("name".to_owned());
    }
    let changed =
        after.fields.iter().filter(|(name, value)| before.fields.get(*name) != Some(value));
    differs.extend(changed.map(|(name, _)| format!("fields.{name}")));
    let hint = "send the same with `update: true` to change the record that has the address";
    Refused::field(RefusalCode::ContactExists, "email", hint).about(before.id, differs)
}

/// Puts the mail on the record's timeline, and the newest mails of its conversation that name the
/// address, each once. How many.
async fn link(
    table: &dyn Table,
    tenant: TenantId,
    transaction: &mut Transaction,
    contact: &Contact,
    mail: &Message,
    party: &Party,
) -> Result<u64, FlowError> {
    let page = messages::of_threads(table, tenant, &[mail.thread], PAGE_ITEMS_MAX, None).await?;
    let mut all: BTreeMap<MessageId, Message> = BTreeMap::from([(mail.id, mail.clone())]);
    for DeliveredMessage { message: other, .. } in page.0.into_iter().rev() {
        let names = other.parties.iter().any(|one| one.address == party.address);
        if names && all.len() < EARLIER_MAIL_MAX {
            all.entry(other.id).or_insert(other);
        }
    }
    let identities = contact.identities();
    let mut linked = 0;
    for message in all.values() {
        let on = message.contacts.iter().any(|id| identities.contains(id));
        if on || message.contacts.len() >= CONTACT_LINKS_MAX {
            continue;
        }
        let line = line_of(contact.id, message, &party.address);
        transaction.add(contacts::link_mail(tenant, &line)?);
        let mut after = message.contacts.clone();
        after.push(contact.id);
        transaction.add(messages::concern(tenant, message, &after));
        linked += 1;
    }
    Ok(linked)
}

fn line_of(contact: ContactId, message: &Message, address: &EmailAddress) -> MailLink {
    let named = message.parties.iter().filter(|party| party.address == *address);
    let mut roles: Vec<_> = named.map(|party| party.role).collect();
    roles.sort_unstable();
    roles.dedup();
    MailLink { contact, message: message.id, at: message.at, roles }
}
