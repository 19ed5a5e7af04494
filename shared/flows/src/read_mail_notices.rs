//! What a user is told about mail that came for him.

use domain::ids::MailNoticeId;
use domain::mail_notice::MailNotice;
use domain::permission::{Allowed, ReadMailNotices, WriteMailNotices};
use store::mail_notices;

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;

/// One page of the caller's notices, newest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadMailNotices>,
    wish: Wish,
) -> Result<Listed<MailNotice>, FlowError> {
    let (table, tenant, user) = (records.table.as_ref(), allowed.tenant(), allowed.user());
    Ok(mail_notices::list(table, tenant, user, wish.limit, wish.after).await?.into())
}

/// Puts a notice of the caller away.
///
/// # Errors
/// `not_found`.
pub async fn dismiss(
    records: &Records,
    allowed: &Allowed<WriteMailNotices>,
    notice: MailNoticeId,
) -> Result<(), FlowError> {
    let write = mail_notices::dismiss(allowed.tenant(), allowed.user(), notice);
    let written = records.table.write(write).await;
    written.map(drop).map_err(|error| FlowError::from_write(error, FlowError::no_such_thing()))
}
