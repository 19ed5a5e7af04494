//! From the JSON that SES writes to applied facts.

use std::borrow::Cow;
use std::fmt;

use domain::mail_event::MailEvent;
use domain::timestamp::Timestamp;
use mail::bounce::report::Kind;

use super::{Applied, apply_mail_events, locate};
use crate::error::FlowError;
use crate::ports::Records;

/// An event as SES wrote it.
#[derive(Clone, Debug)]
pub struct ProviderNote<'a> {
    /// The JSON, bare or within an envelope.
    pub json: Cow<'a, str>,
    /// When it came; stands in where the event names no time.
    pub received_at: Timestamp,
}

/// What notes of the provider came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Of those that are about mail of ours.
    pub applied: Applied,
    /// Notes about mail that is no tenant's.
    pub nobodys: u64,
    /// Notes that are no events.
    pub unreadable: u64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Applied { learned, repeated, unattributed, blocked } = self.applied;
        write!(f, "learned {learned}, repeated {repeated}, unattributed {unattributed}, ")?;
        write!(f, "blocked {blocked}, nobodys {}, ", self.nobodys)?;
        write!(f, "unreadable {}", self.unreadable)
    }
}

/// Applies what SES told. Its signature, where it came over HTTPS, was verified before.
///
/// # Errors
/// Failures only: all of them have to come again.
pub async fn apply_provider_notes(
    records: &Records,
    notes: &[ProviderNote<'_>],
) -> Result<Summary, FlowError> {
    let mut summary = Summary::default();
    let mut events: Vec<MailEvent> = Vec::new();
    for note in notes {
        let decoded = mail::bounce::decode(note.json.as_bytes());
        if decoded.ses.is_none() || decoded.kind == Kind::Mail {
            summary.unreadable += 1;
            continue;
        }
        let located = locate(records, &decoded, note.received_at).await?;
        summary.nobodys += u64::from(located.is_empty());
        events.extend(located);
    }
    summary.applied = apply_mail_events(records, &events).await?;
    Ok(summary)
}
