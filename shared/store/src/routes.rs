//! Inbound routes: found by keyed hash of the recipient or of its domain, before the tenant is known.

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{RouteId, TenantId};
use domain::route::{Route, RouteMatch};

use crate::item;
use crate::keys;
use crate::table::Write;
use crate::table::{
    Change, Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName,
};

/// Key of the route of one address.
pub fn address_key(hasher: &KeyedHasher, address: &EmailAddress) -> Key {
    keys::route_lookup(&hasher.hash("route", address.normal()))
}

/// Key of the route of a whole domain, given in normal form.
pub fn domain_key(hasher: &KeyedHasher, domain: &str) -> Key {
    keys::route_lookup(&hasher.hash("route_domain", domain))
}

fn match_hash(hasher: &KeyedHasher, matches: &RouteMatch) -> String {
    match matches {
        RouteMatch::Address(address) => hasher.hash("route", address.normal()),
        RouteMatch::Domain(domain) => hasher.hash("route_domain", domain),
    }
}

/// The write that makes a route; one address or domain has one route in the whole stack.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(hasher: &KeyedHasher, route: &Route) -> Result<Write, TableFault> {
    let keys = keys::route(route.tenant, &match_hash(hasher, &route.matches), route.id);
    item::create("route", keys, route)
}

/// The write that replaces a route, if its stored revision is still `rev_before`. What it matches stays.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(hasher: &KeyedHasher, route: &Route, rev_before: u64) -> Result<Write, TableFault> {
    let keys = keys::route(route.tenant, &match_hash(hasher, &route.matches), route.id);
    item::replace("route", keys, route, rev_before)
}

/// The write that counts one more record that the route made: the next is another's turn.
pub fn count_turn(hasher: &KeyedHasher, route: &Route) -> Write {
    Write::Update {
        key: keys::route_lookup(&match_hash(hasher, &route.matches)),
        changes: vec![Change::Add("turn", 1)],
        condition: Some(Condition::Exists),
    }
}

/// The write that lets a secret address die: it stays as a tombstone without an index, so that neither
/// a domain's route nor anybody else ever gets its mail.
///
/// # Errors
/// See [`item::to_item`].
pub fn retire(hasher: &KeyedHasher, route: &Route, rev_before: u64) -> Result<Write, TableFault> {
    let key = keys::route_lookup(&match_hash(hasher, &route.matches));
    let keys = keys::ItemKeys { key, gsi1: None, gsi2: None };
    item::replace("route", keys, route, rev_before)
}

/// The write that removes a route, if its stored revision is still the given one.
pub fn delete(hasher: &KeyedHasher, route: &Route) -> Write {
    Write::Delete {
        key: keys::route_lookup(&match_hash(hasher, &route.matches)),
        condition: Some(Condition::Equals("rev", item::number(route.rev))),
    }
}

/// A route by its id, through the index that lists the tenant's routes.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    route: RouteId,
) -> Result<Option<Route>, TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::routes_of(tenant),
        range: SortRange::StartsWith(route.to_string()),
        descending: false,
        limit: 1,
        after: None,
    };
    table.query(&query).await?.items.pop().map(item::from_item).transpose()
}

/// One page of a tenant's routes, oldest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Route>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::routes_of(tenant),
        range: SortRange::All,
        descending: false,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let routes = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((routes, page.next))
}
