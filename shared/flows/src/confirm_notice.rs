//! A person confirms what a notice asks: that somebody wants no more mail (G8).

use domain::ids::{NoticeId, RequestId};
use domain::notice::Matter;
use domain::permission::{Allowed, WriteNotices};
use domain::refusal::{RefusalCode, Refused};
use store::notices::{self, Mark};

use crate::apply_mail_event::apply_mail_events;
use crate::error::FlowError;
use crate::ports::Records;
use crate::read_notices::owners;
use crate::take_in_mail::unsubscribe;
use crate::transaction::{Doer, Transaction};

/// Unsubscribes who asks for it, and puts the notice away. The block comes first: a confirmation that
/// was cut off is confirmed again, and changes nothing then.
///
/// # Errors
/// `not_found`, also for one that was put away; `notice_asks_nothing`.
pub async fn confirm(
    records: &Records,
    allowed: &Allowed<WriteNotices>,
    request: RequestId,
    id: NoticeId,
) -> Result<(), FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    for owner in owners(allowed.user(), allowed.role()) {
        let Some(notice) = notices::get(table, tenant, owner, id).await? else { continue };
        let Matter::UnsubscribeAsked { address, .. } = notice.matter else {
            let hint = "only a wish to be unsubscribed is confirmed; put other notices away";
            return Err(Refused::new(RefusalCode::NoticeAsksNothing, hint).into());
        };
        let event = unsubscribe::event(tenant, address, notice.created_at);
        apply_mail_events(records, &[event]).await?;
        let now = records.clock.now();
        let mut transaction = Transaction::default();
        let gone = Refused::new(RefusalCode::NotFound, "somebody put it away meanwhile");
        transaction.add_or(notices::mark(tenant, owner, id, Mark::Dismissed, now), gone);
        transaction.note(Doer::new(allowed, request, now), "notice.confirmed", id)?;
        return transaction.commit(table).await;
    }
    Err(FlowError::not_found())
}
