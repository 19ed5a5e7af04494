//! From a message of the inbound queue to filed mail.

pub mod event;

use flows::error::FlowError;
use flows::ports::{MailArchive, Records};
use flows::take_in_mail::take_in_mail;
use lambda::batch::QueueMessage;

/// Takes in everything that a message announces; answers the outcomes' names for the log.
///
/// # Errors
/// The first failure; the other announcements of the message are taken in all the same, and find that
/// when the message comes again.
pub async fn take_in(
    records: &Records,
    archive: &dyn MailArchive,
    message: &QueueMessage,
) -> Result<String, FlowError> {
    let mut outcomes = Vec::new();
    let mut failed = None;
    for announcement in event::read(&message.body, message.sent_at()) {
        match take_in_mail(records, archive, &announcement).await {
            Ok(Some(settled)) if settled.repeated => outcomes.push("repeated"),
            Ok(Some(settled)) => outcomes.push(settled.outcome.name()),
            Ok(None) => outcomes.push("nothing_left"),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        None if outcomes.is_empty() => Ok("nothing_announced".to_owned()),
        None => Ok(outcomes.join(",")),
    }
}

#[cfg(test)]
mod tests;
