//! What a user is told by the system about mail that came for him.

use serde::{Deserialize, Serialize};

use crate::ids::{IntakeId, MailNoticeId, UserId};
use crate::timestamp::Timestamp;

/// Something that a user is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailNotice {
    /// Its id, derived from the intake: the same mail tells the same thing once.
    pub id: MailNoticeId,
    /// Who is told.
    pub user: UserId,
    /// What.
    pub what: What,
    /// By which raw mail.
    pub intake: IntakeId,
    /// When that came.
    pub created_at: Timestamp,
}

/// What a user is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum What {
    /// His dropbox got mail that is not his, or not surely his: it waits in quarantine (B8).
    DropboxRefused {
        /// Why, by the code of the quarantine reason.
        reason: String,
    },
    /// Gmail asks whether it may forward his mail to us (A16). We never answer for him.
    ForwardingConfirmation {
        /// The code to type in there.
        code: Option<String>,
        /// The link to open.
        link: Option<String>,
    },
}

impl What {
    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DropboxRefused { .. } => "dropbox_refused",
            Self::ForwardingConfirmation { .. } => "forwarding_confirmation",
        }
    }
}
