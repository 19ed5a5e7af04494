//! Inbound routes: which mailbox an address or a whole domain leads to, and how its mail is filed.

use std::time::Duration;

use domain::email_address::{EmailAddress, normal_domain};
use domain::ids::{MailboxId, RequestId, RouteId, TenantId, base32_26};
use domain::limits;
use domain::permission::{Allowed, ReadRoutes, RotateRoutes, WriteRoutes};
use domain::refusal::{RefusalCode, Refused};
use domain::route::{Route, RouteMatch};
use domain::route_purpose::Purpose;
use domain::user::Role;
use futures::future::try_join3;
use store::counts::{self, Counted};
use store::table::Table;
use store::{domain_claims, item, mailboxes, routes, tenants};

use crate::error::FlowError;
use crate::manage_users::limit_reached;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::route_rules;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A route to make. Either an address or a domain; where the purpose asks for a secret address, the
/// domain it will lie in.
#[derive(Clone, Debug)]
pub struct NewRoute {
    /// One address, with any plus tag.
    pub address: Option<String>,
    /// Every address of a domain that has no route of its own.
    pub domain: Option<String>,
    /// Where the mail goes.
    pub mailbox: MailboxId,
    /// What comes in by it.
    pub purpose: Purpose,
}

/// What to change of a route.
#[derive(Clone, Debug, Default)]
pub struct RouteChange {
    /// Another mailbox.
    pub mailbox: Option<MailboxId>,
    /// Other rules, of the purpose that it has.
    pub purpose: Option<Purpose>,
}

/// Makes a route. Its domain must be claimed by the tenant: else one could take another's mail.
///
/// # Errors
/// What is wrong with address, domain or mailbox; `domain_taken`, `domain_not_claimed`,
/// `route_taken`, `limit_reached`.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteRoutes>,
    request: RequestId,
    origin: Origin,
    new: NewRoute,
) -> Result<Route, FlowError> {
    let table = records.table.as_ref();
    let tenant_id = allowed.tenant();
    // 1 the words of the request
    let (field, matches, domain) = what_it_matches(records, &new)?;
    let purpose = route_rules::settled(table, tenant_id, new.purpose).await?;
    // 2 what is known
    let (tenant, holder, mailbox) = try_join3(
        tenants::get(table, tenant_id),
        domain_claims::holder(table, &domain),
        mailboxes::get(table, tenant_id, new.mailbox),
    )
    .await?;
    let tenant = tenant.ok_or_else(FlowError::not_found)?;
    check_claim(field, holder, tenant_id)?;
    let mailbox = mailbox.ok_or_else(no_such_mailbox)?;
    // 3 one transaction
    let route = Route {
        id: RouteId::from_parts(origin.at, origin.bits),
        matches,
        tenant: tenant_id,
        mailbox: mailbox.id,
        owner: mailbox.owner,
        purpose,
        ends_at: None,
        turn: 0,
        created_at: origin.at,
        rev: 1,
    };
    let limit = limits::value_of(&tenant.settings.limits, "routes");
    let mut transaction = Transaction::default();
    let taken = Refused::field(RefusalCode::RouteTaken, field, "delete the present route first");
    transaction.add_or(routes::create(&records.hasher, &route)?, taken);
    transaction.add_or(
        counts::one_more_within(tenant_id, Counted::Routes, limit),
        limit_reached("routes", limit),
    );
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "route.created", route.id)?;
    let Some(stopped) = transaction.try_commit(table).await? else {
        return Ok(route);
    };
    // A route with the same id was made by an earlier try of this very request.
    if let (0, Some(there)) = (stopped.position, stopped.item) {
        let there: Route = item::from_item(there)?;
        if there.id == route.id && there.tenant == tenant_id {
            return Ok(there);
        }
    }
    Err(stopped.refused.into())
}

fn what_it_matches(
    records: &Records,
    new: &NewRoute,
) -> Result<(&'static str, RouteMatch, String), Refused> {
    let only_a_domain = |domain: &str| {
        normal_domain(domain)
            .map_err(|flaw| Refused::field(RefusalCode::FieldInvalid, "domain", flaw.to_string()))
    };
    match (&new.address, &new.domain, new.purpose.is_secret()) {
        (Some(address), None, false) => {
            let address = text_rules::address("address", address)?;
            let domain = address.domain().to_owned();
            Ok(("address", RouteMatch::Address(address), domain))
        }
        (Some(_), None, true) => {
            let hint = "the address is made by us: give the `domain` it shall lie in";
            Err(Refused::field(RefusalCode::FieldInvalid, "address", hint))
        }
        (None, Some(domain), true) => {
            let domain = only_a_domain(domain)?;
            let address = secret_address(records, &new.purpose, &domain)?;
            Ok(("domain", RouteMatch::Address(address), domain))
        }
        (None, Some(_), false) if matches!(new.purpose, Purpose::Organization(_)) => {
            let hint = "an organization address is one `address`";
            Err(Refused::field(RefusalCode::FieldInvalid, "domain", hint))
        }
        (None, Some(domain), false) => {
            let domain = only_a_domain(domain)?;
            Ok(("domain", RouteMatch::Domain(domain.clone()), domain))
        }
        (None, None, _) => {
            let hint = "give either `address` or `domain`";
            Err(Refused::field(RefusalCode::FieldMissing, "address", hint))
        }
        (Some(_), Some(_), _) => {
            let hint = "give either `address` or `domain`, not both";
            Err(Refused::field(RefusalCode::FieldInvalid, "domain", hint))
        }
    }
}

/// An address that nobody can guess: 130 random bits, made of nothing that belongs to the user.
fn secret_address(
    records: &Records,
    purpose: &Purpose,
    domain: &str,
) -> Result<EmailAddress, Refused> {
    let front = if matches!(purpose, Purpose::Dropbox(_)) { "bcc" } else { "in" };
    let secret = base32_26(&records.random.octets()).to_ascii_lowercase();
    text_rules::address("domain", &format!("{front}+{secret}@{domain}"))
}

fn check_claim(field: &str, holder: Option<TenantId>, tenant: TenantId) -> Result<(), Refused> {
    match holder {
        Some(holder) if holder == tenant => Ok(()),
        Some(_) => {
            let hint = "mail for this domain comes in for another tenant";
            Err(Refused::field(RefusalCode::DomainTaken, field, hint))
        }
        None => {
            let hint = "ask the operator of the stack to claim the domain for your tenant";
            Err(Refused::field(RefusalCode::DomainNotClaimed, field, hint))
        }
    }
}

/// One page of the routes, oldest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadRoutes>,
    wish: Wish,
) -> Result<Listed<Route>, FlowError> {
    let table = records.table.as_ref();
    Ok(routes::list(table, allowed.tenant(), wish.limit, wish.after).await?.into())
}

/// A route.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadRoutes>,
    id: RouteId,
) -> Result<Route, FlowError> {
    let found = routes::get(records.table.as_ref(), allowed.tenant(), id).await?;
    found.ok_or_else(FlowError::not_found)
}

/// Changes a route whose revision is `rev`. Mail under way is filed as the route said when it came.
///
/// # Errors
/// `not_found`, `revision_mismatch`, `field_invalid` for what is wrong with the change.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteRoutes>,
    request: RequestId,
    id: RouteId,
    rev: u64,
    change: RouteChange,
) -> Result<Route, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let before = current(table, tenant, id, rev).await?;
    let mut route = before.clone();
    if let Some(mailbox) = change.mailbox {
        let found = mailboxes::get(table, tenant, mailbox).await?;
        let mailbox = found.ok_or_else(no_such_mailbox)?;
        route.mailbox = mailbox.id;
        route.owner = mailbox.owner;
    }
    if let Some(purpose) = change.purpose {
        if purpose.name() != route.purpose.name() {
            let hint = "a route keeps its kind: make another one";
            return Err(Refused::field(RefusalCode::FieldInvalid, purpose.name(), hint).into());
        }
        route.purpose = route_rules::settled(table, tenant, purpose).await?;
    }
    if route == before {
        return Ok(route);
    }
    route.rev = rev.saturating_add(1);
    let mut transaction = Transaction::default();
    transaction.add_or(routes::replace(&records.hasher, &route, rev)?, revision_mismatch());
    transaction.note(Doer::new(allowed, request, records.clock.now()), "route.changed", id)?;
    transaction.commit(table).await?;
    Ok(route)
}

/// Gives a route another secret address. The old one takes mail until its grace time is over, and is
/// dead from then on.
///
/// # Errors
/// `not_found` also for a route of another user, where the caller is no administrator;
/// `route_not_secret`; `revision_mismatch` where somebody else changes the route at this moment.
pub async fn rotate(
    records: &Records,
    allowed: &Allowed<RotateRoutes>,
    request: RequestId,
    id: RouteId,
    grace: Duration,
) -> Result<Route, FlowError> {
    let table = records.table.as_ref();
    let (tenant, now) = (allowed.tenant(), records.clock.now());
    let mut old = routes::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    if old.owner != allowed.user() && allowed.role() < Role::Admin {
        return Err(FlowError::not_found());
    }
    let RouteMatch::Address(address) = &old.matches else { return Err(not_secret().into()) };
    if !old.purpose.is_secret() {
        return Err(not_secret().into());
    }
    let matches = RouteMatch::Address(secret_address(records, &old.purpose, address.domain())?);
    let rev = old.rev;
    let new = Route { matches, rev: rev.saturating_add(1), ..old.clone() };
    old.ends_at = Some(now.plus(grace.min(limits::ADDRESS_GRACE_MAX)));
    old.rev = new.rev;
    let mut transaction = Transaction::default();
    transaction.add_or(routes::retire(&records.hasher, &old, rev)?, revision_mismatch());
    transaction.add(routes::create(&records.hasher, &new)?);
    transaction.note(Doer::new(allowed, request, now), "route.rotated", id)?;
    transaction.commit(table).await?;
    Ok(new)
}

fn not_secret() -> Refused {
    let hint = "only forwarding addresses and dropboxes are made by us and can be changed";
    Refused::new(RefusalCode::RouteNotSecret, hint)
}

/// The route, if its revision is `rev`.
async fn current(
    table: &dyn Table,
    tenant: TenantId,
    id: RouteId,
    rev: u64,
) -> Result<Route, FlowError> {
    let route = routes::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    if route.rev == rev { Ok(route) } else { Err(revision_mismatch().into()) }
}

fn no_such_mailbox() -> Refused {
    Refused::field(RefusalCode::FieldInvalid, "mailbox", "there is no such mailbox")
}

/// Removes a route whose revision is `rev`. Mail under way is filed as the route said when it came. A
/// secret address stays dead: no other route takes its mail.
///
/// # Errors
/// `not_found`, `revision_mismatch`.
pub async fn delete(
    records: &Records,
    allowed: &Allowed<WriteRoutes>,
    request: RequestId,
    id: RouteId,
    rev: u64,
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let mut route = current(table, tenant, id, rev).await?;
    let now = records.clock.now();
    let write = if route.purpose.is_secret() {
        route.ends_at = Some(now);
        route.rev = rev.saturating_add(1);
        routes::retire(&records.hasher, &route, rev)?
    } else {
        routes::delete(&records.hasher, &route)
    };
    let mut transaction = Transaction::default();
    transaction.add_or(write, revision_mismatch());
    transaction.add(counts::one_less_keeping(tenant, Counted::Routes, 0));
    transaction.note(Doer::new(allowed, request, now), "route.deleted", id)?;
    transaction.commit(table).await
}
