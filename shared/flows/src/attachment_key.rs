//! Where attachments are in the archive.

use domain::ids::TenantId;

/// Key of an attachment's object: its tenant and its content, so that the same file is kept once.
/// `sha256` is lower-case hexadecimal.
pub fn attachment_key(tenant: TenantId, sha256: &str) -> String {
    format!("attachments/{tenant}/{sha256}")
}
