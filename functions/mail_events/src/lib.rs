//! From messages of the queue of mail events to facts.

pub mod event;

use flows::apply_mail_event::{ProviderNote, apply_provider_notes};
use flows::error::FlowError;
use flows::ports::Records;
use lambda::batch::QueueMessage;

/// Applies the events of all messages together; answers what it came to, for the log.
///
/// # Errors
/// Failures only. What can't be read, or is about nobody's mail, is counted and done with: it would
/// be no better the next time.
pub async fn apply(records: &Records, messages: &[QueueMessage]) -> Result<String, FlowError> {
    let notes: Vec<ProviderNote<'_>> = messages.iter().map(event::read).collect();
    let summary = apply_provider_notes(records, &notes).await?;
    Ok(summary.to_string())
}

#[cfg(test)]
mod tests;
