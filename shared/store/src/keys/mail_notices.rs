//! Keys of what users are told.

use domain::ids::{MailNoticeId, TenantId, UserId};

use super::{ItemKeys, delivery_table, only};

/// A notice.
pub fn mail_notice(tenant: TenantId, user: UserId, notice: MailNoticeId) -> ItemKeys {
    only(delivery_table(mail_notices_of(tenant, user), notice.to_string()))
}

/// Partition of a user's notices.
pub fn mail_notices_of(tenant: TenantId, user: UserId) -> String {
    format!("TENANT#{tenant}#USER#{user}#MAIL_NOTICES")
}
