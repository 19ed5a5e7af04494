//! What a user is told, and an administrator for all of them, without having asked.

use domain::ids::{NoticeId, TenantId, UserId};
use domain::limits::PAGE_ROUNDS_MAX;
use domain::notice::Notice;
use domain::permission::{Allowed, ReadNotices, WriteNotices};
use domain::user::Role;
use store::notices::{self, Mark};
use store::table::WriteError;

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::Records;

/// One page of what the caller is told, newest first, without what was put away. A page is shorter than
/// wished for where much was.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadNotices>,
    wish: Wish,
) -> Result<Listed<Notice>, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let owners = owners(allowed.user(), allowed.role());
    let (mut items, mut after) = (Vec::new(), wish.after);
    for _ in 0..PAGE_ROUNDS_MAX {
        let taken = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let room = wish.limit.saturating_sub(taken);
        if room == 0 {
            break;
        }
        let (found, next) = notices::page(table, tenant, &owners, room, after).await?;
        items.extend(found.into_iter().filter(|notice| notice.dismissed_at.is_none()));
        after = next;
        if after.is_none() {
            break;
        }
    }
    Ok(Listed { items, next: after })
}

/// Marks a notice to the caller; what is told to the administrators is marked for all of them.
///
/// # Errors
/// `not_found`, also for one that was put away.
pub async fn mark(
    records: &Records,
    allowed: &Allowed<WriteNotices>,
    notice: NoticeId,
    as_what: Mark,
) -> Result<(), FlowError> {
    let (tenant, now): (TenantId, _) = (allowed.tenant(), records.clock.now());
    for owner in owners(allowed.user(), allowed.role()) {
        match records.table.write(notices::mark(tenant, owner, notice, as_what, now)).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed(_)) => {}
            Err(WriteError::Fault(fault)) => return Err(fault.into()),
        }
    }
    Err(FlowError::not_found())
}

/// To whom the caller is: himself, and one of the administrators.
pub(crate) fn owners(user: UserId, role: Role) -> Vec<Option<UserId>> {
    let mut owners = vec![Some(user)];
    owners.extend((role >= Role::Admin).then_some(None));
    owners
}
