//! Keys of notices.

use domain::ids::{NoticeId, TenantId, UserId};

use super::{ItemKeys, delivery_table, only};

/// A notice to a user, or to the administrators: its id sorts by time.
pub fn notice(tenant: TenantId, owner: Option<UserId>, notice: NoticeId) -> ItemKeys {
    only(delivery_table(notices_of(tenant, owner), notice.to_string()))
}

/// Partition of the notices to a user, or to the administrators.
pub fn notices_of(tenant: TenantId, owner: Option<UserId>) -> String {
    match owner {
        Some(user) => format!("TENANT#{tenant}#USER#{user}#NOTICES"),
        None => format!("TENANT#{tenant}#NOTICES"),
    }
}
