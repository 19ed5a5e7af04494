//! From envelope recipients to tenants and mailboxes.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::{MailboxId, TenantId, UserId};
use domain::intake::{Intake, QuarantineReason};
use domain::limits;
use domain::route::Route;
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

/// Reads the routes of the recipients, and who operates the stack, in one go.
pub(super) async fn look_up(
    records: &Records,
    recipients: Vec<EmailAddress>,
) -> Result<Routes, TableFault> {
    let candidates: Vec<Vec<Key>> =
        recipients.iter().map(|recipient| candidates(records, recipient)).collect();
    let operator_key = keys::operator().key;
    let mut wanted: BTreeSet<Key> = candidates.iter().flatten().cloned().collect();
    wanted.insert(operator_key.clone());
    let mut got = table::get_all(records.table.as_ref(), &wanted).await?.items;
    let operator = got.remove(&operator_key).map(item::from_item::<Operator>).transpose()?;
    let mut found = Vec::new();
    for keys in candidates {
        if let Some(item) = keys.iter().find_map(|key| got.get(key)) {
            found.push(item::from_item(Item::clone(item))?);
        }
    }
    Ok(Routes { operator: operator.map(|operator| operator.tenant), found })
}

/// The routes that can serve an address, the closest first: itself, without its tag, its domain.
fn candidates(records: &Records, recipient: &EmailAddress) -> Vec<Key> {
    let hasher = &records.hasher;
    let mut keys = vec![routes::address_key(hasher, recipient)];
    keys.extend(recipient.without_tag().map(|base| routes::address_key(hasher, &base)));
    keys.push(routes::domain_key(hasher, recipient.domain()));
    keys
}

/// The mailboxes of each tenant that an intake is for.
pub(super) fn by_tenant(
    intake: &Intake,
    routes: Routes,
) -> Result<BTreeMap<TenantId, Mailboxes>, Stop> {
    let mut tenants: BTreeMap<TenantId, Mailboxes> = BTreeMap::new();
    for Route { tenant, mailbox, owner, .. } in routes.found {
        tenants.entry(tenant).or_default().insert(Target { mailbox, owner });
    }
    let dropped_for = drop_folder(intake);
    let Some(only) = intake.only_tenant.or(dropped_for) else {
        return Ok(tenants);
    };
    let others = !tenants.is_empty();
    tenants.retain(|tenant, _| *tenant == only);
    if tenants.is_empty() && others && dropped_for.is_some() {
        return Err(Stop::Quarantine(Why {
            reason: QuarantineReason::ForgedRoute,
            detail: "every recipient belongs to another tenant than the drop folder".to_owned(),
            tenant: None,
        }));
    }
    Ok(tenants)
}

fn drop_folder(intake: &Intake) -> Option<TenantId> {
    let name = intake.raw.as_ref()?.key.strip_prefix(DROP_FOLDER)?;
    name.split_once('/')?.0.parse().ok()
}
