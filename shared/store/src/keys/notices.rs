//! Keys of notices.

use domain::ids::{NoticeId, TenantId, UserId};
use domain::timestamp::Timestamp;

use super::{ItemKeys, crm};

/// A notice, by month and time; index 1 lists those of a user.
pub fn notice(
    tenant: TenantId,
    notice: NoticeId,
    at: Timestamp,
    owner: Option<UserId>,
) -> ItemKeys {
    let order = format!("{at}#{notice}");
    ItemKeys {
        gsi1: owner.map(|user| (notices_of_user(tenant, user), order.clone())),
        key: crm(notices_of_month(tenant, &at.month()), order),
        gsi2: None,
    }
}

/// Partition of a tenant's notices of one month (`yyyymm`).
pub fn notices_of_month(tenant: TenantId, month: &str) -> String {
    format!("TENANT#{tenant}#NOTICES#{month}")
}

/// Index partition of the notices of a user.
pub fn notices_of_user(tenant: TenantId, user: UserId) -> String {
    format!("TENANT#{tenant}#USER#{user}#NOTICES")
}
