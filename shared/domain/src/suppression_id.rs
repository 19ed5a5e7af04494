//! The name of a block in the API: what it reaches over and of whom, without an address.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::suppression::{Suppression, SuppressionScope};

/// The id of a block within its tenant: `sup_bounces.<keyed hash>`, `sup_domain.<domain>`,
/// `sup_list.<list>.<keyed hash>`. Opaque to callers.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SuppressionId {
    /// What the block reaches over.
    pub scope: SuppressionScope,
    /// The keyed hash of the address, or the domain.
    pub subject: String,
}

/// The text is no id of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a block: it starts with `sup_`")]
pub struct NotASuppressionId;

/// What every such id starts with.
pub const PREFIX: &str = "sup_";
/// Longest subject in octets: a domain.
const SUBJECT_BYTES_MAX: usize = 253;

impl SuppressionId {
    /// The id of a block.
    pub fn of(block: &Suppression) -> Self {
        let subject = block.address_hash.as_ref().unwrap_or(&block.domain).clone();
        Self { scope: block.scope, subject }
    }

    /// The id of the block of an address whose keyed hash is given.
    pub fn of_address(scope: SuppressionScope, address_hash: String) -> Self {
        Self { scope, subject: address_hash }
    }
}

impl fmt::Display for SuppressionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}.", self.scope.name())?;
        match self.scope {
            SuppressionScope::List(list) => write!(f, "{list}.")?,
            SuppressionScope::Campaign(campaign) => write!(f, "{campaign}.")?,
            SuppressionScope::Global
            | SuppressionScope::Bounces
            | SuppressionScope::Tenant
            | SuppressionScope::Domain => {}
        }
        f.write_str(&self.subject)
    }
}

impl fmt::Debug for SuppressionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for SuppressionId {
    type Err = NotASuppressionId;

    fn from_str(text: &str) -> Result<Self, NotASuppressionId> {
        let (scope, rest) = text
            .strip_prefix(PREFIX)
            .and_then(|body| body.split_once('.'))
            .ok_or(NotASuppressionId)?;
        let (scope, subject) = match scope {
            "global" => (SuppressionScope::Global, rest),
            "bounces" => (SuppressionScope::Bounces, rest),
            "tenant" => (SuppressionScope::Tenant, rest),
            "domain" => (SuppressionScope::Domain, rest),
            "list" | "campaign" => {
                let (of, subject) = rest.split_once('.').ok_or(NotASuppressionId)?;
                let scope = if scope == "list" {
                    of.parse().map(SuppressionScope::List)
                } else {
                    of.parse().map(SuppressionScope::Campaign)
                };
                (scope.map_err(|_| NotASuppressionId)?, subject)
            }
            _ => return Err(NotASuppressionId),
        };
        // Only what a hash or a domain can be: the subject becomes part of a key.
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.' || b == b'_';
        let fits = (1..=SUBJECT_BYTES_MAX).contains(&subject.len()) && subject.bytes().all(plain);
        if fits { Ok(Self { scope, subject: subject.to_owned() }) } else { Err(NotASuppressionId) }
    }
}

impl Serialize for SuppressionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SuppressionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{CampaignId, ListId};

    #[test]
    fn an_id_round_trips_in_every_scope() {
        let scopes = [
            SuppressionScope::Global,
            SuppressionScope::Bounces,
            SuppressionScope::Tenant,
            SuppressionScope::List(ListId::from_bits(1)),
            SuppressionScope::Campaign(CampaignId::from_bits(2)),
            SuppressionScope::Domain,
        ];
        for scope in scopes {
            let id = SuppressionId { scope, subject: "a-1.example".to_owned() };
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        let long = format!("sup_bounces.{}", "A".repeat(254));
        for text in [
            "",
            "sup_",
            "sup_bounces",
            "sup_bounces.",
            "sup_x.A",
            "con_bounces.A",
            "sup_list.A",
            "sup_bounces.A#B",
            "sup_bounces.a@b",
            &long,
        ] {
            assert_eq!(text.parse::<SuppressionId>(), Err(NotASuppressionId), "{text}");
        }
    }
}
