//! Keys of the stack's own passes through the archive.

use super::{ItemKeys, crm, only};

/// How far the pass through a folder of the archive has come.
pub fn sweep(prefix: &str) -> ItemKeys {
    only(crm("STACK".to_owned(), format!("SWEEP#{prefix}")))
}
