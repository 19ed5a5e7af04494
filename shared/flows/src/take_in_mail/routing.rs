//! From envelope recipients to tenants and mailboxes.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::{MailboxId, TenantId, UserId};
use domain::intake::{Intake, QuarantineReason};
use domain::limits;
use domain::route::{DomainClaim, Route};
use mail::parsed_mail::ParsedMail;
use store::item;
use store::keys;
use store::routes;
use store::table::{self, Item, Key, TableFault};
use store::tenants::Operator;

use super::Mailboxes;
use super::quarantine::{Stop, Why};
use crate::ports::Records;

/// Objects that other writers than SES put into the archive: `drop/<name>` for whoever the mail names,
/// `drop/<tenant>/<name>` for one tenant alone.
const DROP_FOLDER: &str = "drop/";

/// What the recipients lead to.
#[derive(Clone, Debug, Default)]
pub(super) struct Routes {
    /// The stack's operator; none before the first tenant is made.
    pub operator: Option<TenantId>,
    /// The route of each recipient that has one.
    found: Vec<Route>,
    /// Recipients without route whose domain a tenant has claimed.
    unknown: Vec<(TenantId, EmailAddress)>,
}

/// What of a mail is for one tenant.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    /// The routes it came by.
    pub routes: Vec<Route>,
    /// Addresses of the tenant's domains that lead nowhere.
    pub unknown: Vec<EmailAddress>,
}

/// A mailbox that gets a delivery, and its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    pub mailbox: MailboxId,
    pub owner: UserId,
}

/// Those texts that are addresses.
pub(super) fn addresses(texts: &[String]) -> Vec<EmailAddress> {
    texts.iter().filter_map(|text| EmailAddress::parse(text).ok()).collect()
}

/// The recipients of a mail that came without a receipt: those of its trace headers, or else
/// everybody it names as recipient.
pub(super) fn of_raw_mail(mail: &ParsedMail) -> Vec<EmailAddress> {
    let traced = mail::trace::envelope_recipients(&mail.headers);
    let named = || {
        let parties = [&mail.to, &mail.cc, &mail.bcc].into_iter().flatten();
        parties.filter_map(|party| party.address.clone()).collect()
    };
    let mut all = if traced.is_empty() { named() } else { traced };
    all.truncate(limits::RECIPIENTS_MAX);
    all
}

/// Reads the routes of the recipients, and who operates the stack, in one go; and, where a recipient
/// has no route, whose its domain is.
pub(super) async fn look_up(
    records: &Records,
    recipients: Vec<EmailAddress>,
) -> Result<Routes, TableFault> {
    let candidates: Vec<(Vec<Key>, EmailAddress)> =
        recipients.into_iter().map(|to| (candidates(records, &to), to)).collect();
    let operator_key = keys::operator().key;
    let mut wanted: BTreeSet<Key> = candidates.iter().flat_map(|(keys, _)| keys).cloned().collect();
    wanted.insert(operator_key.clone());
    let mut got = table::get_all(records.table.as_ref(), &wanted).await?.items;
    let operator = got.remove(&operator_key).map(item::from_item::<Operator>).transpose()?;
    let mut found = Vec::new();
    let mut unrouted = Vec::new();
    for (keys, recipient) in candidates {
        match keys.iter().find_map(|key| got.get(key)) {
            Some(item) => found.push(item::from_item(Item::clone(item))?),
            None => unrouted.push(recipient),
        }
    }
    let unknown = of_claimed_domains(records, unrouted).await?;
    Ok(Routes { operator: operator.map(|operator| operator.tenant), found, unknown })
}

/// Those addresses whose domain is a tenant's. No read where every recipient has a route.
async fn of_claimed_domains(
    records: &Records,
    unrouted: Vec<EmailAddress>,
) -> Result<Vec<(TenantId, EmailAddress)>, TableFault> {
    let claim_key = |address: &EmailAddress| keys::domain_claim(address.domain()).key;
    let wanted: BTreeSet<Key> = unrouted.iter().map(claim_key).collect();
    let got = table::get_all(records.table.as_ref(), &wanted).await?.items;
    let mut unknown = Vec::new();
    for address in unrouted {
        if let Some(item) = got.get(&claim_key(&address)) {
            let claim: DomainClaim = item::from_item(Item::clone(item))?;
            unknown.push((claim.tenant, address));
        }
    }
    Ok(unknown)
}

/// The routes that can serve an address, the closest first: itself, without its tag, its domain.
fn candidates(records: &Records, recipient: &EmailAddress) -> Vec<Key> {
    let hasher = &records.hasher;
    let mut keys = vec![routes::address_key(hasher, recipient)];
    keys.extend(recipient.without_tag().map(|base| routes::address_key(hasher, &base)));
    keys.push(routes::domain_key(hasher, recipient.domain()));
    keys
}

/// What of a mail is for each tenant that an intake is for.
pub(super) fn by_tenant(
    intake: &Intake,
    routes: Routes,
) -> Result<BTreeMap<TenantId, Arrivals>, Stop> {
    let mut tenants: BTreeMap<TenantId, Arrivals> = BTreeMap::new();
    for route in routes.found {
        tenants.entry(route.tenant).or_default().routes.push(route);
    }
    for (tenant, address) in routes.unknown {
        tenants.entry(tenant).or_default().unknown.push(address);
    }
    if intake.recipients.is_empty() && tenants.values().any(|of| !of.routes.is_empty()) {
        // Header fields name also those whom another server's copy is for.
        tenants.retain(|_, of| !of.routes.is_empty());
    }
    let dropped_for = drop_folder(intake);
    let Some(only) = intake.only_tenant.or(dropped_for) else {
        return Ok(tenants);
    };
    let others = !tenants.is_empty();
    tenants.retain(|tenant, _| *tenant == only);
    if tenants.is_empty() && others && dropped_for.is_some() {
        return Err(Stop::Quarantine(Box::new(Why {
            detail: "every recipient belongs to another tenant than the drop folder".to_owned(),
            ..Why::of(QuarantineReason::ForgedRoute)
        })));
    }
    Ok(tenants)
}

/// The mailboxes that the routes lead to.
pub(super) fn targets<'r>(routes: impl IntoIterator<Item = &'r Route>) -> Mailboxes {
    let target = |route: &Route| Target { mailbox: route.mailbox, owner: route.owner };
    routes.into_iter().map(target).collect()
}

/// Whether another writer than SES put an object into the archive.
pub(super) fn is_dropped(key: &str) -> bool {
    key.starts_with(DROP_FOLDER)
}

fn drop_folder(intake: &Intake) -> Option<TenantId> {
    let name = intake.raw.as_ref()?.key.strip_prefix(DROP_FOLDER)?;
    name.split_once('/')?.0.parse().ok()
}
