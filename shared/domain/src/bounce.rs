//! Why a mail was not delivered: the field's set of reasons, and the two axes kept beside it.
//!
//! `hard` says that the address is dead; [`Permanence`] says whether trying again can help. They
//! are two questions: a full mailbox is usually refused with a permanent code (5.2.2), and yet the
//! address lives.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The first digit of a reply or status code (RFC 3463 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusClass {
    /// 2: delivered.
    Success,
    /// 4: refused for now.
    Transient,
    /// 5: refused for good.
    Permanent,
}

impl StatusClass {
    /// The class a code's first digit stands for.
    pub fn of_digit(digit: u8) -> Option<Self> {
        match digit {
            2 => Some(Self::Success),
            4 => Some(Self::Transient),
            5 => Some(Self::Permanent),
            _ => None,
        }
    }
}

/// An enhanced status code, `class.subject.detail` (RFC 3463).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EnhancedStatus {
    /// Success, transient or permanent.
    pub class: StatusClass,
    /// What it is about: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// The case within the subject; up to three digits (providers use 5.7.606 and the like).
    pub detail: u16,
}

impl EnhancedStatus {
    /// True of X.0.0: only the class is told.
    pub fn is_unspecific(self) -> bool {
        self.subject == 0 && self.detail == 0
    }
}

impl fmt::Display for EnhancedStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.class {
            StatusClass::Success => 2,
            StatusClass::Transient => 4,
            StatusClass::Permanent => 5,
        };
        write!(f, "{class}.{}.{}", self.subject, self.detail)
    }
}

/// The text is no enhanced status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enhanced status code: it should be like 5.1.1")]
pub struct NotAStatus;

impl FromStr for EnhancedStatus {
    type Err = NotAStatus;

    fn from_str(text: &str) -> Result<Self, NotAStatus> {
        let number = |part: Option<&str>| -> Result<u16, NotAStatus> {
            let part = part.unwrap_or_default();
            let plain = (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            if plain { part.parse().map_err(|_| NotAStatus) } else { Err(NotAStatus) }
        };
        let mut parts = text.split('.');
        let class = match parts.next() {
            Some("2") => StatusClass::Success,
            Some("4") => StatusClass::Transient,
            Some("5") => StatusClass::Permanent,
            _ => return Err(NotAStatus),
        };
        let status = Self { class, subject: number(parts.next())?, detail: number(parts.next())? };
        if parts.next().is_none() { Ok(status) } else { Err(NotAStatus) }
    }
}

impl Serialize for EnhancedStatus {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EnhancedStatus {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Whether sending again may help: the two bounce types that people see (S4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permanence {
    /// May pass: counted, blocks only when it repeats, and people may lift the block.
    Temporary,
    /// Will not pass by itself: blocks at once; lifting needs a second person.
    Permanent,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal;)*) => {
        /// Why a mail was not delivered. The names are the field's.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum BounceReason { $($(#[doc = $doc])* $name,)* }

        impl BounceReason {
            /// Every reason.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The field's name: lower case, no blanks.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

reasons! {
    /// SPF, DKIM or DMARC did not pass.
    AuthFailure = "authfailure";
    /// The sending address's or domain's reputation is bad.
    BadReputation = "badreputation";
    /// The sending host or its address is on a block list.
    Blocked = "blocked";
    /// A header or the body is not in a form the receiver takes.
    ContentError = "contenterror";
    /// A success report; not a bounce.
    Delivered = "delivered";
    /// Over a limit that the recipient set on one message.
    ExceedLimit = "exceedlimit";
    /// The time for retrying is over, or (delay notice) is running.
    Expired = "expired";
    /// TLS is needed and could not be had.
    FailedStartTls = "failedstarttls";
    /// A complaint of the recipient; not a bounce.
    Feedback = "feedback";
    /// Refused after the content, or by the recipient's own rules.
    Filtered = "filtered";
    /// The mailbox moved and nothing is forwarded.
    HasMoved = "hasmoved";
    /// The domain does not exist.
    HostUnknown = "hostunknown";
    /// The mailbox is over its quota.
    MailboxFull = "mailboxfull";
    /// The program that should store the mail failed.
    MailerError = "mailererror";
    /// The message is too large for the receiving system.
    MesgTooBig = "mesgtoobig";
    /// DNS or connection trouble, or a routing loop.
    NetworkError = "networkerror";
    /// The host will not relay for us.
    NoRelaying = "norelaying";
    /// The domain or host takes no mail at all (null MX, 521, 556).
    NotAccept = "notaccept";
    /// The message breaks RFC 5322.
    NotCompliantRfc = "notcompliantrfc";
    /// There is a diagnostic, but it does not say why.
    OnHold = "onhold";
    /// The receiver's policy forbids the message.
    PolicyViolation = "policyviolation";
    /// The envelope sender is refused.
    Rejected = "rejected";
    /// The sending host has no or a wrong PTR record.
    RequirePtr = "requireptr";
    /// A security rule of the receiver refused it.
    SecurityError = "securityerror";
    /// A spam filter refused it.
    SpamDetected = "spamdetected";
    /// Sent faster than the receiver allows.
    Speeding = "speeding";
    /// The address is on a suppression list of the sending service.
    Suppressed = "suppressed";
    /// The account is disabled or inactive.
    Suspend = "suspend";
    /// The receiver did not understand an SMTP command.
    SyntaxError = "syntaxerror";
    /// Trouble on the receiving host.
    SystemError = "systemerror";
    /// The receiving host's disk is full.
    SystemFull = "systemfull";
    /// Too many connections or recipients at once.
    TooManyConn = "toomanyconn";
    /// No such mailbox.
    UserUnknown = "userunknown";
    /// An automatic reply; not a bounce.
    Vacation = "vacation";
    /// A virus scanner refused it.
    VirusDetected = "virusdetected";
    /// Nothing says why.
    Undefined = "undefined";
}

impl BounceReason {
    /// The reason of that name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.name() == name)
    }

    /// Whether the address is dead. A host that takes no mail is dead unless it said "for now".
    pub fn is_hard(self, class: Option<StatusClass>) -> bool {
        match self {
            Self::UserUnknown | Self::HostUnknown | Self::HasMoved => true,
            Self::NotAccept => class != Some(StatusClass::Transient),
            Self::AuthFailure
            | Self::BadReputation
            | Self::Blocked
            | Self::ContentError
            | Self::Delivered
            | Self::ExceedLimit
            | Self::Expired
            | Self::FailedStartTls
            | Self::Feedback
            | Self::Filtered
            | Self::MailboxFull
            | Self::MailerError
            | Self::MesgTooBig
            | Self::NetworkError
            | Self::NoRelaying
            | Self::NotCompliantRfc
            | Self::OnHold
            | Self::PolicyViolation
            | Self::Rejected
            | Self::RequirePtr
            | Self::SecurityError
            | Self::SpamDetected
            | Self::Speeding
            | Self::Suppressed
            | Self::Suspend
            | Self::SyntaxError
            | Self::SystemError
            | Self::SystemFull
            | Self::TooManyConn
            | Self::Vacation
            | Self::VirusDetected
            | Self::Undefined => false,
        }
    }

    /// Whether it says anything: `undefined` and `onhold` do not, and a wider text may be asked.
    pub fn is_explicit(self) -> bool {
        self != Self::Undefined && self != Self::OnHold
    }
}

impl fmt::Display for BounceReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_own_name_and_serializes_as_it() {
        for &reason in BounceReason::ALL {
            assert_eq!(BounceReason::of_name(reason.name()), Some(reason));
            let json = serde_json::to_string(&reason).unwrap();
            assert_eq!(json, format!("\"{}\"", reason.name()));
        }
        assert_eq!(BounceReason::of_name("nonsense"), None);
    }

    #[test]
    fn hard_means_the_address_is_dead_and_not_that_the_code_was_5xx() {
        let hard = |r: BounceReason, c| r.is_hard(Some(c));
        assert!(hard(BounceReason::UserUnknown, StatusClass::Transient));
        assert!(hard(BounceReason::HostUnknown, StatusClass::Permanent));
        assert!(hard(BounceReason::NotAccept, StatusClass::Permanent));
        assert!(!hard(BounceReason::NotAccept, StatusClass::Transient));
        assert!(!hard(BounceReason::MailboxFull, StatusClass::Permanent));
        assert!(!hard(BounceReason::Suppressed, StatusClass::Permanent));
    }

    #[test]
    fn a_status_keeps_details_of_three_digits() {
        let status: EnhancedStatus = "5.7.606".parse().unwrap();
        assert_eq!((status.subject, status.detail), (7, 606));
        assert_eq!(status.to_string(), "5.7.606");
        assert!("4.0.0".parse::<EnhancedStatus>().unwrap().is_unspecific());
        for not in ["5.1", "5.1.1.1", "3.1.1", "5.1.x", "5..1", "5.1.1000", "5.1.+1"] {
            assert_eq!(not.parse::<EnhancedStatus>(), Err(NotAStatus), "{not}");
        }
    }
}
