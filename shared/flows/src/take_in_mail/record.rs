//! What a parsed mail becomes: its identity, the ids and addresses it names, and its record.

use std::collections::BTreeSet;

use domain::attachment::Attachment;
use domain::contact::PartyRole;
use domain::email_address::EmailAddress;
use domain::ids::{MessageId, TenantId};
use domain::intake::Intake;
use domain::limits;
use domain::message::Party;
use domain::timestamp::Timestamp;
use mail::parsed_mail::{self, ParsedMail};
use sha2::{Digest, Sha256};

use crate::cut;

/// What makes two raw mails the same message (B3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MailIdentity {
    /// Derived from tenant, Message-ID and content: the same mail gives the same id again.
    pub id: MessageId,
    /// When it was sent, for its place in timelines.
    pub at: Timestamp,
}

impl MailIdentity {
    /// The files belong to it, or a second mail with the same words and another file would be lost.
    pub(super) fn of(
        mail: &ParsedMail,
        files: &[Attachment],
        tenant: TenantId,
        intake: &Intake,
    ) -> Self {
        let mut hash = Sha256::new();
        hash.update(tenant.to_string());
        hash.update([0]);
        hash.update(mail.message_id.as_deref().unwrap_or_default());
        hash.update([0]);
        hash.update(mail::canonical::content_hash(mail));
        for file in files {
            hash.update(&file.sha256);
        }
        if mail.message_id.is_none() && mail.date.is_none() {
            // Nothing tells such a mail from the next one with the same words but where it lies.
            let raw = intake.raw.clone().unwrap_or_default();
            hash.update(raw.key);
            hash.update([0]);
            hash.update(raw.version.unwrap_or_default());
        }
        let bits = hash.finalize().iter().take(16).fold(0, |bits, o| (bits << 8) | u128::from(*o));
        // The time within the id comes from the mail alone, or two copies would differ.
        let written_at = mail.date.filter(|date| date.millis() >= 0).unwrap_or_default();
        let id = MessageId::from_parts(written_at, bits);
        Self { id, at: sent_at(mail, intake.announced_at) }
    }
}

/// The Date field is the sender's word: one that lies in our future is not believed.
fn sent_at(mail: &ParsedMail, received_at: Timestamp) -> Timestamp {
    let believed =
        |date: &Timestamp| date.millis() > 0 && *date <= received_at.plus(limits::DATE_AHEAD_MAX);
    mail.date.filter(believed).unwrap_or(received_at)
}

/// Everybody the mail names, by role, without repeats and within the bound.
pub(super) fn parties(mail: &ParsedMail) -> Vec<Party> {
    let fields: [(PartyRole, &[parsed_mail::Party]); 8] = [
        (PartyRole::From, &mail.from),
        (PartyRole::Sender, mail.sender.as_slice()),
        (PartyRole::ReplyTo, &mail.reply_to),
        (PartyRole::To, &mail.to),
        (PartyRole::Cc, &mail.cc),
        (PartyRole::Bcc, &mail.bcc),
        (PartyRole::ResentFrom, &mail.resent_from),
        (PartyRole::ResentTo, &mail.resent_to),
    ];
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for (role, named) in fields {
        for party in named {
            if all.len() == limits::PARTIES_MAX {
                return all;
            }
            let Some(address) = &party.address else { continue };
            if seen.insert((role, address.clone())) {
                let name = party
                    .name
                    .as_deref()
                    .map(|name| cut::to_octets(name, limits::NAME_BYTES_MAX).to_owned());
                all.push(Party { role, name, address: address.clone() });
            }
        }
    }
    all
}

/// The addresses that are looked up, the author's first to count.
pub(super) fn addresses(mail: &ParsedMail) -> BTreeSet<EmailAddress> {
    let mut all = BTreeSet::new();
    for party in parties(mail) {
        if all.len() == limits::ADDRESSES_LOOKED_UP_MAX {
            break;
        }
        all.insert(party.address);
    }
    all
}

/// The addresses of From, of which there is one but for rare mail (RFC 5322 section 3.6.2).
pub(super) fn authors(mail: &ParsedMail) -> Vec<EmailAddress> {
    let named = mail.from.iter().filter_map(|party| party.address.clone());
    named.take(limits::AUTHORS_MAX).collect()
}

/// The files in the order they stand, each package of Outlook followed by what is in it.
pub(super) fn files(mail: &ParsedMail) -> impl Iterator<Item = &parsed_mail::Attachment> {
    mail.attachments
        .iter()
        .flat_map(|file| std::iter::once(file).chain(&file.contents))
        .take(limits::ATTACHMENTS_MAX)
}

/// The files as the record keeps them.
pub(super) fn attachments(mail: &ParsedMail) -> Vec<Attachment> {
    let of = |attachment: &parsed_mail::Attachment| Attachment {
        name: attachment
            .name
            .as_deref()
            .map(|name| cut::to_octets(name, limits::NAME_BYTES_MAX).to_owned()),
        media_type: cut::to_octets(&attachment.media_type, limits::NAME_BYTES_MAX).to_owned(),
        size_bytes: u64::try_from(attachment.bytes.len()).unwrap_or(u64::MAX),
        sha256: attachment.sha256_hex(),
        inline: attachment.inline,
    };
    files(mail).map(of).collect()
}
