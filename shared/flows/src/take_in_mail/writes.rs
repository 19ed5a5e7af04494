//! The one transaction that files a mail, built from what is known.

use std::collections::BTreeSet;

use domain::attachment::Attachment;
use domain::delivery::Delivery;
use domain::ids::{ContactId, MessageId, TenantId, ThreadId};
use domain::intake::Outcome;
use domain::limits;
use domain::message::{Message, Party, RawMail};
use domain::thread::ThreadReason;
use domain::timestamp::Timestamp;
use mail::parsed_mail::ParsedMail;
use store::table::{TableFault, Write};
use store::{intake, messages};

use super::filing_rules::FilingRules;
use super::gates;
use super::known::Known;
use super::making::Making;
use super::record::{self, MailIdentity};
use super::thread_writes::PlaceInThread;
use super::threading::Threading;
use super::{Held, Mailboxes, association, thread_writes};
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

/// What was decided of a mail: its thread, and the records it makes.
pub(super) struct Decided<'a> {
    pub place: &'a PlaceInThread,
    pub making: &'a Making,
}

pub(super) fn plan(
    records: &Records,
    held: &Held,
    tenant: TenantId,
    mailboxes: &Mailboxes,
    read: &ReadMail<'_>,
    known: &Known,
    decided: &Decided<'_>,
) -> Result<Plan, TableFault> {
    let Decided { place, making } = *decided;
    let now = records.clock.now();
    let ReadMail { mail, files, identity, rules } = *read;
    let deliveries = new_deliveries(held, mailboxes, identity.id, known);
    let mut writes = Vec::new();
    let outcome = if let Some(stands) = &known.message {
        writes.extend(messages::deliver(tenant, stands, &deliveries)?);
        Outcome::Duplicate { message: identity.id }
    } else {
        let new = NewMessage {
            records,
            held,
            tenant,
            mail,
            files,
            identity,
            rules,
            known,
            place,
            making,
            now,
        };
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
pub(super) struct NewMessage<'a> {
    pub records: &'a Records,
    pub held: &'a Held,
    pub tenant: TenantId,
    pub mail: &'a ParsedMail,
    pub files: &'a [Attachment],
    pub identity: MailIdentity,
    pub rules: &'a FilingRules,
    pub known: &'a Known,
    pub place: &'a PlaceInThread,
    pub making: &'a Making,
    pub now: Timestamp,
}

impl NewMessage<'_> {
    fn write_all(
        &self,
        deliveries: &[Delivery],
        writes: &mut Vec<Write>,
    ) -> Result<ThreadId, TableFault> {
        let parties = record::parties(self.mail);
        let Threading { thread, reason, .. } = self.place.threading;
        thread_writes::write(self, writes)?;
        let links = association::link(self, &parties, writes)?;
        let message = self.message(parties, thread, reason, links);
        writes.extend(messages::create(self.tenant, &message, deliveries)?);
        Ok(thread)
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
            direction: association::direction(self.mail, self.rules, self.known),
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
            suggested_contact: self.suggested(),
            verdicts: gates::verdicts(self.held.intake.verdicts.clone(), self.mail),
            flaws: self.flaws(),
            raw: self.raw(),
            wrapped: self.rules.wrapped.clone(),
        }
    }

    /// Who its author may be, by an address that differs in dots alone.
    fn suggested(&self) -> Option<ContactId> {
        let authors = self.mail.from.iter().filter_map(|party| party.address.as_ref());
        authors.take(1).find_map(|author| self.known.alike_contacts.get(author)).copied()
    }

    /// A receipt of SES does not tell the size; the mail itself does.
    fn raw(&self) -> RawMail {
        let size_bytes = u64::try_from(self.mail.size).unwrap_or(u64::MAX);
        RawMail { size_bytes, ..self.held.intake.raw.clone().unwrap_or_default() }
    }

    fn flaws(&self) -> Vec<String> {
        let mut flaws: BTreeSet<String> =
            self.mail.flaws.iter().map(|flaw| flaw.code().to_owned()).collect();
        flaws.extend(self.rules.flaws.iter().map(|code| (*code).to_owned()));
        let own = self.place.clues.own.as_ref().and_then(|id| self.known.claims.get(id));
        if own.is_some_and(|claim| claim.message.is_some()) {
            flaws.insert("forged_message_id".to_owned());
        }
        flaws.into_iter().collect()
    }
}
