//! What a tenant knows already of a mail and of those it names, in one batch read.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MailboxId, MessageId, TenantId, ThreadId, UserId};
use domain::link_rule::LinkRule;
use domain::route::DomainClaim;
use domain::temporary_bounces::TemporaryBounces;
use domain::tenant::Tenant;
use domain::thread::{HeaderClaim, SubjectClaim};
use mail::reply_token::ReplyTarget;
use store::contacts::{self, ContactClaim};
use store::item;
use store::messages::DeliveredMessage;
use store::sender_addresses::{self, SenderClaim};
use store::table::{self, Item, Key, TableFault};
use store::users::UserClaim;
use store::{bounce_history, keys, link_rules, messages, spellings, threads};

use super::thread_clues::ThreadClues;
use crate::ports::Records;

/// What to look for.
pub(super) struct Wanted<'a> {
    pub tenant: TenantId,
    pub message: MessageId,
    pub mailboxes: Vec<MailboxId>,
    pub addresses: &'a BTreeSet<EmailAddress>,
    /// Of these also the domain is looked at: it may be the tenant's own.
    pub authors: &'a [EmailAddress],
    pub clues: &'a ThreadClues,
    /// Who shows by the mail that his address lives.
    pub alive: Option<&'a EmailAddress>,
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
    /// Of authors: whose an address is that Gmail takes for the same, as this one stands nowhere (B6).
    pub alike_contacts: BTreeMap<EmailAddress, ContactId>,
    /// Which addresses are our own people's, or of our own domains.
    pub own: BTreeSet<EmailAddress>,
    /// Whose own the addresses are: those users have, and those they verified to write from.
    pub users: BTreeMap<EmailAddress, UserId>,
    /// The records that a standing rule links an address's mail to (B15).
    pub rules: BTreeMap<EmailAddress, ContactId>,
    /// Where the header ids lead.
    pub claims: BTreeMap<String, HeaderClaim>,
    /// Where the reply tokens lead.
    pub leads: BTreeMap<ReplyTarget, ThreadId>,
    /// The last thread with the same subject and people.
    pub alike: Option<SubjectClaim>,
    /// The temporary bounces of who shows that his address lives.
    pub temporary_bounces: Option<TemporaryBounces>,
}

impl Known {
    /// Whether a mail named this id before the mail that has it came.
    pub(super) fn awaits(&self, id: &str) -> bool {
        self.claims.get(id).is_some_and(|claim| claim.message.is_none())
    }
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
    let claims: Vec<(Key, String)> = wanted
        .clues
        .claimed_ids()
        .into_iter()
        .map(|id| (threads::claim_key(tenant, hasher, &id), id))
        .collect();
    let parties: Vec<PartyKeys<'_>> =
        wanted.addresses.iter().map(|address| PartyKeys::of(records, tenant, address)).collect();
    let tokens: Vec<(Key, ReplyTarget)> = wanted
        .clues
        .tokens
        .iter()
        .chain(&wanted.clues.quoted_tokens)
        .map(|target| (token_key(tenant, *target), *target))
        .collect();
    let subject =
        wanted.clues.subject.as_ref().map(|subject| threads::subject_key(tenant, hasher, subject));
    let authors: Vec<AuthorKeys<'_>> =
        wanted.authors.iter().map(|author| AuthorKeys::of(records, tenant, author)).collect();
    let history = wanted.alive.map(|who| bounce_history::address_key(tenant, &hasher.address(who)));

    let mut all = BTreeSet::from([tenant_key.clone(), message_key.clone()]);
    all.extend(deliveries.iter().map(|(key, _)| key.clone()));
    all.extend(claims.iter().map(|(key, _)| key.clone()));
    all.extend(parties.iter().flat_map(PartyKeys::all).cloned());
    all.extend(tokens.iter().map(|(key, _)| key.clone()));
    all.extend(subject.iter().chain(&history).cloned());
    all.extend(authors.iter().flat_map(AuthorKeys::all).cloned());
    let got = table::get_all(records.table.as_ref(), &all).await?.items;

    let mut known = Known {
        tenant: record(&got, &tenant_key)?,
        message: record(&got, &message_key)?,
        delivered: BTreeSet::new(),
        contacts: BTreeMap::new(),
        alike_contacts: BTreeMap::new(),
        own: BTreeSet::new(),
        users: BTreeMap::new(),
        rules: BTreeMap::new(),
        claims: BTreeMap::new(),
        leads: BTreeMap::new(),
        alike: subject.map(|key| record(&got, &key)).transpose()?.flatten(),
        temporary_bounces: history.map(|key| record(&got, &key)).transpose()?.flatten(),
    };
    let delivered = deliveries.iter().filter(|(key, _)| got.contains_key(key));
    known.delivered = delivered.map(|(_, mailbox)| *mailbox).collect();
    for (key, id) in claims {
        if let Some(claim) = record(&got, &key)? {
            known.claims.insert(id, claim);
        }
    }
    for keys in parties {
        keys.tell(&got, &mut known)?;
    }
    for (key, target) in tokens {
        known.leads.extend(led_to(&got, &key, target)?.map(|thread| (target, thread)));
    }
    for keys in authors {
        keys.tell(tenant, &got, &mut known)?;
    }
    Ok(known)
}

/// What tells whether an author is one of our own.
struct AuthorKeys<'a> {
    author: &'a EmailAddress,
    sender: Key,
    domain: Key,
    spelling: Option<Key>,
}

impl<'a> AuthorKeys<'a> {
    fn of(records: &Records, tenant: TenantId, author: &'a EmailAddress) -> Self {
        let sender = sender_addresses::claim_key(tenant, &records.hasher, author);
        let spelling = spellings::key(tenant, &records.hasher, author);
        Self { author, sender, domain: keys::domain_claim(author.domain()).key, spelling }
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        [&self.sender, &self.domain].into_iter().chain(&self.spelling)
    }

    fn tell(
        &self,
        tenant: TenantId,
        got: &BTreeMap<Key, Item>,
        known: &mut Known,
    ) -> Result<(), TableFault> {
        if let Some(SenderClaim { user }) = record(got, &self.sender)? {
            known.own.insert(self.author.clone());
            known.users.entry(self.author.clone()).or_insert(user);
        }
        let claim: Option<DomainClaim> = record(got, &self.domain)?;
        if claim.is_some_and(|claim| claim.tenant == tenant) {
            known.own.insert(self.author.clone());
        }
        let alike = self.spelling.as_ref().map(|key| record(got, key)).transpose()?.flatten();
        if let Some(ContactClaim { contact }) = alike
            && !known.contacts.contains_key(self.author)
        {
            known.alike_contacts.insert(self.author.clone(), contact);
        }
        Ok(())
    }
}

/// The thread that a reply token leads to, if what it names is there.
fn led_to(
    got: &BTreeMap<Key, Item>,
    key: &Key,
    target: ReplyTarget,
) -> Result<Option<ThreadId>, TableFault> {
    Ok(match target {
        ReplyTarget::Message(_) => {
            record::<DeliveredMessage>(got, key)?.map(|found| found.message.thread)
        }
        ReplyTarget::Thread(id) => got.contains_key(key).then_some(id),
    })
}

fn token_key(tenant: TenantId, target: ReplyTarget) -> Key {
    match target {
        ReplyTarget::Message(id) => messages::key(tenant, id),
        ReplyTarget::Thread(id) => threads::key(tenant, id),
    }
}

/// What is asked about an address. One with a plus tag is also asked for without it, which counts
/// where nobody has the address as it stands.
struct PartyKeys<'a> {
    address: &'a EmailAddress,
    contacts: Vec<Key>,
    owns: Vec<Key>,
    rules: Vec<Key>,
}

impl<'a> PartyKeys<'a> {
    fn of(records: &Records, tenant: TenantId, address: &'a EmailAddress) -> Self {
        let hasher = &records.hasher;
        let base = address.without_tag();
        let forms: Vec<&EmailAddress> = std::iter::once(address).chain(&base).collect();
        let each =
            |key: &dyn Fn(&EmailAddress) -> Key| forms.iter().map(|form| key(form)).collect();
        Self {
            address,
            contacts: each(&|form| contacts::claim_key(tenant, hasher, form)),
            owns: each(&|form| keys::user_address(tenant, &hasher.address(form)).key),
            rules: each(&|form| link_rules::key(tenant, hasher, form)),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Key> {
        self.contacts.iter().chain(&self.owns).chain(&self.rules)
    }

    fn tell(&self, got: &BTreeMap<Key, Item>, known: &mut Known) -> Result<(), TableFault> {
        if let Some(ContactClaim { contact }) = first(got, &self.contacts)? {
            known.contacts.insert(self.address.clone(), contact);
        }
        if let Some(UserClaim { user }) = first(got, &self.owns)? {
            known.own.insert(self.address.clone());
            known.users.insert(self.address.clone(), user);
        }
        if let Some(LinkRule { contact, .. }) = first(got, &self.rules)? {
            known.rules.insert(self.address.clone(), contact);
        }
        Ok(())
    }
}

fn first<R: serde::de::DeserializeOwned>(
    got: &BTreeMap<Key, Item>,
    keys: &[Key],
) -> Result<Option<R>, TableFault> {
    keys.iter().find_map(|key| record(got, key).transpose()).transpose()
}

fn record<R: serde::de::DeserializeOwned>(
    got: &BTreeMap<Key, Item>,
    key: &Key,
) -> Result<Option<R>, TableFault> {
    got.get(key).cloned().map(item::from_item).transpose()
}
