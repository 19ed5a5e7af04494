//! Keys of mailboxes and of what leads to them.

use domain::ids::{MailboxId, RouteId, TenantId};

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// A mailbox; `T#MAILBOXES` lists them by id.
pub fn mailbox(tenant: TenantId, mailbox: MailboxId) -> ItemKeys {
    ItemKeys {
        key: crm(format!("TENANT#{tenant}#MAILBOX#{mailbox}"), "MAILBOX"),
        gsi1: None,
        gsi2: Some((mailboxes_of(tenant), mailbox.to_string())),
    }
}

/// Index partition of a tenant's mailboxes.
pub fn mailboxes_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#MAILBOXES")
}

/// An inbound route, found by its match before the tenant is known; `T#ROUTES` lists them by id.
/// `match_hash` is the keyed hash of the address, or of the domain.
pub fn route(tenant: TenantId, match_hash: &str, route: RouteId) -> ItemKeys {
    ItemKeys {
        key: route_lookup(match_hash),
        gsi1: Some((routes_of(tenant), route.to_string())),
        gsi2: None,
    }
}

/// Primary key of a route.
pub fn route_lookup(match_hash: &str) -> Key {
    crm(format!("ROUTE#{match_hash}"), "ROUTE")
}

/// Index partition of a tenant's routes.
pub fn routes_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#ROUTES")
}

/// The claim that gives a mail domain to one tenant.
pub fn domain_claim(domain: &str) -> ItemKeys {
    only(crm(format!("DOMAIN#{domain}"), "CLAIM"))
}
