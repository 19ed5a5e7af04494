//! Keys of tenants, users, their API keys and counts.

use domain::ids::{ApiKeyId, TenantId, UserId};

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// The stack's first tenant, whose administrators also see mail that belongs to nobody.
pub fn operator() -> ItemKeys {
    only(crm("STACK".to_owned(), "OPERATOR"))
}

/// A tenant; `TENANTS` lists them by id.
pub fn tenant(tenant: TenantId) -> ItemKeys {
    ItemKeys {
        key: crm(format!("TENANT#{tenant}"), "TENANT"),
        gsi1: Some((tenants(), tenant.to_string())),
        gsi2: None,
    }
}

/// Index partition of all tenants of the stack.
pub fn tenants() -> String {
    "TENANTS".to_owned()
}

/// How many of something a tenant has: one item each, for a transaction changes an item once.
pub fn count(tenant: TenantId, counted: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}"), format!("{COUNT}{counted}")))
}

/// How many of something a user has.
pub fn user_count(tenant: TenantId, user: UserId, counted: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#USER#{user}"), format!("{COUNT}{counted}")))
}

/// What sort keys of counts start with.
pub const COUNT: &str = "COUNT#";

/// A user; `T#USERS` lists them by id.
pub fn user(tenant: TenantId, user: UserId) -> ItemKeys {
    ItemKeys {
        key: crm(format!("TENANT#{tenant}#USER#{user}"), "USER"),
        gsi1: Some((users_of(tenant), user.to_string())),
        gsi2: None,
    }
}

/// Index partition of a tenant's users.
pub fn users_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#USERS")
}

/// The claim that makes a user's address unique in the tenant; also tells our own people's mail.
pub fn user_address(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#EMAIL#{address_hash}"), "USER"))
}

/// An API key, found before the tenant is known; `T#API_KEYS` lists them by id, and so does
/// `T#USER#u#API_KEYS` for one user.
pub fn api_key(tenant: TenantId, user: UserId, key: ApiKeyId) -> ItemKeys {
    ItemKeys {
        key: api_key_lookup(key),
        gsi1: Some((api_keys_of(tenant), key.to_string())),
        gsi2: Some((api_keys_of_user(tenant, user), key.to_string())),
    }
}

/// Primary key of an API key.
pub fn api_key_lookup(key: ApiKeyId) -> Key {
    crm(format!("API_KEY#{key}"), "API_KEY")
}

/// Index partition of a tenant's API keys.
pub fn api_keys_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#API_KEYS")
}

/// Index partition of a user's API keys.
pub fn api_keys_of_user(tenant: TenantId, user: UserId) -> String {
    format!("TENANT#{tenant}#USER#{user}#API_KEYS")
}
