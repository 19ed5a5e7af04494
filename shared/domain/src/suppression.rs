//! Addresses and domains that are not mailed, and why (H9, Z11).
//!
//! An entry names its address by the keyed hash alone, so it survives the erasure of the person and
//! yet stops a later import of the same address. Who has the right to read the address finds it on
//! the contact's record; the domain is kept, for it names nobody and the six-month review needs it.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::bounce::{BounceReason, Permanence};
use crate::bounce_category::BounceCategory;
use crate::ids::{CampaignId, ContactId, ListId, TenantId};
use crate::limits;
use crate::send::SendPlace;
use crate::timestamp::Timestamp;

/// A block of an address or domain. It stays when it is lifted, to count the lifts and to know which
/// bounces are older than the lift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// What it reaches over.
    pub scope: SuppressionScope,
    /// Whose mail led to it. A global one holds for all tenants and is listed for this one alone.
    pub tenant: TenantId,
    /// The keyed hash of the address; none for a domain.
    pub address_hash: Option<String>,
    /// The domain, or the domain of the address.
    pub domain: String,
    /// The record of the CRM that had the address, where one was known.
    pub contact: Option<ContactId>,
    /// What led to it.
    pub cause: SuppressionCause,
    /// Temporary: people may lift it. Permanent: it takes two of them (H6).
    pub permanence: Permanence,
    /// The bounce category, where it came of bounces.
    pub category: Option<BounceCategory>,
    /// The bounce reason, where it came of a bounce.
    pub reason: Option<BounceReason>,
    /// The enhanced status code of that bounce, as text.
    pub status: Option<String>,
    /// The mail that led to it.
    pub source: Option<SendPlace>,
    /// When what led to it happened.
    pub blocked_at: Timestamp,
    /// Until when it holds by itself; none for good.
    pub blocked_until: Option<Timestamp>,
    /// When it is looked at again (H7).
    pub review_at: Timestamp,
    /// When it was last lifted. What happened before that blocks no more.
    pub lifted_at: Option<Timestamp>,
    /// How often people lifted it (Z12: at most 5 times).
    pub lifts: u64,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// What a block reaches over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionScope {
    /// All mail of the stack to the address: complaints and legal demands. SES has one reputation
    /// and one suppression list for all tenants, so a complaint to one speaks for all.
    Global,
    /// All mail of the tenant to the address, because mail to it comes back.
    Bounces,
    /// All mail of the tenant to the address, by the wish of its owner or of our people.
    Tenant,
    /// The mail of one list to the address.
    List(ListId),
    /// The mail of one campaign to the address.
    Campaign(CampaignId),
    /// All mail of the tenant to one domain.
    Domain,
}

impl SuppressionScope {
    /// Its name in the API and in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Bounces => "bounces",
            Self::Tenant => "tenant",
            Self::List(_) => "list",
            Self::Campaign(_) => "campaign",
            Self::Domain => "domain",
        }
    }
}

/// What led to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionCause {
    /// One of our people decided it.
    Manual,
    /// Mail came back.
    Bounce,
    /// SES has the address on its own list (`OnAccountSuppressionList`).
    ProviderList,
    /// Many recipients of the domain refused for the same cause (H12).
    DomainIncident,
    /// The recipient unsubscribed.
    Unsubscribed,
    /// The recipient complained (H10).
    Complaint,
    /// The law or a court demands it.
    Legal,
}

impl SuppressionCause {
    /// Every cause.
    pub const ALL: &'static [Self] = &[
        Self::Manual,
        Self::Bounce,
        Self::ProviderList,
        Self::DomainIncident,
        Self::Unsubscribed,
        Self::Complaint,
        Self::Legal,
    ];

    /// Its name in the API and in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Bounce => "bounce",
            Self::ProviderList => "provider_list",
            Self::DomainIncident => "domain_incident",
            Self::Unsubscribed => "unsubscribed",
            Self::Complaint => "complaint",
            Self::Legal => "legal",
        }
    }
}

impl Suppression {
    /// Whether mail is stopped at that moment.
    pub fn holds(&self, now: Timestamp) -> bool {
        !self.is_lifted() && self.blocked_until.is_none_or(|until| now < until)
    }

    /// Whether it was lifted after what led to it.
    pub fn is_lifted(&self) -> bool {
        self.lifted_at.is_some_and(|lifted| self.blocked_at <= lifted)
    }

    /// Whether it is about the address or its domain, and not the wish of the person behind it.
    pub fn is_of_address(&self) -> bool {
        matches!(self.scope, SuppressionScope::Bounces | SuppressionScope::Domain)
    }

    /// Lifts it: what happened up to `at` blocks no more. `by_person` counts against the bound.
    pub fn lift(&mut self, at: Timestamp, by_person: bool) {
        self.lifted_at = self.lifted_at.max(Some(at));
        self.lifts = self.lifts.saturating_add(u64::from(by_person));
        self.rev = self.rev.saturating_add(1);
    }

    /// Takes in another block of the same address and scope; true where that changed anything. In
    /// whichever order blocks come, the same one stays: the permanent one before the temporary one;
    /// of permanent ones the first, of temporary ones the last.
    pub fn absorb(&mut self, other: &Self) -> bool {
        let known = self.lifted_at.is_some_and(|lifted| other.blocked_at <= lifted);
        if known || (!self.is_lifted() && self.rank() >= other.rank()) {
            return false;
        }
        let (lifted_at, lifts, rev) = (self.lifted_at, self.lifts, self.rev);
        let contact = other.contact.or(self.contact);
        *self = Self { lifted_at, lifts, rev: rev.saturating_add(1), contact, ..other.clone() };
        true
    }

    fn rank(&self) -> impl Ord + '_ {
        let first = (self.permanence == Permanence::Permanent).then_some(Reverse(self.blocked_at));
        (self.cause_weight(), first, self.blocked_at, self.category, self.source)
    }

    /// A wish of the recipient outranks a decision of our people, and a legal demand a complaint:
    /// lifting the weaker must not lift the stronger.
    fn cause_weight(&self) -> (bool, bool, bool) {
        let wish = matches!(self.cause, SuppressionCause::Unsubscribed);
        (self.cause == SuppressionCause::Legal, wish, self.permanence == Permanence::Permanent)
    }

    /// When a block of that moment is looked at again.
    pub fn review_of(blocked_at: Timestamp) -> Timestamp {
        blocked_at.plus(limits::BLOCK_REVIEW)
    }
}

#[cfg(test)]
mod tests;
