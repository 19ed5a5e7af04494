//! What a tenant's plan counts. A number changes in the transaction that changes what it counts, under
//! the condition that the limit leaves room, so it is exact however many callers there are.

use domain::ids::{TenantId, UserId};

use crate::item::number;
use crate::keys;
use crate::table::{Change, Condition, Key, Write};

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Users of the tenant, disabled ones too.
    Users,
    /// Owners of the tenant who may log in.
    ActiveOwners,
    /// Inbound routes of the tenant.
    Routes,
    /// Lists of the tenant.
    Lists,
    /// Modules that the tenant made.
    Modules,
    /// Keys of one user that are not revoked.
    ApiKeys(UserId),
}

/// The attribute with the number.
const NUMBER: &str = "number";

fn key(tenant: TenantId, counted: Counted) -> Key {
    match counted {
        Counted::Users => keys::count(tenant, "USERS").key,
        Counted::ActiveOwners => keys::count(tenant, "ACTIVE_OWNERS").key,
        Counted::Routes => keys::count(tenant, "ROUTES").key,
        Counted::Lists => keys::count(tenant, "LISTS").key,
        Counted::Modules => keys::count(tenant, "MODULES").key,
        Counted::ApiKeys(user) => keys::user_count(tenant, user, "API_KEYS").key,
    }
}

/// The write that counts one more.
pub fn one_more(tenant: TenantId, counted: Counted) -> Write {
    more(tenant, counted, 1)
}

/// The write that counts so many more.
pub fn more(tenant: TenantId, counted: Counted, by: u32) -> Write {
    change(tenant, counted, i64::from(by), None)
}

/// The write that counts one more, if there are fewer than `limit`.
pub fn one_more_within(tenant: TenantId, counted: Counted, limit: u64) -> Write {
    let fewer = Condition::Less(NUMBER, number(limit));
    // Where nothing was counted yet there is room, unless the limit is zero: nothing is less than that.
    let room =
        if limit == 0 { fewer } else { Condition::Any(vec![Condition::Lacks(NUMBER), fewer]) };
    change(tenant, counted, 1, Some(room))
}

/// The write that counts one less, if at least `least` stay.
pub fn one_less_keeping(tenant: TenantId, counted: Counted, least: u64) -> Write {
    change(tenant, counted, -1, Some(Condition::Greater(NUMBER, number(least))))
}

fn change(tenant: TenantId, counted: Counted, by: i64, condition: Option<Condition>) -> Write {
    Write::Update { key: key(tenant, counted), changes: vec![Change::Add(NUMBER, by)], condition }
}
