//! What a tenant knows already of a mail and of those it names, in one batch read.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MailboxId, MessageId, TenantId, UserId};
use domain::route::DomainClaim;
use domain::tenant::Tenant;
use domain::thread::HeaderClaim;
use store::contacts::{self, ContactClaim};
use store::item;
use store::messages::DeliveredMessage;
use store::sender_addresses::{self, SenderClaim};
use store::table::{self, Item, Key, TableFault};
use store::users::UserClaim;
use store::{keys, messages, threads};

use crate::ports::Records;

/// What to look for.
pub(super) struct Wanted<'a> {
    pub tenant: TenantId,
    pub message: MessageId,
    pub mailboxes: Vec<MailboxId>,
    pub addresses: &'a BTreeSet<EmailAddress>,
    /// Of these also the domain is looked at: it may be the tenant's own.
    pub authors: &'a [EmailAddress],
    pub header_ids: &'a [String],
}

/// What is known.
pub(super) struct Known {
    /// The tenant itself.
    pub tenant: Option<Tenant>,
    /// The message, where another copy of the mail made it.
    pub message: Option<DeliveredMessage>,
    /// The mailboxes it was delivered to before.
    pub delivered: BTreeSet<MailboxId>,
    /// Whose the addresses are.
    pub contacts: BTreeMap<EmailAddress, ContactId>,
    /// Which addresses are our own people's, or of our own domains.
    pub own: BTreeSet<EmailAddress>,
    /// Whose own the addresses are: those users have, and those they verified to write from.
    pub users: BTreeMap<EmailAddress, UserId>,
    /// Where the header ids lead.
    pub claims: BTreeMap<String, HeaderClaim>,
}

/// Reads it.
pub(super) async fn read(records: &Records, wanted: &Wanted<'_>) -> Result<Known, TableFault> {
    let Wanted { tenant, message, .. } = *wanted;
    let hasher = &records.hasher;
    let tenant_key = keys::tenant(tenant).key;
    let message_key = messages::key(tenant, message);
    let deliveries: Vec<(Key, MailboxId)> = wanted
        .mailboxes
        .iter()
        .map(|mailbox| (messages::delivery_key(tenant, message, *mailbox), *mailbox))
        .collect();
    let claims: Vec<(Key, &String)> =
        wanted.header_ids.iter().map(|id| (threads::claim_key(tenant, hasher, id), id)).collect();
    let parties: Vec<(Key, Key, &EmailAddress)> = wanted
        .addresses
        .iter()
        .map(|address| {
            let own = keys::user_address(tenant, &hasher.address(address)).key;
            (contacts::claim_key(tenant, hasher, address), own, address)
        })
        .collect();

    let senders: Vec<(Key, &EmailAddress)> = wanted
        .authors
        .iter()
        .map(|author| (sender_addresses::claim_key(tenant, hasher, author), author))
        .collect();
    let domains: Vec<(Key, &EmailAddress)> = wanted
        .authors
        .iter()
        .map(|author| (keys::domain_claim(author.domain()).key, author))
        .collect();

    let mut all = BTreeSet::from([tenant_key.clone(), message_key.clone()]);
    all.extend(deliveries.iter().map(|(key, _)| key.clone()));
    all.extend(claims.iter().map(|(key, _)| key.clone()));
    all.extend(parties.iter().flat_map(|(contact, own, _)| [contact.clone(), own.clone()]));
    all.extend(domains.iter().chain(&senders).map(|(key, _)| key.clone()));
    let got = table::get_all(records.table.as_ref(), &all).await?.items;

    let mut known = Known {
        tenant: record(&got, &tenant_key)?,
        message: record(&got, &message_key)?,
        delivered: BTreeSet::new(),
        contacts: BTreeMap::new(),
        own: BTreeSet::new(),
        users: BTreeMap::new(),
        claims: BTreeMap::new(),
    };
    let delivered = deliveries.iter().filter(|(key, _)| got.contains_key(key));
    known.delivered = delivered.map(|(_, mailbox)| *mailbox).collect();
    for (key, id) in claims {
        if let Some(claim) = record(&got, &key)? {
            known.claims.insert(id.clone(), claim);
        }
    }
    for (contact_key, own_key, address) in parties {
        if let Some(ContactClaim { contact }) = record(&got, &contact_key)? {
            known.contacts.insert(address.clone(), contact);
        }
        if let Some(UserClaim { user }) = record(&got, &own_key)? {
            known.own.insert(address.clone());
            known.users.insert(address.clone(), user);
        }
    }
    for (key, author) in senders {
        if let Some(SenderClaim { user }) = record(&got, &key)? {
            known.own.insert(author.clone());
            known.users.entry(author.clone()).or_insert(user);
        }
    }
    for (key, author) in domains {
        let claim: Option<DomainClaim> = record(&got, &key)?;
        if claim.is_some_and(|claim| claim.tenant == tenant) {
            known.own.insert(author.clone());
        }
    }
    Ok(known)
}

fn record<R: serde::de::DeserializeOwned>(
    got: &BTreeMap<Key, Item>,
    key: &Key,
) -> Result<Option<R>, TableFault> {
    got.get(key).cloned().map(item::from_item).transpose()
}
