//! Inbound routes: which mailbox an address or a whole domain leads to.

use domain::email_address::normal_domain;
use domain::ids::{MailboxId, RequestId, RouteId, TenantId};
use domain::limits;
use domain::permission::{Allowed, ReadRoutes, WriteRoutes};
use domain::refusal::{RefusalCode, Refused};
use domain::route::{Route, RouteMatch};
use domain::route_purpose::Purpose;
use futures::future::try_join3;
use store::counts::{self, Counted};
use store::table::Table;
use store::{domain_claims, item, mailboxes, routes, tenants};

use crate::error::FlowError;
use crate::manage_users::limit_reached;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A route to make. Either an address or a domain.
#[derive(Clone, Debug)]
pub struct NewRoute {
    /// One address, with any plus tag.
    pub address: Option<String>,
    /// Every address of a domain that has no route of its own.
    pub domain: Option<String>,
    /// Where the mail goes.
    pub mailbox: MailboxId,
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
    let (field, matches, domain) = what_it_matches(&new)?;
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
        purpose: Purpose::Mailbox,
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

fn what_it_matches(new: &NewRoute) -> Result<(&'static str, RouteMatch, String), Refused> {
    match (&new.address, &new.domain) {
        (Some(address), None) => {
            let address = text_rules::address("address", address)?;
            let domain = address.domain().to_owned();
            Ok(("address", RouteMatch::Address(address), domain))
        }
        (None, Some(domain)) => {
            let domain = normal_domain(domain).map_err(|flaw| {
                Refused::field(RefusalCode::FieldInvalid, "domain", flaw.to_string())
            })?;
            Ok(("domain", RouteMatch::Domain(domain.clone()), domain))
        }
        (None, None) => {
            let hint = "give either `address` or `domain`";
            Err(Refused::field(RefusalCode::FieldMissing, "address", hint))
        }
        (Some(_), Some(_)) => {
            let hint = "give either `address` or `domain`, not both";
            Err(Refused::field(RefusalCode::FieldInvalid, "domain", hint))
        }
    }
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

/// Leads a route whose revision is `rev` to another mailbox. Mail under way is filed as the route said
/// when it came.
///
/// # Errors
/// `not_found`, `revision_mismatch`, `field_invalid` where there is no such mailbox.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteRoutes>,
    request: RequestId,
    id: RouteId,
    rev: u64,
    mailbox: Option<MailboxId>,
) -> Result<Route, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let mut route = current(table, tenant, id, rev).await?;
    let Some(mailbox) = mailbox.filter(|mailbox| *mailbox != route.mailbox) else {
        return Ok(route);
    };
    let found = mailboxes::get(table, tenant, mailbox).await?;
    let mailbox = found.ok_or_else(no_such_mailbox)?;
    route.mailbox = mailbox.id;
    route.owner = mailbox.owner;
    route.rev = rev.saturating_add(1);
    let mut transaction = Transaction::default();
    transaction.add_or(routes::replace(&records.hasher, &route, rev)?, revision_mismatch());
    transaction.note(Doer::new(allowed, request, records.clock.now()), "route.changed", id)?;
    transaction.commit(table).await?;
    Ok(route)
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

/// Removes a route whose revision is `rev`. Mail under way is filed as the route said when it came.
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
    let route = current(table, tenant, id, rev).await?;
    let mut transaction = Transaction::default();
    transaction.add_or(routes::delete(&records.hasher, &route), revision_mismatch());
    transaction.add(counts::one_less_keeping(tenant, Counted::Routes, 0));
    transaction.note(Doer::new(allowed, request, records.clock.now()), "route.deleted", id)?;
    transaction.commit(table).await
}
