//! Keys of the tree of users.

use domain::ids::{TenantId, UserId};

use super::{ItemKeys, crm, only};

/// A user's place in the tree: to whom he reports, and who stands below him.
pub fn place(tenant: TenantId, user: UserId) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#USER#{user}"), "PLACE"))
}
