//! What a message of the queue says.
//!
//! ```text
//! shape                                       whose
//! {"eventType": "Bounce", ...}                SES event publishing, raw delivery: ours
//! {"notificationType": "Bounce", ...}         SES identity notification, raw delivery
//! {"Type": "Notification", "Message": ...     SNS: one of the above within
//! {"detail": {"eventType": ...                EventBridge: one of the above within
//! Successfully validated SNS topic ...        SES tries a topic that it is told of; says nothing
//! ```
//! All of these are read by `mail::bounce::ses_event`. Sources: "Examples of event data that Amazon
//! SES publishes to Amazon SNS", "Contents of notifications for Amazon SES".

use flows::apply_mail_event::ProviderNote;
use lambda::batch::QueueMessage;

/// The note of a message.
pub fn read(message: &QueueMessage) -> ProviderNote<'_> {
    ProviderNote { json: &message.body, received_at: message.sent_at() }
}
