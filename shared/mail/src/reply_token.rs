//! Signed reply tokens (B4): what we write into mail we send, so that the answer is known even where
//! every header id was lost or rewritten on the way.
//!
//! ```text
//! r 0 m 01kz...26 4c9x...13
//! | | | |          the first 65 bits of HMAC-SHA256 over key, kind, tenant and id
//! | | | the id's 26 characters
//! | | m: a message, t: a thread
//! | which key signed it
//! always r
//! ```
//! 42 characters of a-z and 0-9, read in any case, for servers fold the case of local parts. The
//! tenant is not told but signed: under another tenant the token is nothing. A forger has to try
//! 2^64 mails for one thread.

use domain::email_address::{EmailAddress, KeyedHasher, LOCAL_PART_OCTETS_MAX};
use domain::ids::{MessageId, TenantId, ThreadId};
use subtle::ConstantTimeEq;

/// A key that tokens are signed with: the stack's secret under a name that stands in the token.
#[derive(Clone, Copy, Debug)]
pub struct ReplyKey<'h> {
    /// Which key, one of `0-9a-z`.
    pub id: char,
    /// The keyed hash under it.
    pub hasher: &'h KeyedHasher,
}

impl<'h> ReplyKey<'h> {
    /// The key that signs today.
    pub fn current(hasher: &'h KeyedHasher) -> Self {
        Self { id: '0', hasher }
    }
}

/// What a token leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplyTarget {
    /// The mail that carried the token: an answer belongs into its thread, a bounce to it.
    Message(MessageId),
    /// A thread.
    Thread(ThreadId),
}

/// A token, as it stands in a mail: an unverified one may say anything.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReplyToken(String);

/// Characters of a token.
const TOKEN_OCTETS: usize = 42;
/// Characters of an id.
const ID_OCTETS: usize = 26;
/// Characters of the code at its end.
const CODE_OCTETS: usize = 13;
/// Tokens of one mail that are looked at: nobody needs more.
const TOKENS_MAX: usize = 8;

impl ReplyToken {
    /// The token of a target, signed for its tenant.
    pub fn sign(key: ReplyKey<'_>, tenant: TenantId, target: ReplyTarget) -> Self {
        let (kind, id) = match target {
            ReplyTarget::Message(id) => ('m', id.to_string()),
            ReplyTarget::Thread(id) => ('t', id.to_string()),
        };
        let body = id.rsplit('_').next().unwrap_or_default().to_ascii_lowercase();
        let code = code(key, kind, tenant, &body);
        Self(format!("r{}{kind}{body}{code}", key.id))
    }

    /// The text that is a token in form, with nothing around it.
    pub fn read(text: &str) -> Option<Self> {
        let plain = |octet: u8| octet.is_ascii_alphanumeric();
        let text = text.to_ascii_lowercase();
        let kind = text.as_bytes().get(2)?;
        let formed = text.len() == TOKEN_OCTETS
            && text.bytes().all(plain)
            && text.starts_with('r')
            && matches!(kind, b'm' | b't');
        formed.then_some(Self(text))
    }

    /// What it leads to, if one of these keys signed it for this tenant. The comparison takes the
    /// same time wherever the codes differ.
    pub fn verify(&self, keys: &[ReplyKey<'_>], tenant: TenantId) -> Option<ReplyTarget> {
        let mut head = self.0.chars().skip(1);
        let (id, kind) = (head.next()?, head.next()?);
        let body = self.0.get(3..3 + ID_OCTETS)?;
        let given = self.0.get(3 + ID_OCTETS..)?;
        let key = keys.iter().find(|key| key.id == id)?;
        let made = code(*key, kind, tenant, body);
        if !bool::from(made.as_bytes().ct_eq(given.as_bytes())) {
            return None;
        }
        let body = body.to_ascii_uppercase();
        match kind {
            'm' => format!("{}{body}", MessageId::PREFIX).parse().ok().map(ReplyTarget::Message),
            _ => format!("{}{body}", ThreadId::PREFIX).parse().ok().map(ReplyTarget::Thread),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address with the token as its plus tag: for Reply-To. None where the local part would
    /// be longer than RFC 5321 section 4.5.3.1.1 allows: with a token 21 octets are left for it.
    pub fn in_address(&self, mailbox: &EmailAddress) -> Option<EmailAddress> {
        let base = mailbox.without_tag().unwrap_or_else(|| mailbox.clone());
        let local = format!("{}+{}", base.local_part(), self.0);
        if local.len() > LOCAL_PART_OCTETS_MAX {
            return None;
        }
        EmailAddress::parse(&format!("{local}@{}", base.domain())).ok()
    }

    /// A header id (Message-ID, References) made of it, without angle brackets.
    pub fn in_header_id(&self, domain: &str) -> String {
        format!("{}@{domain}", self.0)
    }

    /// The mark for the text of a mail, which stays in what answers quote.
    pub fn in_text(&self) -> String {
        format!("[ref:{}]", self.0)
    }
}

/// The tokens in the plus tags of these addresses. A tag may hold another one: `a+spring+r0m...`.
pub fn of_addresses<'a>(addresses: impl IntoIterator<Item = &'a EmailAddress>) -> Vec<ReplyToken> {
    let tags = addresses.into_iter().filter_map(EmailAddress::tag);
    distinct(tags.flat_map(|tag| tag.split('+')))
}

/// The tokens in these header ids (In-Reply-To, References), in their order.
pub fn of_header_ids<'a>(ids: impl IntoIterator<Item = &'a String>) -> Vec<ReplyToken> {
    distinct(ids.into_iter().filter_map(|id| id.split('@').next()))
}

/// The tokens among the marks of subject and text that [`crate::thread_clues`] found.
pub fn of_marks(marks: &[String]) -> Vec<ReplyToken> {
    distinct(marks.iter().map(String::as_str))
}

fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<ReplyToken> {
    let mut found: Vec<ReplyToken> = Vec::new();
    for token in texts.filter_map(ReplyToken::read) {
        if !found.contains(&token) {
            found.push(token);
        }
        if found.len() == TOKENS_MAX {
            break;
        }
    }
    found
}

/// The code that makes a token true: over key, kind of token, tenant and what it says.
pub(crate) fn code(key: ReplyKey<'_>, kind: char, tenant: TenantId, body: &str) -> String {
    let signed = format!("{}{kind}{tenant}{body}", key.id);
    let hash = key.hasher.hash("reply_token", &signed);
    hash.chars().take(CODE_OCTETS).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::timestamp::Timestamp;

    fn tenant(n: u128) -> TenantId {
        TenantId::from_parts(Timestamp::from_seconds(1), n)
    }

    fn target() -> ReplyTarget {
        ReplyTarget::Message(MessageId::from_parts(Timestamp::from_seconds(9), 77))
    }

    #[test]
    fn a_token_survives_every_form_and_folded_case() {
        let hasher = KeyedHasher::new(b"secret");
        let key = ReplyKey::current(&hasher);
        let token = ReplyToken::sign(key, tenant(1), target());
        let sales = EmailAddress::parse("Sales+spring@Example.com").unwrap();
        let address = token.in_address(&sales).unwrap();
        let shouted = EmailAddress::parse(&address.expose().to_ascii_uppercase()).unwrap();
        let id = token.in_header_id("example.com");
        let clues = crate::thread_clues::ThreadClues::collect(
            crate::thread_clues::ClueFields {
                text: &format!("> {}", token.in_text()),
                ..Default::default()
            },
            std::iter::empty(),
        );
        let found =
            [of_addresses([&shouted]), of_header_ids([&id]), of_marks(&clues.embedded_tokens)];
        for tokens in found {
            assert_eq!(tokens.len(), 1);
            assert_eq!(tokens[0].verify(&[key], tenant(1)), Some(target()));
        }
        assert_eq!(address.local_part().split('+').next(), Some("sales"));
    }

    #[test]
    fn a_thread_and_a_message_are_told_apart() {
        let hasher = KeyedHasher::new(b"secret");
        let key = ReplyKey::current(&hasher);
        let thread = ReplyTarget::Thread(ThreadId::from_bits(5));
        let token = ReplyToken::sign(key, tenant(1), thread);
        assert_eq!(token.verify(&[key], tenant(1)), Some(thread));
        let turned = ReplyToken(token.as_str().replacen("r0t", "r0m", 1));
        assert_eq!(turned.verify(&[key], tenant(1)), None);
    }

    #[test]
    fn another_tenant_key_or_any_changed_character_makes_it_nothing() {
        let (hasher, other) = (KeyedHasher::new(b"secret"), KeyedHasher::new(b"other"));
        let key = ReplyKey::current(&hasher);
        let token = ReplyToken::sign(key, tenant(1), target());
        assert_eq!(token.verify(&[key], tenant(2)), None);
        assert_eq!(token.verify(&[ReplyKey::current(&other)], tenant(1)), None);
        assert_eq!(token.verify(&[], tenant(1)), None);
        for at in 0..token.as_str().len() {
            let mut changed = token.as_str().as_bytes().to_vec();
            changed[at] = if changed[at] == b'5' { b'6' } else { b'5' };
            let changed = String::from_utf8(changed).unwrap();
            let verified = ReplyToken::read(&changed).and_then(|t| t.verify(&[key], tenant(1)));
            assert_eq!(verified, None, "{changed}");
        }
    }

    #[test]
    fn a_former_key_still_verifies() {
        let (old, new) = (KeyedHasher::new(b"old"), KeyedHasher::new(b"new"));
        let token = ReplyToken::sign(ReplyKey::current(&old), tenant(1), target());
        let keys = [ReplyKey { id: '1', hasher: &new }, ReplyKey::current(&old)];
        assert_eq!(token.verify(&keys, tenant(1)), Some(target()));
    }

    #[test]
    fn a_long_local_part_takes_no_token() {
        let hasher = KeyedHasher::new(b"secret");
        let token = ReplyToken::sign(ReplyKey::current(&hasher), tenant(1), target());
        let of = |octets: usize| {
            EmailAddress::parse(&format!("{}@example.com", "a".repeat(octets))).unwrap()
        };
        assert!(token.in_address(&of(21)).is_some());
        assert!(token.in_address(&of(22)).is_none());
        assert!(ReplyToken::read("spring").is_none());
    }
}
