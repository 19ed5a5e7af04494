//! Signed tokens of campaign mail: what we write into it, so that a mail that comes back names its
//! recipient's record whatever the way back has lost.
//!
//! ```text
//! c 0 01kz...26 0000000007 01kq...26 4c9x...13
//! | | |         |          |         the first 65 bits of HMAC-SHA256 over key, kind, tenant and these
//! | | |         |          the recipient's contact
//! | | |         the chunk, ten digits
//! | | the campaign
//! | which key signed it
//! always c
//! ```
//! 77 characters of a-z and 0-9, read in any case. That is too long for the tag of an address (RFC 5321
//! section 4.5.3.1.1), so it stands in the Message-ID and in the field `X-Mailroom-Send`. As with
//! [`crate::reply_token`] the tenant is not told but signed.

use domain::ids::{CampaignId, ContactId, TenantId};
use domain::send::SendPlace;
use subtle::ConstantTimeEq;

use crate::reply_token::{ReplyKey, code};

/// The header field that carries the token.
pub const FIELD: &str = "X-Mailroom-Send";

/// Characters of a token, and where its parts end.
const TOKEN_OCTETS: usize = 77;
const CAMPAIGN_END: usize = 28;
const CHUNK_END: usize = 38;
const CONTACT_END: usize = 64;
/// What the code says the token is, beside those of [`crate::reply_token`].
const KIND: char = 'c';

/// A token, as it stands in a mail: an unverified one may say anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendToken(String);

impl SendToken {
    /// The token of one recipient of a campaign; none for mail that is no campaign's.
    pub fn sign(key: ReplyKey<'_>, tenant: TenantId, place: SendPlace) -> Option<Self> {
        let SendPlace::Campaign { campaign, chunk, contact } = place else { return None };
        let body = format!("{}{chunk:010}{}", bare(campaign), bare(contact));
        let code = code(key, KIND, tenant, &body);
        Some(Self(format!("{KIND}{}{body}{code}", key.id)))
    }

    /// The text that is a token in form, with nothing around it.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        let formed = text.len() == TOKEN_OCTETS
            && text.starts_with(KIND)
            && text.bytes().all(|octet| octet.is_ascii_alphanumeric());
        formed.then_some(Self(text))
    }

    /// Whose record it leads to, if one of these keys signed it for this tenant. The comparison takes
    /// the same time wherever the codes differ.
    pub fn verify(&self, keys: &[ReplyKey<'_>], tenant: TenantId) -> Option<SendPlace> {
        let id = self.0.chars().nth(1)?;
        let key = keys.iter().find(|key| key.id == id)?;
        let made = code(*key, KIND, tenant, self.0.get(2..CONTACT_END)?);
        let given = self.0.get(CONTACT_END..)?;
        if !bool::from(made.as_bytes().ct_eq(given.as_bytes())) {
            return None;
        }
        let part = |from, to| Some(self.0.get(from..to)?.to_ascii_uppercase());
        let campaign = format!("{}{}", CampaignId::PREFIX, part(2, CAMPAIGN_END)?);
        let contact = format!("{}{}", ContactId::PREFIX, part(CHUNK_END, CONTACT_END)?);
        Some(SendPlace::Campaign {
            campaign: campaign.parse().ok()?,
            chunk: part(CAMPAIGN_END, CHUNK_END)?.parse().ok()?,
            contact: contact.parse().ok()?,
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An id without its prefix, in lower case.
fn bare(id: impl ToString) -> String {
    id.to_string().rsplit('_').next().unwrap_or_default().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use domain::email_address::KeyedHasher;
    use domain::ids::MessageId;

    use super::*;

    fn place() -> SendPlace {
        let campaign = CampaignId::from_bits(u128::MAX - 5);
        SendPlace::Campaign { campaign, chunk: u32::MAX, contact: ContactId::from_bits(77) }
    }

    #[test]
    fn a_token_leads_to_its_recipient_in_any_case_for_its_tenant_alone() {
        let (hasher, other) = (KeyedHasher::new(b"secret"), KeyedHasher::new(b"other"));
        let key = ReplyKey::current(&hasher);
        let tenant = TenantId::from_bits(1);
        let token = SendToken::sign(key, tenant, place()).unwrap();
        let shouted = SendToken::read(&format!(" {} ", token.as_str().to_uppercase())).unwrap();
        assert_eq!(shouted.verify(&[key], tenant), Some(place()));
        assert_eq!(token.verify(&[key], TenantId::from_bits(2)), None);
        assert_eq!(token.verify(&[ReplyKey::current(&other)], tenant), None);
        assert_eq!(token.verify(&[], tenant), None);
        let one_off = SendPlace::OneOff { message: MessageId::from_bits(1) };
        assert_eq!(SendToken::sign(key, tenant, one_off), None);
    }

    #[test]
    fn any_changed_character_makes_it_nothing() {
        let hasher = KeyedHasher::new(b"secret");
        let key = ReplyKey::current(&hasher);
        let tenant = TenantId::from_bits(1);
        let token = SendToken::sign(key, tenant, place()).unwrap();
        for at in 0..token.as_str().len() {
            let mut changed = token.as_str().as_bytes().to_vec();
            changed[at] = if changed[at] == b'5' { b'6' } else { b'5' };
            let changed = String::from_utf8(changed).unwrap();
            let verified = SendToken::read(&changed).and_then(|t| t.verify(&[key], tenant));
            assert_eq!(verified, None, "{changed}");
        }
        for text in ["", "spring", &token.as_str()[1..], &format!("{}0", token.as_str())] {
            assert_eq!(SendToken::read(text), None, "{text}");
        }
    }
}
