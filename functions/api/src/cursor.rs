//! Cursors: the mark where a page ended, sealed so that it opens only the list it came from.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::email_address::KeyedHasher;
use domain::refusal::{RefusalCode, Refused};
use store::table::PageMark;
use subtle::ConstantTimeEq;

/// Octets of the code in front of the mark: 128 of the HMAC's 256 bits, which nobody can guess online.
const CODE_BYTES: usize = 16;

/// Seals and opens the cursors of one list.
pub struct CursorSeal {
    hasher: KeyedHasher,
    /// Tenant, user, path and filter.
    list: String,
}

impl CursorSeal {
    /// The seal of the list that `list` names.
    pub fn new(hasher: KeyedHasher, list: String) -> Self {
        Self { hasher, list }
    }

    /// The cursor of a mark.
    pub fn seal(&self, mark: &PageMark) -> String {
        // A map of texts always has a JSON form; an empty one is refused when it comes back.
        let json = serde_json::to_vec(mark).unwrap_or_default();
        let mut octets = self.code(&json).to_vec();
        octets.extend(json);
        URL_SAFE_NO_PAD.encode(octets)
    }

    /// The mark of a cursor.
    ///
    /// # Errors
    /// `cursor_invalid` for a cursor of another tenant, path or filter, and for any other text.
    pub fn open(&self, cursor: &str) -> Result<PageMark, Refused> {
        self.try_open(cursor).ok_or_else(|| {
            let hint = "take `next_cursor` of the same list with the same filter, or start anew";
            Refused::field(RefusalCode::CursorInvalid, "cursor", hint)
        })
    }

    fn try_open(&self, cursor: &str) -> Option<PageMark> {
        let octets = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (code, json) = octets.split_at_checked(CODE_BYTES)?;
        if !bool::from(code.ct_eq(&self.code(json))) {
            return None;
        }
        serde_json::from_slice(json).ok()
    }

    fn code(&self, json: &[u8]) -> [u8; CODE_BYTES] {
        let mut octets = self.list.as_bytes().to_vec();
        octets.push(0);
        octets.extend(json);
        let whole = self.hasher.mac_of("cursor", &octets);
        let mut code = [0; CODE_BYTES];
        code.copy_from_slice(whole.split_at(CODE_BYTES).0);
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(secret: &[u8], list: &str) -> CursorSeal {
        CursorSeal::new(KeyedHasher::new(secret), list.to_owned())
    }

    fn mark() -> PageMark {
        PageMark::from([("pk".to_owned(), "p".to_owned()), ("sk".to_owned(), "s".to_owned())])
    }

    #[test]
    fn a_cursor_opens_the_list_it_came_from_and_no_other() {
        let cursor = seal(b"secret", "ten_1 /v1/users").seal(&mark());
        assert_eq!(seal(b"secret", "ten_1 /v1/users").open(&cursor), Ok(mark()));
        for other in [seal(b"secret", "ten_2 /v1/users"), seal(b"other", "ten_1 /v1/users")] {
            let refused = other.open(&cursor).map_err(|refused| refused.code);
            assert_eq!(refused, Err(RefusalCode::CursorInvalid));
        }
    }

    #[test]
    fn a_changed_cursor_opens_nothing() {
        let list = seal(b"secret", "list");
        let cursor = list.seal(&mark());
        for position in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(list.open(&changed).is_err(), "{changed}");
        }
        for text in ["", "AAAA", "not base64!", &cursor[..cursor.len() - 1]] {
            assert!(list.open(text).is_err(), "{text}");
        }
    }
}
