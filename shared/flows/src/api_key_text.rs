//! The text of an API key, `mailroom_<key id>_<secret>`: made once, shown once, stored as a hash.
//!
//! ```text
//! mailroom_01KB2N8QSZ3M9T4V5W6X7Y8Z90_Gm3V...43 characters of base64url
//!          the id's 26 characters     the secret's 256 bits
//! ```
//! The id finds the record; only the secret proves anything. It is random, so a plain SHA-256 of it
//! can be kept: nobody can try 2^256 of them, and a slow hash would cost each request.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::api_key::ApiKey;
use domain::ids::ApiKeyId;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The text of a key that was just made. It has no Debug, so that it can't reach a log by accident.
pub struct NewKeyText {
    /// What its user keeps.
    pub text: String,
    /// What [`ApiKey::secret_sha256`] keeps.
    pub secret_sha256: String,
}

/// Makes the text of a key.
pub fn make(id: ApiKeyId, secret: [u8; 32]) -> NewKeyText {
    let bare_id = id.to_string().split_off(ApiKeyId::PREFIX.len());
    let secret = URL_SAFE_NO_PAD.encode(secret);
    NewKeyText {
        text: format!("{}{bare_id}_{secret}", ApiKey::TEXT_PREFIX),
        secret_sha256: hash(&secret),
    }
}

/// A key's text as a caller gives it: well-formed, nothing more.
pub struct GivenKey {
    /// Which key it says it is.
    pub id: ApiKeyId,
    secret_sha256: String,
}

/// The text has not the form of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an API key")]
pub struct NotAKey;

impl FromStr for GivenKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let body = text.strip_prefix(ApiKey::TEXT_PREFIX).ok_or(NotAKey)?;
        let (bare_id, secret) = body.split_once('_').ok_or(NotAKey)?;
        let id = format!("{}{bare_id}", ApiKeyId::PREFIX).parse().map_err(|_| NotAKey)?;
        let octets = URL_SAFE_NO_PAD.decode(secret).map_err(|_| NotAKey)?;
        if octets.len() == 32 { Ok(Self { id, secret_sha256: hash(secret) }) } else { Err(NotAKey) }
    }
}

impl GivenKey {
    /// Whether it is the key that was made. The time it takes tells nothing about the hash.
    pub fn opens(&self, key: &ApiKey) -> bool {
        let same = self.secret_sha256.as_bytes().ct_eq(key.secret_sha256.as_bytes());
        self.id == key.id && bool::from(same)
    }
}

fn hash(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|octet| format!("{octet:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::ids::{TenantId, UserId};
    use domain::timestamp::Timestamp;

    use super::*;

    fn stored(id: ApiKeyId, secret_sha256: String) -> ApiKey {
        let at = Timestamp::default();
        ApiKey {
            id,
            tenant: TenantId::from_parts(at, 1),
            user: UserId::from_parts(at, 1),
            name: "test".to_owned(),
            scopes: BTreeSet::new(),
            secret_sha256,
            expires_at: at,
            revoked_at: None,
            created_at: at,
            rev: 1,
        }
    }

    #[test]
    fn a_key_opens_its_own_record_and_no_other() {
        let id = ApiKeyId::from_parts(Timestamp::from_seconds(1_795_339_800), 7);
        let made = make(id, [9; 32]);
        let key = stored(id, made.secret_sha256);
        assert_eq!(made.text.len(), "mailroom_".len() + 26 + 1 + 43);
        assert!(made.text.parse::<GivenKey>().is_ok_and(|given| given.opens(&key)));

        let other_secret = make(id, [8; 32]).text.parse::<GivenKey>();
        assert!(other_secret.is_ok_and(|given| !given.opens(&key)));
        let other_id = make(ApiKeyId::from_bits(1), [9; 32]).text.parse::<GivenKey>();
        assert!(other_id.is_ok_and(|given| !given.opens(&key)));
    }

    #[test]
    fn the_text_is_not_what_is_stored() {
        let made = make(ApiKeyId::from_bits(1), [9; 32]);
        assert!(!made.text.contains(&made.secret_sha256));
        assert_eq!(made.secret_sha256.len(), 64);
    }

    #[test]
    fn texts_of_another_form_are_no_keys() {
        let good = make(ApiKeyId::from_bits(0xABCDEF << 64), [9; 32]).text;
        let shorter = good.get(..good.len() - 1).unwrap_or_default();
        let lower = good.to_lowercase();
        for text in ["", "mailroom_", "mailroom_x_y", "x", shorter, &lower, &format!("{good}A")] {
            assert!(text.parse::<GivenKey>().is_err(), "{text}");
        }
    }
}
