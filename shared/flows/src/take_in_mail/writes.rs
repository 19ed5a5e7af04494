//! The one transaction that files a mail, built from what is known.

use std::collections::{BTreeMap, BTreeSet};

use domain::attachment::Attachment;
use domain::contact::{Contact, ContactSource, MailLink, PartyRole};
use domain::delivery::Delivery;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MessageId, TenantId, ThreadId};
use domain::intake::Outcome;
use domain::limits;
use domain::message::{Direction, Message, Party, RawMail};
use domain::tenant::AutoCreate;
use domain::thread::{HeaderClaim, Thread, ThreadReason};
use domain::timestamp::Timestamp;
use mail::kind::MailKind;
use mail::parsed_mail::ParsedMail;
use store::table::{TableFault, Write};
use store::{contacts, intake, messages, threads};

use super::filing_rules::{FilingRules, Makes};
use super::gates;
use super::known::Known;
use super::record::{self, MailIdentity};
use super::{Held, Mailboxes};
use crate::calendar_mails;
use crate::cut;
use crate::ports::Records;

/// A mail as it was read.
#[derive(Clone, Copy)]
pub(super) struct ReadMail<'a> {
    pub mail: &'a ParsedMail,
    pub files: &'a [Attachment],
    pub identity: MailIdentity,
    /// What the way it came in says about its filing.
    pub rules: &'a FilingRules,
}

/// The writes, the intake's last, and what they amount to.
pub(super) struct Plan {
    pub writes: Vec<Write>,
    pub outcome: Outcome,
}

impl Plan {
    /// The writes, with those that the way in adds before the intake's.
    pub(super) fn with(self, rules: &FilingRules) -> Vec<Write> {
        let mut writes = self.writes;
        let finish = writes.pop();
        writes.extend(rules.with.iter().cloned());
        writes.extend(finish);
        writes
    }
}

pub(super) fn plan(
    records: &Records,
    held: &Held,
    tenant: TenantId,
    mailboxes: &Mailboxes,
    read: &ReadMail<'_>,
    known: &Known,
) -> Result<Plan, TableFault> {
    let now = records.clock.now();
    let ReadMail { mail, files, identity, rules } = *read;
    let deliveries = new_deliveries(held, mailboxes, identity.id, known);
    let mut writes = Vec::new();
    let outcome = if let Some(stands) = &known.message {
        writes.extend(messages::deliver(tenant, stands, &deliveries)?);
        Outcome::Duplicate { message: identity.id }
    } else {
        let new = NewMessage { records, held, tenant, mail, files, identity, rules, known, now };
        let thread = new.write_all(&deliveries, &mut writes)?;
        Outcome::Filed { message: identity.id, thread }
    };
    let filed = calendar_mails::Filed {
        tenant,
        message: identity.id,
        received_at: held.intake.announced_at,
        verdicts: &gates::verdicts(held.intake.verdicts.clone(), mail),
        mail,
    };
    let owners = deliveries.iter().map(|delivery| delivery.owner);
    let taken = writes.len() + rules.with.len() + 1;
    let room = limits::TRANSACTION_WRITES_MAX.saturating_sub(taken);
    writes.extend(calendar_mails::writes(records, filed, owners, room)?);
    writes.push(intake::finish(&held.intake, &held.lease, tenant, outcome.clone(), now)?);
    Ok(Plan { writes, outcome })
}

/// The deliveries that no mail made before.
fn new_deliveries(
    held: &Held,
    mailboxes: &Mailboxes,
    message: MessageId,
    known: &Known,
) -> Vec<Delivery> {
    let targets = mailboxes.iter().take(limits::DELIVERIES_MAX);
    let new = targets.filter(|target| !known.delivered.contains(&target.mailbox));
    new.map(|target| Delivery {
        message,
        mailbox: target.mailbox,
        owner: target.owner,
        received_at: held.intake.announced_at,
        intake: Some(held.intake.id),
    })
    .collect()
}

/// Everything that the writes of a new message are made of.
struct NewMessage<'a> {
    records: &'a Records,
    held: &'a Held,
    tenant: TenantId,
    mail: &'a ParsedMail,
    files: &'a [Attachment],
    identity: MailIdentity,
    rules: &'a FilingRules,
    known: &'a Known,
    now: Timestamp,
}

impl NewMessage<'_> {
    fn write_all(
        &self,
        deliveries: &[Delivery],
        writes: &mut Vec<Write>,
    ) -> Result<ThreadId, TableFault> {
        let parties = record::parties(self.mail);
        let (thread, reason) = self.thread();
        if reason == ThreadReason::Opened {
            let subject = cut::to_octets(&self.mail.clues.subject_base, limits::SUBJECT_BYTES_MAX);
            let opened =
                Thread { id: thread, subject: subject.to_owned(), opened_at: self.identity.at };
            writes.push(threads::create(self.tenant, &opened)?);
        }
        self.claim_header_ids(thread, writes)?;
        let links = self.link_contacts(&parties, writes)?;
        let message = self.message(parties, thread, reason, links);
        writes.extend(messages::create(self.tenant, &message, deliveries)?);
        Ok(thread)
    }

    /// The thread (B4): of who awaits the mail, of what it answers, of what it refers to, the newest
    /// first; else a new one, whose id the mail itself gives, so that a repeated try opens no second.
    fn thread(&self) -> (ThreadId, ThreadReason) {
        let claims = &self.known.claims;
        let claim_of = |id: &String| claims.get(id).map(|claim| claim.thread);
        let own = self.mail.message_id.as_ref().and_then(|id| claims.get(id));
        if let Some(awaited) = own.filter(|claim| claim.message.is_none()) {
            return (awaited.thread, ThreadReason::Awaited);
        }
        if let Some(thread) = self.mail.clues.in_reply_to.iter().find_map(claim_of) {
            return (thread, ThreadReason::InReplyTo);
        }
        if let Some(thread) = self.mail.clues.references.iter().rev().find_map(claim_of) {
            return (thread, ThreadReason::References);
        }
        if let Some(same) = own {
            return (same.thread, ThreadReason::SameHeaderId);
        }
        (ThreadId::from_bits(self.identity.id.bits()), ThreadReason::Opened)
    }

    fn claim_header_ids(
        &self,
        thread: ThreadId,
        writes: &mut Vec<Write>,
    ) -> Result<(), TableFault> {
        let hasher = &self.records.hasher;
        for id in record::header_ids(self.mail) {
            let own = self.mail.message_id.as_ref() == Some(&id);
            let message = own.then_some(self.identity.id);
            match self.known.claims.get(&id) {
                None => {
                    let claim = HeaderClaim { thread, message };
                    writes.push(threads::claim(self.tenant, hasher, &id, &claim)?);
                }
                Some(HeaderClaim { message: None, .. }) if own => {
                    writes.push(threads::arrive(self.tenant, hasher, &id, self.identity.id));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// Puts the mail on the timeline of every record it names; an unknown author gets a record.
    fn link_contacts(
        &self,
        parties: &[Party],
        writes: &mut Vec<Write>,
    ) -> Result<Vec<ContactId>, TableFault> {
        let mut roles: BTreeMap<ContactId, BTreeSet<PartyRole>> = BTreeMap::new();
        for party in parties {
            let contact = self.known.contacts.get(&party.address);
            if let Some(contact) = contact.filter(|id| !self.rules.not_linked.contains(id)) {
                roles.entry(*contact).or_default().insert(party.role);
            }
        }
        for party in self.unknown_parties(parties) {
            let contact = self.new_contact(party);
            writes.extend(contacts::create(self.tenant, &self.records.hasher, &contact)?);
            let own_roles = parties.iter().filter(|other| other.address == party.address);
            roles.insert(contact.id, own_roles.map(|party| party.role).collect());
        }
        let linked: Vec<_> = roles.into_iter().take(limits::CONTACT_LINKS_MAX).collect();
        for (contact, roles) in &linked {
            let link = MailLink {
                contact: *contact,
                message: self.identity.id,
                at: self.identity.at,
                roles: roles.iter().copied().collect(),
            };
            writes.push(contacts::link_mail(self.tenant, &link)?);
        }
        Ok(linked.into_iter().map(|(contact, _)| contact).collect())
    }

    fn direction(&self) -> Direction {
        self.rules.direction.unwrap_or_else(|| {
            let own = |party: &mail::parsed_mail::Party| {
                party.address.as_ref().is_some_and(|address| self.known.own.contains(address))
            };
            if self.mail.from.iter().any(own) { Direction::Sent } else { Direction::Received }
        })
    }

    /// Those who get a record: by the way the mail came in, else the author of received mail that a
    /// person wrote to us (B9, B10).
    fn unknown_parties<'p>(&self, parties: &'p [Party]) -> Vec<&'p Party> {
        let by_a_person = matches!(self.mail.kind, MailKind::Ordinary | MailKind::Calendar);
        let wanted = match self.rules.makes {
            _ if !by_a_person => None,
            Makes::Nobody => None,
            Makes::Author => Some(&[PartyRole::From][..]),
            Makes::Recipients => Some(&[PartyRole::To, PartyRole::Cc, PartyRole::Bcc][..]),
            Makes::AsSettings => {
                let settings = self.known.tenant.as_ref().map(|tenant| &tenant.settings);
                let received = self.direction() == Direction::Received;
                settings
                    .filter(|settings| received && settings.auto_create == AutoCreate::Received)
                    .map(|_| &[PartyRole::From][..])
            }
        };
        let mut seen = BTreeSet::new();
        let mut unknown: Vec<&Party> = parties
            .iter()
            .filter(|party| wanted.is_some_and(|roles| roles.contains(&party.role)))
            .filter(|party| !self.known.contacts.contains_key(&party.address))
            .filter(|party| !self.known.own.contains(&party.address))
            .filter(|party| seen.insert(&party.address))
            .collect();
        unknown.truncate(match self.rules.makes {
            Makes::Recipients => limits::RECORDS_MADE_MAX,
            Makes::Nobody | Makes::Author | Makes::AsSettings => 1,
        });
        unknown
    }

    fn new_contact(&self, author: &Party) -> Contact {
        let id = ContactId::from_parts(self.now, self.records.fresh_bits());
        let name = author.name.clone().unwrap_or_else(|| author.address.local_part().to_owned());
        let source = ContactSource::Mail(self.identity.id);
        Contact {
            addresses: vec![EmailAddress::clone(&author.address)],
            owner: self.rules.made.owner,
            fields: self.rules.made.fields.clone(),
            ..Contact::new(id, self.rules.made.kind, name, source, self.now)
        }
    }

    fn message(
        &self,
        parties: Vec<Party>,
        thread: ThreadId,
        thread_reason: ThreadReason,
        contacts: Vec<ContactId>,
    ) -> Message {
        let Self { mail, held, identity, .. } = self;
        let subject = mail.subject.as_deref().unwrap_or_default();
        Message {
            id: identity.id,
            header_id: mail
                .message_id
                .as_deref()
                .map(|id| cut::to_octets(id, limits::HEADER_ID_BYTES_MAX).to_owned()),
            at: identity.at,
            received_at: held.intake.announced_at,
            direction: self.direction(),
            mail_kind: mail.kind.code().to_owned(),
            mail_kind_reason: mail.kind_reason.to_string(),
            subject: cut::to_octets(subject, limits::SUBJECT_BYTES_MAX).to_owned(),
            parties,
            preview: cut::to_octets(&mail.body.new_text, limits::PREVIEW_BYTES_MAX).to_owned(),
            language: mail.language.map(|language| language.code().to_owned()),
            attachments: self.files.to_vec(),
            thread,
            thread_reason,
            contacts,
            verdicts: gates::verdicts(self.held.intake.verdicts.clone(), self.mail),
            flaws: self.flaws(),
            raw: self.raw(),
            wrapped: self.rules.wrapped.clone(),
        }
    }

    /// A receipt of SES does not tell the size; the mail itself does.
    fn raw(&self) -> RawMail {
        let size_bytes = u64::try_from(self.mail.size).unwrap_or(u64::MAX);
        RawMail { size_bytes, ..self.held.intake.raw.clone().unwrap_or_default() }
    }

    fn flaws(&self) -> Vec<String> {
        let mut flaws: BTreeSet<String> =
            self.mail.flaws.iter().map(|flaw| flaw.code().to_owned()).collect();
        let own = self.mail.message_id.as_ref().and_then(|id| self.known.claims.get(id));
        if own.is_some_and(|claim| claim.message.is_some()) {
            flaws.insert("forged_message_id".to_owned());
        }
        flaws.into_iter().collect()
    }
}
