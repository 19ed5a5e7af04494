//! Keys of the index that mail and people are found by.

use std::fmt;

use domain::ids::{ContactId, MessageId, TenantId, UserId};
use domain::search_term::SearchScope;

use super::{ItemKeys, delivery_table, only};

/// What the index tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A mail.
    Message(MessageId),
    /// A lead, contact, account, or record of another module.
    Contact(ContactId),
    /// One of our own people.
    User(UserId),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(id) => id.fmt(f),
            Self::Contact(id) => id.fmt(f),
            Self::User(id) => id.fmt(f),
        }
    }
}

/// Whose item of table `crm` a primary key is; none for items that the index does not tell of.
pub fn subject_of(pk: &str, sk: &str) -> Option<(TenantId, Subject)> {
    let mut parts = pk.strip_prefix("TENANT#")?.split('#');
    let tenant = parts.next()?.parse().ok()?;
    let (kind, id) = (parts.next()?, parts.next()?);
    if kind != sk || parts.next().is_some() {
        return None;
    }
    let subject = match kind {
        "MESSAGE" => Subject::Message(id.parse().ok()?),
        "CONTACT" => Subject::Contact(id.parse().ok()?),
        "USER" => Subject::User(id.parse().ok()?),
        _ => return None,
    };
    Some((tenant, subject))
}

/// An entry: that `order` (its time, if it has one, and its id) is found by a term in a scope.
/// `term_hash` is the keyed hash of the term: no word and no address stands in a key.
pub fn index_entry(tenant: TenantId, scope: SearchScope, term_hash: &str, order: &str) -> ItemKeys {
    only(delivery_table(index_list(tenant, scope, term_hash), order))
}

/// Partition of the entries of a term in a scope.
pub fn index_list(tenant: TenantId, scope: SearchScope, term_hash: &str) -> String {
    format!("TENANT#{tenant}#INDEX#{scope}#{term_hash}")
}

/// What a subject is or was found by in a scope: where its entries are when it is gone.
pub fn index_manifest(tenant: TenantId, subject: &str, scope: &str) -> ItemKeys {
    only(delivery_table(index_manifests(tenant, subject), scope))
}

/// Partition of the manifests of a subject.
pub fn index_manifests(tenant: TenantId, subject: &str) -> String {
    format!("TENANT#{tenant}#INDEXED#{subject}")
}
