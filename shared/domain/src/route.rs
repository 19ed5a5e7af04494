//! Inbound routes: which tenant and mailbox an envelope recipient leads to.

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::ids::{MailboxId, RouteId, TenantId, UserId};
use crate::route_purpose::Purpose;
use crate::timestamp::Timestamp;

/// An inbound route. An address's own route goes before its domain's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// Its id.
    pub id: RouteId,
    /// What it matches.
    pub matches: RouteMatch,
    /// Whose mail it is.
    pub tenant: TenantId,
    /// Where the delivery goes.
    pub mailbox: MailboxId,
    /// The mailbox's owner, copied here so that filing a mail needs no read of the mailbox.
    pub owner: UserId,
    /// What comes in by it, and how that is filed: all that filing needs stands here.
    #[serde(default)]
    pub purpose: Purpose,
    /// From when on the address is dead; none while it is in use. What was announced before then is
    /// still filed.
    #[serde(default)]
    pub ends_at: Option<Timestamp>,
    /// How many records it has made: whose turn it is.
    #[serde(default)]
    pub turn: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

impl Route {
    /// Whether its address was dead at that moment.
    pub fn is_dead(&self, at: Timestamp) -> bool {
        self.ends_at.is_some_and(|end| end <= at)
    }
}

/// What a route matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteMatch {
    /// One address, with any plus tag.
    Address(EmailAddress),
    /// Every address of a domain that has no route of its own.
    Domain(String),
}

/// That mail for a domain comes in for one tenant, and no other can have routes under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainClaim {
    /// The domain, in lower-case ASCII.
    pub domain: String,
    /// Whose it is.
    pub tenant: TenantId,
    /// Since when.
    pub created_at: Timestamp,
}
