//! What a tenant's plan counts. The numbers change in the transaction that changes what they count,
//! under the condition that the limit leaves room, so they are exact however many callers there are.

use domain::ids::{TenantId, UserId};

use crate::item::number;
use crate::keys;
use crate::table::{Change, Condition, Key, Write};

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Users of the tenant, disabled ones too.
    Users,
    /// Inbound routes of the tenant.
    Routes,
    /// Keys of one user that are not revoked.
    ApiKeys(UserId),
}

impl Counted {
    fn attribute(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Routes => "routes",
            Self::ApiKeys(_) => "api_keys",
        }
    }

    fn key(self, tenant: TenantId) -> Key {
        match self {
            Self::Users | Self::Routes => keys::counts(tenant).key,
            Self::ApiKeys(user) => keys::user_counts(tenant, user).key,
        }
    }
}

/// The write that counts one more, if there are fewer than `limit`.
pub fn one_more(tenant: TenantId, counted: Counted, limit: u64) -> Write {
    let attribute = counted.attribute();
    let room = if limit == 0 {
        // Nothing is less than zero, and a missing number must not pass for room.
        Condition::Less(attribute, number(0))
    } else {
        Condition::Any(vec![Condition::Lacks(attribute), Condition::Less(attribute, number(limit))])
    };
    Write::Update {
        key: counted.key(tenant),
        changes: vec![Change::Add(attribute, 1)],
        condition: Some(room),
    }
}

/// The write that counts one less.
pub fn one_less(tenant: TenantId, counted: Counted) -> Write {
    let attribute = counted.attribute();
    Write::Update {
        key: counted.key(tenant),
        changes: vec![Change::Add(attribute, -1)],
        condition: Some(Condition::Greater(attribute, number(0))),
    }
}

/// The write that counts one more owner who may log in.
pub fn one_more_owner(tenant: TenantId) -> Write {
    Write::Update {
        key: keys::owner_count(tenant).key,
        changes: vec![Change::Add(OWNERS, 1)],
        condition: None,
    }
}

/// The write that counts one owner less, if he is not the last.
pub fn one_less_owner(tenant: TenantId) -> Write {
    Write::Update {
        key: keys::owner_count(tenant).key,
        changes: vec![Change::Add(OWNERS, -1)],
        condition: Some(Condition::Greater(OWNERS, number(1))),
    }
}

const OWNERS: &str = "owners";
