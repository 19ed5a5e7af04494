//! Attachments of filed mail.

use serde::{Deserialize, Serialize};

/// A file that came with a mail. Its bytes are in the archive under their content hash, so the same
/// file is stored once per tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The name it came with, as the sender wrote it: escape it wherever it is shown.
    pub name: Option<String>,
    /// Its media type, as the sender wrote it, lower-case.
    pub media_type: String,
    /// Its size in octets after decoding.
    pub size_bytes: u64,
    /// SHA-256 of its octets, in hexadecimal.
    pub sha256: String,
    /// Whether the mail's text shows it in place.
    pub inline: bool,
}
