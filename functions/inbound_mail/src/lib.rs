//! From a message of the inbound queue to filed mail.

pub mod event;

use flows::answer_unknown_address::{UnknownAddress, answer_unknown_address};
use flows::error::FlowError;
use flows::ports::{MailArchive, MailSender, Records};
use flows::take_in_mail::take_in_mail;
use lambda::batch::{QueueMessage, chain};
use tracing::warn;

/// Takes in everything that a message announces; answers the outcomes' names for the log.
///
/// # Errors
/// The first failure; the other announcements of the message are taken in all the same, and find that
/// when the message comes again.
pub async fn take_in(
    records: &Records,
    archive: &dyn MailArchive,
    sender: &dyn MailSender,
    message: &QueueMessage,
) -> Result<String, FlowError> {
    let mut outcomes = Vec::new();
    let mut failed = None;
    for announcement in event::read(&message.body, message.sent_at()) {
        match take_in_mail(records, archive, &announcement).await {
            Ok(Some(settled)) if settled.repeated => outcomes.push("repeated"),
            Ok(Some(settled)) => {
                outcomes.push(settled.outcome.name());
                answer(records, sender, &settled.unknown).await;
            }
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

/// Answers those who wrote to an address that does not exist. The mail itself has ended: what fails here
/// is told in the log, and not tried again.
async fn answer(records: &Records, sender: &dyn MailSender, unknown: &[UnknownAddress]) {
    for unknown in unknown {
        if let Err(error) = answer_unknown_address(records, sender, unknown).await {
            let cause = chain(&error);
            warn!(intake.id = %unknown.intake, cause, "an automatic answer was left out");
        }
    }
}

#[cfg(test)]
mod tests;
