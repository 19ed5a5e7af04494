//! Step 1: what is known of the recipients that events name, in one batch read.

use std::collections::{BTreeMap, BTreeSet};

use domain::day::Day;
use domain::domain_refusals::{DomainRefusals, concerns_domain};
use domain::ids::TenantId;
use domain::mail_event::{Fact, MailEvent, Who};
use domain::send::Send;
use domain::suppression::{Suppression, SuppressionScope};
use domain::temporary_bounces::TemporaryBounces;
use domain::tenant::TenantSettings;
use serde::de::DeserializeOwned;
use store::table::{self, Item, Key, TableFault};
use store::{bounce_history, item, keys, sends, suppressions};

use crate::ports::Records;

/// The key of the record of an event's recipient; none where only the address is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SendKey(Option<Key>);

impl SendKey {
    pub(super) fn of(records: &Records, event: &MailEvent) -> Self {
        let key = |place| sends::key(event.tenant, &records.hasher, place, &event.recipient);
        Self(event.place.as_ref().map(key))
    }

    pub(super) fn key(&self) -> Option<&Key> {
        self.0.as_ref()
    }
}

/// What is known.
pub(super) struct Known {
    /// The recipients.
    pub sends: BTreeMap<SendKey, Send>,
    /// Everything else, by key.
    items: BTreeMap<Key, Item>,
}

/// Whether a fact can change whether an address is mailed.
pub(super) fn may_act(fact: &Fact) -> bool {
    match fact {
        Fact::Bounced(_) | Fact::Complained(_) | Fact::Unsubscribed => true,
        Fact::Clicked(who) => *who == Who::Person,
        Fact::Sent
        | Fact::Delivered
        | Fact::Delayed(_)
        | Fact::Rejected(_)
        | Fact::RenderingFailed(_)
        | Fact::Opened(_)
        | Fact::AutoReplied => false,
    }
}

/// Reads it.
pub(super) async fn read(records: &Records, events: &[MailEvent]) -> Result<Known, TableFault> {
    let hasher = &records.hasher;
    let mut wanted = BTreeSet::new();
    let mut send_keys = BTreeSet::new();
    for event in events {
        let send_key = SendKey::of(records, event);
        wanted.extend(send_key.key().cloned());
        send_keys.insert(send_key);
        if !may_act(&event.fact) {
            continue;
        }
        let address = &event.recipient;
        wanted.insert(suppressions::address_key(event.tenant, hasher, scope(&event.fact), address));
        wanted.insert(bounce_history::address_key(event.tenant, &hasher.address(address)));
        if let Fact::Bounced(bounce) = &event.fact
            && concerns_domain(bounce.category)
        {
            let (domain, day) = (address.domain(), Day::of(event.at));
            wanted.insert(bounce_history::domain_key(event.tenant, domain, bounce.category, day));
        }
    }
    if events.iter().any(|event| may_act(&event.fact)) {
        wanted.extend(super::tenants(events).into_iter().map(|tenant| keys::tenant(tenant).key));
    }
    let items = table::get_all(records.table.as_ref(), &wanted).await?.items;
    let mut known = Known { sends: BTreeMap::new(), items };
    for send_key in send_keys {
        if let Some(key) = send_key.key()
            && let Some(send) = known.record(key)?
        {
            known.sends.insert(send_key, send);
        }
    }
    Ok(known)
}

/// Over what the block reaches that a fact leads to.
pub(super) fn scope(fact: &Fact) -> SuppressionScope {
    match fact {
        Fact::Complained(_) => SuppressionScope::Global,
        Fact::Unsubscribed => SuppressionScope::Tenant,
        Fact::Sent
        | Fact::Delivered
        | Fact::Delayed(_)
        | Fact::Bounced(_)
        | Fact::Rejected(_)
        | Fact::RenderingFailed(_)
        | Fact::Opened(_)
        | Fact::Clicked(_)
        | Fact::AutoReplied => SuppressionScope::Bounces,
    }
}

impl Known {
    fn record<R: DeserializeOwned>(&self, key: &Key) -> Result<Option<R>, TableFault> {
        self.items.get(key).cloned().map(item::from_item).transpose()
    }

    /// The block of an address that a fact may change.
    pub(super) fn block(
        &self,
        records: &Records,
        event: &MailEvent,
    ) -> Result<Option<Suppression>, TableFault> {
        let scope = scope(&event.fact);
        let hasher = &records.hasher;
        self.record(&suppressions::address_key(event.tenant, hasher, scope, &event.recipient))
    }

    /// The temporary bounces of an address.
    pub(super) fn temporary_bounces(
        &self,
        tenant: TenantId,
        address_hash: &str,
    ) -> Result<Option<TemporaryBounces>, TableFault> {
        self.record(&bounce_history::address_key(tenant, address_hash))
    }

    /// The refusals of a domain on a day.
    pub(super) fn refusals(&self, key: &Key) -> Result<Option<DomainRefusals>, TableFault> {
        self.record(key)
    }

    /// The settings of a tenant; the defaults for one that is gone.
    pub(super) fn settings(&self, tenant: TenantId) -> Result<TenantSettings, TableFault> {
        let found: Option<domain::tenant::Tenant> = self.record(&keys::tenant(tenant).key)?;
        Ok(found.map(|tenant| tenant.settings).unwrap_or_default())
    }
}
