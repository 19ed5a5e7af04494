//! Which account the people of a domain belong to (B9): claimed once, so that a company is made once.

use domain::ids::{ContactId, TenantId};
use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{Change, Condition, Key, TableFault, Write};

/// The account of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationClaim {
    /// The account.
    pub account: ContactId,
    /// How many records that mail made belong to it: the last that is undone takes it along.
    pub people: u64,
}

/// Key of a domain's claim, given in normal form.
pub fn key(tenant: TenantId, domain: &str) -> Key {
    keys::organization(tenant, domain).key
}

/// The write that claims a domain nobody has claimed.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(
    tenant: TenantId,
    domain: &str,
    claim: &OrganizationClaim,
) -> Result<Write, TableFault> {
    item::create("organization_claim", keys::organization(tenant, domain), claim)
}

/// The write that counts more people of an account, or fewer.
pub fn count(tenant: TenantId, domain: &str, account: ContactId, more: i64) -> Write {
    Write::Update {
        key: key(tenant, domain),
        changes: vec![Change::Add("people", more)],
        condition: Some(Condition::Equals("account", item::text(account))),
    }
}

/// The write that gives a domain up with its last person.
pub fn release(tenant: TenantId, domain: &str, claim: &OrganizationClaim) -> Write {
    let condition = Condition::All(vec![
        Condition::Equals("account", item::text(claim.account)),
        Condition::Equals("people", item::number(claim.people)),
    ]);
    Write::Delete { key: key(tenant, domain), condition: Some(condition) }
}
