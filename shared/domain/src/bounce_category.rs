//! The 7 temporary and 9 permanent bounce categories that people see (S4.5, S4.6), and which
//! reason falls in which.
//!
//! No vendor publishes the mapping; this one is ours. Where a reason stands in both axes, the class
//! of the code decides.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::bounce::{BounceReason, Permanence, StatusClass};
use crate::bounce_category_texts::{self, CategoryTexts};
use crate::language::Language;

/// What kind of trouble a bounce is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BounceCategory {
    /// The recipient's domain could not be found, or takes no mail, for now.
    TemporaryDomainError,
    /// An automatic reply came back.
    AutoReply,
    /// SPF, DKIM, DMARC or reverse DNS of our side did not pass.
    AuthenticationFailed,
    /// The mailbox is full.
    MailboxFull,
    /// The receiving server could not be reached, or not in time.
    TemporaryNetworkError,
    /// Size, form or an attachment of the message was refused.
    ContentRelated,
    /// Another temporary reason.
    TemporaryOther,
    /// The sender's address was refused.
    SenderRejected,
    /// The domain does not exist or takes no mail.
    BadDomain,
    /// The mailbox does not exist, moved or is disabled.
    BadMailbox,
    /// A policy of the receiver forbids it.
    PolicyRelated,
    /// The mail breaks the protocol as the receiver reads it.
    ProtocolError,
    /// The server does not relay for us.
    RelayDenied,
    /// The mail ran in a circle.
    RoutingError,
    /// A filter took it for spam.
    PossibleSpam,
    /// Another permanent reason.
    PermanentOther,
}

/// The text is no category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a bounce category: it should be like `temporary/mailbox full`")]
pub struct NotACategory;

impl BounceCategory {
    /// Every category: the 7 temporary ones, then the 9 permanent ones.
    pub const ALL: [Self; 16] = [
        Self::TemporaryDomainError,
        Self::AutoReply,
        Self::AuthenticationFailed,
        Self::MailboxFull,
        Self::TemporaryNetworkError,
        Self::ContentRelated,
        Self::TemporaryOther,
        Self::SenderRejected,
        Self::BadDomain,
        Self::BadMailbox,
        Self::PolicyRelated,
        Self::ProtocolError,
        Self::RelayDenied,
        Self::RoutingError,
        Self::PossibleSpam,
        Self::PermanentOther,
    ];

    /// The category of a reason, where there is one: complaints and success reports are no bounces.
    ///
    /// `class` is that of the status or reply code, None where there was none: then the reading
    /// that blocks less is taken. `routing_loop` tells a loop from other network trouble.
    pub fn of(
        reason: BounceReason,
        class: Option<StatusClass>,
        routing_loop: bool,
    ) -> Option<Self> {
        use BounceReason as R;
        let by_class = |temporary, permanent| match class {
            Some(StatusClass::Permanent) => permanent,
            Some(StatusClass::Transient | StatusClass::Success) | None => temporary,
        };
        Some(match reason {
            R::UserUnknown | R::HasMoved | R::Suspend | R::Suppressed => Self::BadMailbox,
            // A domain that can't be found is bad unless the answer said "for now".
            R::HostUnknown | R::NotAccept => match class {
                Some(StatusClass::Transient) => Self::TemporaryDomainError,
                Some(StatusClass::Permanent | StatusClass::Success) | None => Self::BadDomain,
            },
            R::MailboxFull => Self::MailboxFull,
            R::MesgTooBig | R::ExceedLimit | R::ContentError | R::VirusDetected => {
                Self::ContentRelated
            }
            R::SpamDetected => Self::PossibleSpam,
            R::BadReputation => by_class(Self::TemporaryOther, Self::PossibleSpam),
            R::Blocked => by_class(Self::TemporaryOther, Self::PolicyRelated),
            R::Rejected => Self::SenderRejected,
            R::Filtered | R::PolicyViolation | R::SecurityError => Self::PolicyRelated,
            R::RequirePtr => by_class(Self::AuthenticationFailed, Self::PolicyRelated),
            R::AuthFailure => Self::AuthenticationFailed,
            R::NoRelaying => Self::RelayDenied,
            R::NotCompliantRfc | R::SyntaxError => Self::ProtocolError,
            R::FailedStartTls => by_class(Self::TemporaryNetworkError, Self::ProtocolError),
            R::NetworkError if routing_loop => Self::RoutingError,
            R::NetworkError | R::Expired => Self::TemporaryNetworkError,
            R::TooManyConn | R::Speeding => Self::TemporaryOther,
            R::SystemError | R::SystemFull | R::MailerError => Self::TemporaryOther,
            R::OnHold | R::Undefined => by_class(Self::TemporaryOther, Self::PermanentOther),
            R::Vacation => Self::AutoReply,
            R::Feedback | R::Delivered => return None,
        })
    }

    /// The category while the sending server still tries: never a permanent one, for a delay
    /// notice must not block.
    pub fn while_delayed(self) -> Self {
        match self.permanence() {
            Permanence::Temporary => self,
            Permanence::Permanent if self == Self::BadDomain => Self::TemporaryDomainError,
            Permanence::Permanent => Self::TemporaryOther,
        }
    }

    /// Temporary or permanent.
    pub fn permanence(self) -> Permanence {
        match self {
            Self::TemporaryDomainError
            | Self::AutoReply
            | Self::AuthenticationFailed
            | Self::MailboxFull
            | Self::TemporaryNetworkError
            | Self::ContentRelated
            | Self::TemporaryOther => Permanence::Temporary,
            Self::SenderRejected
            | Self::BadDomain
            | Self::BadMailbox
            | Self::PolicyRelated
            | Self::ProtocolError
            | Self::RelayDenied
            | Self::RoutingError
            | Self::PossibleSpam
            | Self::PermanentOther => Permanence::Permanent,
        }
    }

    /// The text that stands for it in records and in the API: `temporary/mailbox full`.
    pub fn key(self) -> &'static str {
        match self {
            Self::TemporaryDomainError => "temporary/temporary domain error",
            Self::AutoReply => "temporary/auto-reply",
            Self::AuthenticationFailed => "temporary/authentication failed",
            Self::MailboxFull => "temporary/mailbox full",
            Self::TemporaryNetworkError => "temporary/temporary network error",
            Self::ContentRelated => "temporary/content related",
            Self::TemporaryOther => "temporary/other",
            Self::SenderRejected => "permanent/sender rejected",
            Self::BadDomain => "permanent/bad domain",
            Self::BadMailbox => "permanent/bad mailbox",
            Self::PolicyRelated => "permanent/policy related",
            Self::ProtocolError => "permanent/protocol error",
            Self::RelayDenied => "permanent/relay denied",
            Self::RoutingError => "permanent/routing error",
            Self::PossibleSpam => "permanent/possible spam",
            Self::PermanentOther => "permanent/other",
        }
    }

    /// Name, definition and recommendation in a language.
    pub fn texts(self, language: Language) -> CategoryTexts {
        bounce_category_texts::of(self, language)
    }
}

impl fmt::Display for BounceCategory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for BounceCategory {
    type Err = NotACategory;

    fn from_str(text: &str) -> Result<Self, NotACategory> {
        Self::ALL.into_iter().find(|category| category.key() == text).ok_or(NotACategory)
    }
}

impl Serialize for BounceCategory {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for BounceCategory {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const CLASSES: [Option<StatusClass>; 3] =
        [None, Some(StatusClass::Transient), Some(StatusClass::Permanent)];

    #[test]
    fn there_are_seven_temporary_and_nine_permanent_categories_each_reachable() {
        let reached: BTreeSet<_> = BounceReason::ALL
            .iter()
            .flat_map(|&reason| CLASSES.map(|class| (reason, class)))
            .flat_map(|(r, c)| [BounceCategory::of(r, c, false), BounceCategory::of(r, c, true)])
            .flatten()
            .collect();
        assert_eq!(reached, BTreeSet::from(BounceCategory::ALL));
        let temporary =
            BounceCategory::ALL.iter().filter(|c| c.permanence() == Permanence::Temporary);
        assert_eq!(temporary.count(), 7);
    }

    #[test]
    fn every_reason_but_success_and_complaint_has_a_category() {
        for &reason in BounceReason::ALL {
            let no_bounce = matches!(reason, BounceReason::Feedback | BounceReason::Delivered);
            for class in CLASSES {
                assert_eq!(BounceCategory::of(reason, class, false).is_none(), no_bounce);
            }
        }
    }

    #[test]
    fn a_category_round_trips_and_its_key_tells_its_permanence() {
        for category in BounceCategory::ALL {
            assert_eq!(category.key().parse(), Ok(category));
            let temporary = category.permanence() == Permanence::Temporary;
            assert_eq!(category.key().starts_with("temporary/"), temporary);
            assert_eq!(category.while_delayed().permanence(), Permanence::Temporary);
        }
        assert_eq!("permanent/mailbox full".parse::<BounceCategory>(), Err(NotACategory));
    }

    #[test]
    fn every_category_explains_itself_in_every_language() {
        let mut names = BTreeSet::new();
        for language in Language::ALL {
            for category in BounceCategory::ALL {
                let texts = category.texts(language);
                assert!(texts.definition.chars().count() >= 10, "{category} {language:?}");
                assert!(texts.recommendation.chars().count() >= 10, "{category} {language:?}");
                let fresh = names.insert((language.code(), category.permanence(), texts.name));
                assert!(fresh, "{category} {language:?}");
            }
        }
    }
}
