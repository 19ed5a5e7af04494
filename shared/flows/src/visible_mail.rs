//! Which mail one may see: that with a delivery to one's own mailboxes or to those of everybody below
//! oneself (J1, Z2: as under the default Private), and to administrators all, until the sharing rules
//! decide (D1 to D10). A message itself tells its deliveries, so a page of
//! messages needs no read for each of them; only of one with more deliveries than it may tell are they
//! read.

use std::collections::BTreeSet;

use domain::delivery::Arrival;
use domain::ids::{MessageId, TenantId};
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
    /// Where it arrived.
    pub deliveries: Vec<Arrival>,
}

/// What the caller sees of a message; none where he may not see it at all.
///
/// # Errors
/// Faults of the table.
pub async fn of_message(
    table: &dyn Table,
    allowed: &Allowed<ReadMail>,
    found: DeliveredMessage,
) -> Result<Option<VisibleMessage>, TableFault> {
    let arrivals = all_arrivals(table, allowed.tenant(), &found).await?;
    if !allowed.sees_mail_of(arrivals.iter().map(|arrival| arrival.owner)) {
        return Ok(None);
    }
    let seen = arrivals.into_iter().filter(|arrival| allowed.sees_mail_of([arrival.owner]));
    Ok(Some(VisibleMessage { message: found.message, deliveries: seen.collect() }))
}

/// Where a message arrived: no read, but for one with more deliveries than a message may tell.
///
/// # Errors
/// Faults of the table.
pub async fn all_arrivals(
    table: &dyn Table,
    tenant: TenantId,
    found: &DeliveredMessage,
) -> Result<BTreeSet<Arrival>, TableFault> {
    if !found.more {
        return Ok(found.arrivals.clone());
    }
    let deliveries = messages::deliveries(table, tenant, found.message.id).await?;
    Ok(deliveries.iter().map(Arrival::from).collect())
}

/// What the caller sees of each of these messages, in their order: one batch read for each 100.
///
/// # Errors
/// Faults of the table.
pub async fn of_ids(
    table: &dyn Table,
    allowed: &Allowed<ReadMail>,
    ids: &[MessageId],
) -> Result<Vec<Option<VisibleMessage>>, TableFault> {
    let mut found = messages::get_many(table, allowed.tenant(), ids).await?;
    let found: Vec<_> = ids.iter().map(|id| found.remove(id)).collect();
    let see = async |found| match found {
        Some(found) => of_message(table, allowed, found).await,
        None => Ok(None),
    };
    stream::iter(found).map(see).buffered(READS_AT_ONCE_MAX).try_collect().await
}

/// Those of these messages, which are read already, that the caller sees.
///
/// # Errors
/// Faults of the table.
pub async fn of_messages(
    table: &dyn Table,
    allowed: &Allowed<ReadMail>,
    all: Vec<DeliveredMessage>,
) -> Result<Vec<VisibleMessage>, TableFault> {
    let see = async |found| of_message(table, allowed, found).await;
    let seen: Vec<Option<VisibleMessage>> =
        stream::iter(all).map(see).buffered(READS_AT_ONCE_MAX).try_collect().await?;
    Ok(seen.into_iter().flatten().collect())
}
