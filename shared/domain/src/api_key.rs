//! Keys of the HTTP API: hashed, scoped, expiring.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{ApiKeyId, TenantId, UserId};
use crate::permission::Scope;
use crate::timestamp::Timestamp;

/// A key of the API. The secret half of its text is stored only as a hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Its id, which is part of the key's text.
    pub id: ApiKeyId,
    /// Whose data it opens.
    pub tenant: TenantId,
    /// As whom it acts.
    pub user: UserId,
    /// What it is for, in its owner's words.
    pub name: String,
    /// What it may do, within the user's role.
    pub scopes: BTreeSet<Scope>,
    /// SHA-256 of the secret, in hexadecimal. The secret has 256 random bits, so it needs no salt.
    pub secret_sha256: String,
    /// From when on it is refused. Stored under another name, for `expires_at` in an item is the
    /// table's own.
    #[serde(rename = "valid_until")]
    pub expires_at: Timestamp,
    /// Since when it is withdrawn.
    pub revoked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

impl ApiKey {
    /// What every key's text starts with: scanners for leaked secrets look for it.
    pub const TEXT_PREFIX: &'static str = "mailroom_";

    /// Whether the key opens anything at that moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
