//! E-mail addresses: parsing, the normal form that decides equality, and masking.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Longest address in octets: a path of 256 less its two angle brackets (RFC 5321 section 4.5.3.1.3).
pub const ADDRESS_OCTETS_MAX: usize = 254;
/// Longest local part in octets (RFC 5321 section 4.5.3.1.1).
pub const LOCAL_PART_OCTETS_MAX: usize = 64;

/// An address of one mailbox (`addr-spec` of RFC 5322 section 3.4.1, with the UTF-8 of RFC 6532).
///
/// It prints masked, so it can't reach a log by accident; [`EmailAddress::expose`] gives the text.
/// Equality, order and hash follow the normal form: local part lower-cased, domain as lower-case
/// ASCII (IDNA). The text keeps the local part as it was written.
#[derive(Clone)]
pub struct EmailAddress {
    text: String,
    normal: String,
    /// Octet position of the `@` in `normal`.
    at: usize,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressFlaw {
    /// Nothing but white space.
    #[error("the address is empty")]
    Empty,
    /// No `@`, or nothing on one side of it.
    #[error("the address needs a local part, an @ and a domain")]
    NoAt,
    /// White space, a control character or one of `<>,;:()[]\"` outside a quoted local part.
    #[error("the address has a character that addresses can't have")]
    BadCharacter,
    /// The domain is no host name, nor a bracketed literal.
    #[error("the domain of the address is not a domain name")]
    BadDomain,
    /// Longer than RFC 5321 allows.
    #[error("the address is longer than 254 octets, or its local part longer than 64")]
    TooLong,
}

impl EmailAddress {
    /// Reads a bare address (no display name, no angle brackets); surrounding white space is cut.
    ///
    /// # Errors
    /// The first [`AddressFlaw`] met.
    pub fn parse(text: &str) -> Result<Self, AddressFlaw> {
        let text = text.trim();
        if text.is_empty() {
            return Err(AddressFlaw::Empty);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressFlaw::NoAt)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressFlaw::NoAt);
        }
        if text.len() > ADDRESS_OCTETS_MAX || local.len() > LOCAL_PART_OCTETS_MAX {
            return Err(AddressFlaw::TooLong);
        }
        check_local_part(local)?;
        let domain = normal_domain(domain)?;
        let local_normal = local.to_lowercase();
        let at = local_normal.len();
        Ok(Self {
            text: format!("{local}@{domain}"),
            normal: format!("{local_normal}@{domain}"),
            at,
        })
    }

    /// The address as text, the domain in its ASCII form. Never log it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The normal form: what equality and keyed hashes are made of. Never log it.
    pub fn normal(&self) -> &str {
        &self.normal
    }

    /// The lower-case ASCII domain.
    pub fn domain(&self) -> &str {
        self.normal.get(self.at + 1..).unwrap_or_default()
    }

    /// The lower-cased local part.
    pub fn local_part(&self) -> &str {
        self.normal.get(..self.at).unwrap_or_default()
    }

    /// The address without its plus tag (RFC 5233 subaddress): `a+tag@example.com` gives
    /// `a@example.com`. None where there is no tag.
    pub fn without_tag(&self) -> Option<Self> {
        let (base, _) = self.local_part().split_once('+')?;
        if base.is_empty() {
            return None;
        }
        Self::parse(&format!("{base}@{}", self.domain())).ok()
    }

    /// The one form of all spellings that Gmail delivers to the same mailbox: without dots and tag, in one
    /// of its two domains. None of other providers' addresses, where dots tell people apart.
    pub fn without_dots(&self) -> Option<Self> {
        if !["gmail.com", "googlemail.com"].contains(&self.domain()) {
            return None;
        }
        let base = self.local_part().split('+').next().unwrap_or_default().replace('.', "");
        Self::parse(&format!("{base}@gmail.com")).ok()
    }

    /// The plus tag, without the plus.
    pub fn tag(&self) -> Option<&str> {
        self.local_part().split_once('+').map(|(_, tag)| tag)
    }
}

fn check_local_part(local: &str) -> Result<(), AddressFlaw> {
    let quoted = local.len() >= 2 && local.starts_with('"') && local.ends_with('"');
    let bad = |c: char| {
        if quoted {
            c.is_control()
        } else {
            c.is_control() || c.is_whitespace() || "<>,;:()[]\\\"@".contains(c)
        }
    };
    if local.chars().any(bad) { Err(AddressFlaw::BadCharacter) } else { Ok(()) }
}

/// Lower-case ASCII form of a domain (UTS 46 processing, RFC 5891); address literals stay as they are.
///
/// # Errors
/// [`AddressFlaw::BadDomain`] where it is neither.
pub fn normal_domain(domain: &str) -> Result<String, AddressFlaw> {
    let domain = domain.trim().trim_end_matches('.');
    if let Some(literal) = domain.strip_prefix('[').and_then(|d| d.strip_suffix(']')) {
        let plain = |c: char| c.is_ascii_alphanumeric() || ".:-".contains(c);
        return if !literal.is_empty() && literal.chars().all(plain) {
            Ok(domain.to_ascii_lowercase())
        } else {
            Err(AddressFlaw::BadDomain)
        };
    }
    let ascii = idna::domain_to_ascii(domain).map_err(|_| AddressFlaw::BadDomain)?;
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if ascii.len() <= 253 && ascii.split('.').all(label_ok) {
        Ok(ascii)
    } else {
        Err(AddressFlaw::BadDomain)
    }
}

/// Shows the first letter and the domain's last label: `a***@***.com`.
fn mask(address: &EmailAddress, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let first = address.local_part().chars().next().unwrap_or('*');
    let last = address.domain().rsplit('.').next().unwrap_or_default();
    write!(f, "{first}***@***.{last}")
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(self, f)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        mask(self, f)
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.normal == other.normal
    }
}

impl Eq for EmailAddress {}

impl std::hash::Hash for EmailAddress {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.normal.hash(state);
    }
}

impl PartialOrd for EmailAddress {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for EmailAddress {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.normal.cmp(&other.normal)
    }
}

impl Serialize for EmailAddress {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// The secret that turns texts into keyed hashes (HMAC-SHA256, RFC 2104), so that table keys tell
/// nobody an address who does not have the secret too.
#[derive(Clone)]
pub struct KeyedHasher {
    mac: Hmac<Sha256>,
}

impl KeyedHasher {
    /// A hasher over `secret`, which should be at least 32 random octets.
    pub fn new(secret: &[u8]) -> Self {
        let mac = match Hmac::<Sha256>::new_from_slice(secret) {
            Ok(mac) => mac,
            // HMAC takes keys of every length (RFC 2104 section 2), so this arm is never reached.
            Err(_) => Hmac::<Sha256>::new(&Default::default()),
        };
        Self { mac }
    }

    /// The hash of `text` for one use (`purpose` keeps the hashes of different uses apart):
    /// 26 characters, 130 bits.
    pub fn hash(&self, purpose: &str, text: &str) -> String {
        crate::ids::base32_26(&self.mac_of(purpose, text.as_bytes()))
    }

    /// The whole 32-octet code of `bytes` for one use.
    pub fn mac_of(&self, purpose: &str, bytes: &[u8]) -> [u8; 32] {
        let mut mac = self.mac.clone();
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(bytes);
        mac.finalize().into_bytes().into()
    }

    /// The hash of an address's normal form.
    pub fn address(&self, address: &EmailAddress) -> String {
        self.hash("address", address.normal())
    }
}

impl fmt::Debug for KeyedHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyedHasher(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_domain_is_folded_and_the_local_part_kept_as_written() {
        let a = EmailAddress::parse(" Anna.Lee@EXAMPLE.com ").unwrap();
        assert_eq!(a.expose(), "Anna.Lee@example.com");
        assert_eq!(a.normal(), "anna.lee@example.com");
        assert_eq!(a, EmailAddress::parse("anna.lee@example.com").unwrap());
    }

    #[test]
    fn an_international_domain_equals_its_ascii_form() {
        let a = EmailAddress::parse("info@bücher.example").unwrap();
        assert_eq!(a, EmailAddress::parse("info@xn--bcher-kva.example").unwrap());
    }

    #[test]
    fn printing_shows_neither_name_nor_domain() {
        let a = EmailAddress::parse("anna@example.com").unwrap();
        assert_eq!(format!("{a} {a:?}"), "a***@***.com a***@***.com");
    }

    #[test]
    fn flaws_are_told_apart() {
        let flaw = |t: &str| EmailAddress::parse(t).unwrap_err();
        assert_eq!(flaw("  "), AddressFlaw::Empty);
        assert_eq!(flaw("anna"), AddressFlaw::NoAt);
        assert_eq!(flaw("@example.com"), AddressFlaw::NoAt);
        assert_eq!(flaw("a b@example.com"), AddressFlaw::BadCharacter);
        assert_eq!(flaw("a@exa mple.com"), AddressFlaw::BadDomain);
        assert_eq!(flaw("a@b..example"), AddressFlaw::BadDomain);
        assert_eq!(flaw(&format!("{}@example.com", "a".repeat(65))), AddressFlaw::TooLong);
    }

    #[test]
    fn a_plus_tag_can_be_cut() {
        let a = EmailAddress::parse("sales+spring@example.com").unwrap();
        assert_eq!(a.tag(), Some("spring"));
        assert_eq!(a.without_tag().unwrap().expose(), "sales@example.com");
        assert_eq!(EmailAddress::parse("sales@example.com").unwrap().without_tag(), None);
    }

    #[test]
    fn all_spellings_of_a_gmail_address_have_one_form_and_other_addresses_none() {
        let form = |text: &str| EmailAddress::parse(text).unwrap().without_dots();
        let one = EmailAddress::parse("firstlast@gmail.com").unwrap();
        for same in ["first.last@gmail.com", "F.irst.Last+x@GoogleMail.com", "firstlast@gmail.com"]
        {
            assert_eq!(form(same).as_ref(), Some(&one));
        }
        assert_eq!(form("first.last@example.com"), None);
        assert_eq!(form("+x@gmail.com"), None);
    }

    #[test]
    fn keyed_hashes_differ_by_secret_and_use() {
        let a = EmailAddress::parse("anna@example.com").unwrap();
        let one = KeyedHasher::new(b"one");
        assert_eq!(one.address(&a), one.address(&a));
        assert_ne!(one.address(&a), KeyedHasher::new(b"two").address(&a));
        assert_ne!(one.hash("x", "anna"), one.hash("y", "anna"));
        assert_eq!(one.address(&a).len(), 26);
    }

    proptest::proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in ".{0,80}") {
            if let Ok(a) = EmailAddress::parse(&text) {
                let again = EmailAddress::parse(a.expose()).unwrap();
                proptest::prop_assert_eq!(again.normal(), a.normal());
            }
        }
    }
}
