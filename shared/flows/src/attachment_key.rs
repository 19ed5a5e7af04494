//! Where attachments and our own mails are in the archive.

use domain::ids::{MessageId, TenantId};

/// Key of an attachment's object: its tenant and its content, so that the same file is kept once.
/// `sha256` is lower-case hexadecimal.
pub fn attachment_key(tenant: TenantId, sha256: &str) -> String {
    format!("attachments/{tenant}/{sha256}")
}

/// Key of the raw mail that we sent: made before it is sent, the same at every try.
pub fn outgoing_key(tenant: TenantId, message: MessageId) -> String {
    format!("outgoing/{tenant}/{message}.eml")
}
