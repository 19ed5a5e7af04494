//! Which mail one may see: that with a delivery to one's own mailboxes, and to administrators all,
//! until the sharing rules decide (D1 to D10).

use domain::delivery::Delivery;
use domain::ids::MessageId;
use domain::limits::READS_AT_ONCE_MAX;
use domain::message::Message;
use domain::permission::{Allowed, ReadMail};
use futures::stream::{self, StreamExt, TryStreamExt};
use store::messages::{self, DeliveredMessage};
use store::table::{Table, TableFault};

/// A message that the caller may see, with the deliveries he may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VisibleMessage {
    /// The message.
    pub message: Message,
    /// Its deliveries.
    pub deliveries: Vec<Delivery>,
}

/// What the caller sees of a message; none where he may not see it at all.
pub fn seen_by(
    allowed: &Allowed<ReadMail>,
    DeliveredMessage { message, mut deliveries }: DeliveredMessage,
) -> Option<VisibleMessage> {
    if !allowed.sees_mail_of(deliveries.iter().map(|delivery| delivery.owner)) {
        return None;
    }
    deliveries.retain(|delivery| allowed.sees_mail_of([delivery.owner]));
    Some(VisibleMessage { message, deliveries })
}

/// What the caller sees of each of these messages, in their order: one read each, some beside each
/// other.
///
/// # Errors
/// Faults of the table.
pub async fn of_ids(
    table: &dyn Table,
    allowed: &Allowed<ReadMail>,
    ids: Vec<MessageId>,
) -> Result<Vec<Option<VisibleMessage>>, TableFault> {
    let read = async |id| {
        let found = messages::get_delivered(table, allowed.tenant(), id).await?;
        Ok(found.and_then(|found| seen_by(allowed, found)))
    };
    stream::iter(ids).map(read).buffered(READS_AT_ONCE_MAX).try_collect().await
}

/// What the caller sees of these messages, which are read already: their deliveries are read.
///
/// # Errors
/// Faults of the table.
pub async fn of_messages(
    table: &dyn Table,
    allowed: &Allowed<ReadMail>,
    all: Vec<Message>,
) -> Result<Vec<VisibleMessage>, TableFault> {
    let read = async |message: Message| {
        let deliveries = messages::deliveries(table, allowed.tenant(), message.id).await?;
        Ok(seen_by(allowed, DeliveredMessage { message, deliveries }))
    };
    let seen: Vec<Option<VisibleMessage>> =
        stream::iter(all).map(read).buffered(READS_AT_ONCE_MAX).try_collect().await?;
    Ok(seen.into_iter().flatten().collect())
}
