//! Leads, contacts, accounts and records of a tenant's own modules: one record, told apart by `kind`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::email_address::EmailAddress;
use crate::field_value::FieldValue;
use crate::ids::{ContactId, MessageId, UserId};
use crate::module_name::{ModuleName, NotAModuleName};
use crate::timestamp::Timestamp;

/// A person or organization of the CRM.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// Lead, contact, account, or a module of the tenant.
    pub kind: ContactKind,
    /// What people call it.
    pub name: String,
    /// Its addresses: the primary one first, then the secondary ones in the order they are tried. An
    /// address belongs to one record of a tenant.
    pub addresses: Vec<EmailAddress>,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// The account that a person belongs to.
    pub account: Option<ContactId>,
    /// Values of its module's fields, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, FieldValue>,
    /// How it came to be.
    pub source: ContactSource,
    /// What it was before it was converted, and when that was (J2).
    pub converted: Option<Conversion>,
    /// The records that were merged into it, those merged into them included: what hangs on one of
    /// them is read with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<ContactId>,
    /// How those came to be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged_sources: Vec<ContactSource>,
    /// The record it was merged into: it is then no record of its own, but another id of that one.
    pub merged_into: Option<ContactId>,
    /// The revisions it got by conversions and merges that can be undone, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undoable: Vec<u64>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

impl Contact {
    /// A new record, made at `at`, with nothing but its name.
    pub fn new(
        id: ContactId,
        kind: ContactKind,
        name: String,
        source: ContactSource,
        at: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            name,
            addresses: Vec::new(),
            owner: None,
            account: None,
            fields: BTreeMap::new(),
            source,
            converted: None,
            merged: Vec::new(),
            merged_sources: Vec::new(),
            merged_into: None,
            undoable: Vec::new(),
            created_at: at,
            updated_at: at,
            rev: 1,
        }
    }

    /// All ids under which something may hang on it: its own first.
    pub fn identities(&self) -> Vec<ContactId> {
        std::iter::once(self.id).chain(self.merged.iter().copied()).collect()
    }
}

/// That a record was of another kind before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversion {
    /// What it was.
    pub from: ContactKind,
    /// When it was converted.
    pub at: Timestamp,
}

/// Which kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContactKind {
    /// Not yet qualified.
    Lead,
    /// A person one works with.
    Contact,
    /// An organization.
    Account,
    /// A module that the tenant made.
    Custom(ModuleName),
}

impl ContactKind {
    /// The kinds that every tenant has.
    pub const STANDARD: &'static [Self] = &[Self::Lead, Self::Contact, Self::Account];

    /// Its name in keys and in the API.
    pub fn name(&self) -> &str {
        match self {
            Self::Lead => "lead",
            Self::Contact => "contact",
            Self::Account => "account",
            Self::Custom(name) => name.as_str(),
        }
    }
}

impl FromStr for ContactKind {
    type Err = NotAModuleName;

    fn from_str(text: &str) -> Result<Self, NotAModuleName> {
        match Self::STANDARD.iter().find(|kind| kind.name() == text) {
            Some(kind) => Ok(*kind),
            None => text.parse().map(Self::Custom),
        }
    }
}

impl fmt::Display for ContactKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for ContactKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for ContactKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
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
    /// In Resent-From or Resent-Sender: passed it on by hand (RFC 5322 section 3.6.6).
    ResentFrom,
    /// In Resent-To or Resent-Cc: got it passed on.
    ResentTo,
}
