//! How mail is shown, in timelines, threads and by itself.

use std::collections::BTreeMap;

use domain::contact::PartyRole;
use domain::delivery::Arrival;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MailboxId, MessageId, ThreadId, UserId};
use domain::message::{Direction, Message, Party};
use domain::thread::ThreadReason;
use domain::timestamp::Timestamp;
use flows::visible_mail::VisibleMessage;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schemas;

/// A mail as lists show it.
#[derive(Serialize, ToSchema)]
pub struct MailView {
    /// Its id.
    #[schema(schema_with = schemas::message_id)]
    pub id: MessageId,
    /// The conversation it belongs to.
    #[schema(schema_with = schemas::thread_id)]
    pub thread: ThreadId,
    /// Why it belongs there.
    #[schema(schema_with = schemas::thread_reason)]
    pub thread_reason: ThreadReason,
    /// When it was sent.
    #[schema(schema_with = schemas::moment)]
    pub at: Timestamp,
    /// When the first copy came in.
    #[schema(schema_with = schemas::moment)]
    pub received_at: Timestamp,
    /// Received or sent, seen from the tenant.
    #[schema(schema_with = schemas::direction)]
    pub direction: Direction,
    /// What sort of mail it is: `ordinary`, `auto_reply` and so on.
    pub kind: String,
    /// Why it was so judged.
    pub kind_reason: String,
    /// The subject, decoded.
    pub subject: String,
    /// The beginning of what its writer wrote anew.
    pub preview: String,
    /// Everybody it names.
    pub parties: Vec<PartyView>,
    /// The files it brought.
    pub attachments: Vec<AttachmentView>,
    /// The contacts it concerns.
    #[schema(value_type = Vec<String>)]
    pub contacts: Vec<ContactId>,
    /// The contact whose address is the author's but for dots, which Gmail does not read: maybe the same
    /// person. `POST /v1/messages/{id}/suggested_contact` says so.
    #[schema(value_type = Option<String>, required)]
    pub suggested_contact: Option<ContactId>,
    /// Where it arrived, of the mailboxes that the caller may see.
    pub deliveries: Vec<DeliveryView>,
    /// Verdicts of the receiving server: spf, dkim, dmarc, spam, virus.
    pub verdicts: BTreeMap<String, String>,
    /// What was wrong with it, by code.
    pub flaws: Vec<String>,
    /// Language of the new text (ISO 639-1), where it could be told.
    #[schema(required)]
    pub language: Option<String>,
    /// Size of the raw mail in octets.
    pub size_bytes: u64,
}

impl From<VisibleMessage> for MailView {
    fn from(VisibleMessage { message, deliveries }: VisibleMessage) -> Self {
        let Message { attachments, parties, .. } = message;
        let numbered = (1..).zip(attachments);
        Self {
            id: message.id,
            thread: message.thread,
            thread_reason: message.thread_reason,
            at: message.at,
            received_at: message.received_at,
            direction: message.direction,
            kind: message.mail_kind,
            kind_reason: message.mail_kind_reason,
            subject: message.subject,
            preview: message.preview,
            parties: parties.into_iter().map(PartyView::from).collect(),
            attachments: numbered
                .map(|(number, attachment)| AttachmentView {
                    number,
                    name: attachment.name,
                    media_type: attachment.media_type,
                    size_bytes: attachment.size_bytes,
                    sha256: attachment.sha256,
                    inline: attachment.inline,
                })
                .collect(),
            contacts: message.contacts,
            suggested_contact: message.suggested_contact,
            deliveries: deliveries.into_iter().map(DeliveryView::from).collect(),
            verdicts: message.verdicts,
            flaws: message.flaws,
            language: message.language,
            size_bytes: message.raw.size_bytes,
        }
    }
}

/// Somebody a mail names.
#[derive(Serialize, ToSchema)]
pub struct PartyView {
    /// In which field.
    #[schema(schema_with = schemas::party_role)]
    pub role: PartyRole,
    /// The display name.
    #[schema(required)]
    pub name: Option<String>,
    /// The address.
    #[schema(value_type = String)]
    pub address: EmailAddress,
}

impl From<Party> for PartyView {
    fn from(party: Party) -> Self {
        Self { role: party.role, name: party.name, address: party.address }
    }
}

/// A file that came with a mail.
#[derive(Serialize, ToSchema)]
pub struct AttachmentView {
    /// Its number in the mail, from 1: `/v1/messages/{id}/attachments/{n}` gives its URL.
    pub number: u32,
    /// The name it came with, as the sender wrote it: escape it wherever it is shown.
    #[schema(required)]
    pub name: Option<String>,
    /// Its media type, as the sender wrote it.
    pub media_type: String,
    /// Its size in octets.
    pub size_bytes: u64,
    /// SHA-256 of its octets, in hexadecimal.
    pub sha256: String,
    /// Whether the mail's text shows it in place.
    pub inline: bool,
}

/// The arrival of a mail in a mailbox.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    /// Where.
    #[schema(schema_with = schemas::mailbox_id)]
    pub mailbox: MailboxId,
    /// Whose mailbox it is.
    #[schema(schema_with = schemas::user_id)]
    pub owner: UserId,
    /// When.
    #[schema(schema_with = schemas::moment)]
    pub received_at: Timestamp,
}

impl From<Arrival> for DeliveryView {
    fn from(Arrival { mailbox, owner, received_at }: Arrival) -> Self {
        Self { mailbox, owner, received_at }
    }
}
