//! What every handler works with.

use std::sync::Arc;

use flows::ports::{MailArchive, MailSender, Records, WorkQueue};

/// The ports of the API. Cheap to clone: every request has one.
#[derive(Clone)]
pub struct App {
    /// Tables, clock, randomness and the stack's secret.
    pub records: Records,
    /// Raw mail and attachments.
    pub archive: Arc<dyn MailArchive>,
    /// Where work for other functions goes.
    pub queue: Arc<dyn WorkQueue>,
    /// Who sends mail.
    pub sender: Arc<dyn MailSender>,
}
