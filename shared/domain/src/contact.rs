//! Leads, contacts and accounts: one kind of record, told apart by `kind`.

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::ids::{ContactId, MessageId, UserId};
use crate::timestamp::Timestamp;

/// A person or organization of the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Lead, contact or account.
    pub kind: ContactKind,
    /// What people call it.
    pub name: String,
    /// Its addresses, the primary one first. An address belongs to one record of a tenant.
    pub addresses: Vec<EmailAddress>,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// How it came to be.
    pub source: ContactSource,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// Which kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactKind {
    /// Not yet qualified.
    Lead,
    /// A person one works with.
    Contact,
    /// An organization.
    Account,
}

impl ContactKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Lead, Self::Contact, Self::Account];

    /// Its name in keys and in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Contact => "contact",
            Self::Account => "account",
        }
    }
}

/// How a record came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactSource {
    /// By mail of an unknown sender.
    Mail(MessageId),
    /// By a caller of the API.
    Api,
}

/// That a mail concerns a record: one line of the record's timeline (B16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailLink {
    /// The record.
    pub contact: ContactId,
    /// The mail.
    pub message: MessageId,
    /// When it was sent: the order of the timeline.
    pub at: Timestamp,
    /// What the record's addresses are in it, without repeats.
    pub roles: Vec<PartyRole>,
}

/// What an address is in a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyRole {
    /// In From.
    From,
    /// In Sender.
    Sender,
    /// In Reply-To.
    ReplyTo,
    /// In To.
    To,
    /// In Cc.
    Cc,
    /// In Bcc.
    Bcc,
}
