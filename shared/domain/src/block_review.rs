//! The review of blocks half a year after they began: which cause has to be solved, and what a day's
//! review came to (S4.9, H7).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::bounce_category::BounceCategory;
use crate::day::Day;
use crate::ids::TenantId;
use crate::limits::{BLOCK_REVIEW, REVIEW_RETRY};
use crate::suppression::{Suppression, SuppressionCause};
use crate::suppression_id::SuppressionId;
use crate::timestamp::Timestamp;

/// What has to be so for a block's cause to be solved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// That the time of the review has come: full mailboxes, servers that could not be reached.
    Time,
    /// That mail from our domain passes authentication now.
    Authentication,
    /// That the recipient's domain takes mail again.
    Domain,
    /// Nothing that can be looked up: a filter's judgement, a protocol, a relay.
    Unknown,
    /// There is none: the mailbox does not exist, or its owner does not want mail.
    None,
}

/// What became of a block in its review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Lifted: it had ended by itself.
    Ended,
    /// Lifted: its cause passes with time.
    TimePassed,
    /// Lifted: our mail passes authentication now.
    AuthenticationPasses,
    /// Lifted: the domain takes mail again.
    DomainTakesMail,
    /// Kept: our mail does not pass authentication.
    AuthenticationFails,
    /// Kept: the SPF record of our envelope sender does not name the provider.
    SpfFails,
    /// Kept: our domain publishes no DMARC policy.
    NoDmarcPolicy,
    /// Kept: the domain takes no mail.
    DomainTakesNone,
    /// Kept, to be looked at the next day: the DNS gave no answer.
    NotAnswered,
    /// Kept: nobody can look up whether the cause is solved.
    NotCheckable,
    /// Kept: bad mailboxes, and what people decided or wished.
    NeverLifted,
}

/// One block of a day's review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewedBlock {
    /// The block.
    pub block: SuppressionId,
    /// Its category, where it came of bounces.
    pub category: Option<BounceCategory>,
    /// What became of it.
    pub verdict: Verdict,
}

/// What the reviews of one day came to for a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewReport {
    /// Whose blocks.
    pub tenant: TenantId,
    /// The day, in UTC.
    pub day: Day,
    /// Blocks that were lifted: the first of them.
    pub lifted: Vec<ReviewedBlock>,
    /// Blocks that were kept: the first of them.
    pub kept: Vec<ReviewedBlock>,
    /// How many were lifted.
    pub lifted_count: u64,
    /// How many of those held until then: each is an address that is mailed on trial.
    pub probes: u64,
    /// How many were kept.
    pub kept_count: u64,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

impl Remedy {
    /// What solves the cause of a block.
    pub fn of(block: &Suppression) -> Self {
        use BounceCategory as C;
        match block.cause {
            SuppressionCause::Manual
            | SuppressionCause::Unsubscribed
            | SuppressionCause::Complaint
            | SuppressionCause::Legal => return Self::None,
            SuppressionCause::Bounce
            | SuppressionCause::ProviderList
            | SuppressionCause::DomainIncident => {}
        }
        let Some(category) = block.category.filter(|_| block.is_of_address()) else {
            return Self::None;
        };
        match category {
            C::BadMailbox => Self::None,
            C::MailboxFull
            | C::AutoReply
            | C::TemporaryNetworkError
            | C::ContentRelated
            | C::TemporaryOther => Self::Time,
            C::AuthenticationFailed | C::PolicyRelated | C::SenderRejected => Self::Authentication,
            C::TemporaryDomainError | C::BadDomain => Self::Domain,
            C::RelayDenied
            | C::RoutingError
            | C::ProtocolError
            | C::PossibleSpam
            | C::PermanentOther => Self::Unknown,
        }
    }
}

impl Verdict {
    /// Whether it lifts the block.
    pub fn lifts(self) -> bool {
        match self {
            Self::Ended | Self::TimePassed | Self::AuthenticationPasses | Self::DomainTakesMail => {
                true
            }
            Self::AuthenticationFails
            | Self::SpfFails
            | Self::NoDmarcPolicy
            | Self::DomainTakesNone
            | Self::NotAnswered
            | Self::NotCheckable
            | Self::NeverLifted => false,
        }
    }

    /// After how long a block that is kept is looked at again.
    pub fn review_after(self) -> Duration {
        if self == Self::NotAnswered { REVIEW_RETRY } else { BLOCK_REVIEW }
    }

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::TimePassed => "time_passed",
            Self::AuthenticationPasses => "authentication_passes",
            Self::DomainTakesMail => "domain_takes_mail",
            Self::AuthenticationFails => "authentication_fails",
            Self::SpfFails => "spf_fails",
            Self::NoDmarcPolicy => "no_dmarc_policy",
            Self::DomainTakesNone => "domain_takes_none",
            Self::NotAnswered => "not_answered",
            Self::NotCheckable => "not_checkable",
            Self::NeverLifted => "never_lifted",
        }
    }
}

impl ReviewReport {
    /// The report of a day on which nothing was reviewed yet.
    pub fn new(tenant: TenantId, day: Day) -> Self {
        let (lifted, kept) = (Vec::new(), Vec::new());
        Self { tenant, day, lifted, kept, lifted_count: 0, probes: 0, kept_count: 0, rev: 0 }
    }

    /// Adds a block that was reviewed at that moment, as it stood before; lists name at most
    /// `lines_max` blocks each.
    pub fn add(&mut self, block: &Suppression, verdict: Verdict, now: Timestamp, lines_max: usize) {
        let line =
            ReviewedBlock { block: SuppressionId::of(block), category: block.category, verdict };
        let (lines, count) = if verdict.lifts() {
            self.probes = self.probes.saturating_add(u64::from(block.holds(now)));
            (&mut self.lifted, &mut self.lifted_count)
        } else {
            (&mut self.kept, &mut self.kept_count)
        };
        *count = count.saturating_add(1);
        if lines.len() < lines_max {
            lines.push(line);
        }
    }
}
