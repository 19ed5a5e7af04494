//! Which blocks a call that unblocks is about: those of the ids, and those of the addresses of the
//! contacts it names.

use std::collections::BTreeSet;

use domain::contact::Contact;
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{ContactId, TenantId};
use domain::limits::{UNBLOCK_ADDRESSES_MAX, UNBLOCK_RECORDS_MAX};
use domain::refusal::{RefusalCode, Refused};
use domain::suppression::SuppressionScope;
use domain::suppression_id::SuppressionId;
use store::blocks;
use store::table::{Table, TableFault};

use crate::error::FlowError;

/// Which addresses of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// The first.
    Primary,
    /// All but the first.
    Secondary,
    /// All.
    Both,
}

impl Addresses {
    /// Those of a contact that are meant.
    fn of(self, contact: &Contact) -> &[EmailAddress] {
        let all = contact.addresses.as_slice();
        match self {
            Self::Primary => all.get(..1).unwrap_or_default(),
            Self::Secondary => all.get(1..).unwrap_or_default(),
            Self::Both => all,
        }
    }
}

/// What a call names.
#[derive(Clone, Debug)]
pub struct Named {
    /// Blocks.
    pub ids: Vec<SuppressionId>,
    /// Contacts.
    pub contacts: Vec<ContactId>,
    /// Which of the contacts' addresses.
    pub addresses: Addresses,
}

/// One thing the call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A block that was named, whether it is there or not.
    Block(SuppressionId),
    /// An address of a contact that was named, with the blocks it may have.
    Address {
        /// The contact.
        contact: ContactId,
        /// The address.
        address: EmailAddress,
        /// Its blocks of the widest scopes, where it has them.
        may_have: Vec<SuppressionId>,
    },
    /// A contact that is not there.
    NoContact(ContactId),
}

/// The scopes in which an address is blocked for all mail of the tenant.
pub const SCOPES: [SuppressionScope; 3] =
    [SuppressionScope::Global, SuppressionScope::Tenant, SuppressionScope::Bounces];

/// The ids of the blocks an address may have.
pub fn ids_of(hasher: &KeyedHasher, address: &EmailAddress) -> Vec<SuppressionId> {
    let hash = hasher.address(address);
    SCOPES.iter().map(|scope| SuppressionId::of_address(*scope, hash.clone())).collect()
}

/// Checks how much is named.
///
/// # Errors
/// `field_missing` for nothing, `field_too_long` for more than 500 records.
pub fn check(named: &Named) -> Result<(), Refused> {
    let count = named.ids.len().saturating_add(named.contacts.len());
    let field = if named.contacts.len() > named.ids.len() { "contacts" } else { "ids" };
    match count {
        0 => Err(Refused::field(RefusalCode::FieldMissing, "ids", "name blocks or contacts")),
        count if count > UNBLOCK_RECORDS_MAX => Err(too_many(field, UNBLOCK_RECORDS_MAX)),
        _ => Ok(()),
    }
}

fn too_many(field: &str, limit: usize) -> Refused {
    let hint = "send them in several calls";
    let refused = Refused::field(RefusalCode::FieldTooLong, field, hint);
    refused.with_limit(u64::try_from(limit).unwrap_or(u64::MAX))
}

/// What the call is about, each once, in the order of the call: one batch read for each hundred
/// contacts.
///
/// # Errors
/// `field_too_long` where the contacts have too many addresses; faults of the table.
pub async fn targets(
    table: &dyn Table,
    hasher: &KeyedHasher,
    tenant: TenantId,
    named: Named,
) -> Result<Vec<Target>, FlowError> {
    let wanted: BTreeSet<ContactId> = named.contacts.iter().copied().collect();
    let found = read(table, tenant, &wanted).await?;
    let mut targets: Vec<Target> = Vec::new();
    let mut seen = BTreeSet::new();
    for id in named.ids {
        if seen.insert(id.clone()) {
            targets.push(Target::Block(id));
        }
    }
    let mut contacts_seen = BTreeSet::new();
    for contact in named.contacts.into_iter().filter(|contact| contacts_seen.insert(*contact)) {
        let Some(record) = found.get(&contact) else {
            targets.push(Target::NoContact(contact));
            continue;
        };
        for address in named.addresses.of(record) {
            let may_have = ids_of(hasher, address);
            targets.push(Target::Address { contact, address: address.clone(), may_have });
        }
    }
    if targets.len() > UNBLOCK_ADDRESSES_MAX {
        return Err(too_many("contacts", UNBLOCK_ADDRESSES_MAX).into());
    }
    Ok(targets)
}

async fn read(
    table: &dyn Table,
    tenant: TenantId,
    wanted: &BTreeSet<ContactId>,
) -> Result<std::collections::BTreeMap<ContactId, Contact>, TableFault> {
    if wanted.is_empty() {
        return Ok(Default::default());
    }
    blocks::contacts(table, tenant, wanted).await
}
