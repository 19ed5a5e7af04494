//! What comes in by a route, and how it is filed: a person's own mail, mail to an organization
//! address (B7), what is forwarded or journaled to a secret address (A16), a dropbox (B8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contact::ContactKind;
use crate::email_address::EmailAddress;
use crate::field_value::FieldValue;
use crate::ids::UserId;

/// What a route is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Purpose {
    /// A mailbox's own address, or what is left of a domain.
    #[default]
    Mailbox,
    /// An address of the organization, such as `sales@`: who writes to it becomes a record (B7).
    Organization(OrganizationRules),
    /// A secret address that other servers forward or journal a mailbox's mail to (A16).
    Forwarding,
    /// A secret address that a user copies his own mail to (B8).
    Dropbox(DropboxRules),
}

impl Purpose {
    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Mailbox => "mailbox",
            Self::Organization(_) => "organization",
            Self::Forwarding => "forwarding",
            Self::Dropbox(_) => "dropbox",
        }
    }

    /// Whether whoever knows the address may bring mail in: it is made by us and can be changed.
    pub fn is_secret(&self) -> bool {
        matches!(self, Self::Forwarding | Self::Dropbox(_))
    }
}

/// How mail to an organization address is taken (B7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationRules {
    /// What an unknown sender becomes.
    pub module: ContactKind,
    /// Fields that the made record begins with, by name: of the module as it was when they were set.
    #[serde(default)]
    pub defaults: BTreeMap<String, FieldValue>,
    /// Who gets the made record.
    #[serde(default)]
    pub assignment: Assignment,
    /// Who may write to it.
    #[serde(default)]
    pub senders: AllowedSenders,
    /// What the receiving server must have said about the sender.
    pub verdict: RequiredVerdict,
}

/// Who gets a record that mail makes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignment {
    /// The owner of the mailbox that the route leads to.
    #[default]
    MailboxOwner,
    /// One user.
    User(UserId),
    /// One after the other.
    RoundRobin(Vec<UserId>),
    /// Who looks after the first known record that the mail names, else the mailbox's owner.
    OwnerOfKnownContact,
}

/// Who may write to an organization address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllowedSenders {
    /// Everybody.
    #[default]
    Everyone,
    /// Only who has a record already.
    KnownContacts,
    /// Only the tenant's own users.
    OwnUsers,
    /// Only these.
    Listed {
        /// Single addresses.
        addresses: Vec<EmailAddress>,
        /// Whole domains, in normal form.
        domains: Vec<String>,
    },
}

/// What the receiving server must have said before a mail is acted upon (B11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequiredVerdict {
    /// DMARC passes: the mail speaks for its author's domain (RFC 7489).
    DmarcPass,
    /// DMARC passes; or the domain says nothing about DMARC, and SPF or DKIM passes.
    Authenticated,
    /// None: the tenant's administrators trust what comes in by the address.
    Trusted,
}

/// How mail in a dropbox is filed (B8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DropboxRules {
    /// Which records the parties are looked for among.
    pub search: SearchPattern,
    /// What a party without record becomes; none where nothing is made.
    pub create: Option<ContactKind>,
    /// What the receiving server must have said about the sender.
    pub verdict: RequiredVerdict,
}

impl Default for DropboxRules {
    fn default() -> Self {
        Self { search: SearchPattern::Both, create: None, verdict: RequiredVerdict::DmarcPass }
    }
}

/// Which records a dropbox looks for (Z7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SearchPattern {
    /// Leads alone.
    Leads,
    /// Contacts alone.
    Contacts,
    /// Every record that has the address.
    #[default]
    Both,
}

impl SearchPattern {
    /// Whether records of this kind are looked for.
    pub fn finds(self, kind: ContactKind) -> bool {
        match self {
            Self::Leads => kind == ContactKind::Lead,
            Self::Contacts => kind == ContactKind::Contact,
            Self::Both => true,
        }
    }
}
