//! What a message of the queue says.
//!
//! ```text
//! shape                                       whose
//! {"eventType": "Bounce", ...}                SES event publishing, raw delivery: ours
//! {"notificationType": "Bounce", ...}         SES identity notification, raw delivery
//! {"Type": "Notification", "Message": ...     SNS: one of the above within
//! {"detail": {"eventType": ...                EventBridge: one of the above within
//! {"apply_note": {"json": ...                 ours: one of the above, told over HTTPS and verified
//! Successfully validated SNS topic ...        SES tries a topic that it is told of; says nothing
//! ```
//! All but ours are read by `mail::bounce::ses_event`. Sources: "Examples of event data that Amazon
//! SES publishes to Amazon SNS", "Contents of notifications for Amazon SES".

use std::borrow::Cow;

use flows::apply_mail_event::ProviderNote;
use flows::ports::Work;
use lambda::batch::QueueMessage;

/// The note of a message.
pub fn read(message: &QueueMessage) -> ProviderNote<'_> {
    match serde_json::from_str(&message.body) {
        Ok(Work::ApplyNote(note)) => {
            ProviderNote { json: Cow::Owned(note.json), received_at: note.told_at }
        }
        Ok(Work::RetryIntake(_) | Work::TakeIn(_)) | Err(_) => {
            ProviderNote { json: Cow::Borrowed(&message.body), received_at: message.sent_at() }
        }
    }
}
