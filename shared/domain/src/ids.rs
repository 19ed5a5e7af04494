//! Typed identifiers: a prefix that names the kind, and 26 characters of Crockford base32 (the ULID
//! text form: 48 bits of milliseconds, 80 bits that make it unique), so ids of a kind sort by time.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::timestamp::Timestamp;

/// The text is no identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: it should be `{prefix}` and 26 characters of 0-9 and A-Z")]
pub struct NotAnId {
    /// The prefix that ids of the wanted kind start with.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(ulid::Ulid);

        impl $name {
            /// What the text form starts with.
            pub const PREFIX: &'static str = $prefix;

            /// The id of that moment and those 80 bits (`unique`'s upper bits are dropped). Equal
            /// parts give equal ids: random bits make a fresh id, bits of a hash a derived one.
            pub fn from_parts(at: Timestamp, unique: u128) -> Self {
                Self(ulid::Ulid::from_parts(at.millis().unsigned_abs(), unique))
            }

            /// The 128 bits.
            pub fn bits(self) -> u128 {
                self.0.0
            }

            /// The id with exactly these bits: for ids derived from another kind's.
            pub fn from_bits(bits: u128) -> Self {
                Self(ulid::Ulid(bits))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let not = NotAnId { prefix: $prefix };
                let body = text.strip_prefix($prefix).ok_or(not)?;
                let id = ulid::Ulid::from_string(body).map(Self).map_err(|_| not)?;
                // Only one text stands for an id, or keys made of it could differ.
                if id.to_string() == text { Ok(id) } else { Err(not) }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// One customer of the stack: every record belongs to exactly one.
    TenantId = "ten_";
    /// A person who logs in.
    UserId = "usr_";
    /// A key of the HTTP API.
    ApiKeyId = "key_";
    /// A lead, contact or account.
    ContactId = "con_";
    /// A mailbox of a user or of the organization: where deliveries arrive.
    MailboxId = "mbx_";
    /// One mail, however many deliveries it has.
    MessageId = "msg_";
    /// A conversation.
    ThreadId = "thr_";
    /// The intake record of one raw mail.
    IntakeId = "int_";
    /// An inbound route: which mailbox an address leads to.
    RouteId = "rte_";
    /// A campaign: one mail to the members of lists.
    CampaignId = "cmp_";
    /// A list of contacts that campaigns are sent to.
    ListId = "lst_";
    /// A notice: what people should know of.
    NoticeId = "ntc_";
    /// A request to lift permanent blocks.
    UnblockRequestId = "ubr_";
    /// A rate that is too high: one incident, until it is over.
    AlertId = "alr_";
    /// A task, event or note.
    ActivityId = "act_";
    /// What calendar mails about one meeting amount to for one user.
    InvitationId = "inv_";
    /// A standing rule that links mail to a record.
    LinkRuleId = "lnk_";
    /// A consent of a record.
    ConsentId = "cns_";
    /// One HTTP request, in answers and logs.
    RequestId = "req_";
}

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The first 130 bits of `hash` as 26 characters of Crockford base32.
pub fn base32_26(hash: &[u8; 32]) -> String {
    let mut text = String::with_capacity(26);
    let mut pending: u32 = 0;
    let mut pending_bits = 0u32;
    for &byte in hash {
        pending = (pending << 8) | u32::from(byte);
        pending_bits += 8;
        while pending_bits >= 5 {
            pending_bits -= 5;
            let digit = usize::try_from((pending >> pending_bits) & 31).unwrap_or_default();
            text.push(char::from(ALPHABET.get(digit).copied().unwrap_or(b'0')));
            if text.len() == 26 {
                return text;
            }
        }
        pending &= (1 << pending_bits) - 1;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_round_trip() {
        let early = ContactId::from_parts(Timestamp::from_millis(1_000), u128::MAX);
        let late = ContactId::from_parts(Timestamp::from_millis(2_000), 0);
        assert!(early < late && early.to_string() < late.to_string());
        assert_eq!(early.to_string().parse(), Ok(early));
    }

    #[test]
    fn another_prefix_or_spelling_is_refused() {
        let id = ContactId::from_parts(Timestamp::from_millis(1), 0xABCDEF).to_string();
        assert!(id.replace("con_", "msg_").parse::<ContactId>().is_err());
        assert!(id.to_lowercase().parse::<ContactId>().is_err());
        assert!("con_".parse::<ContactId>().is_err());
    }
}
