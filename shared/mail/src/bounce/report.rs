//! What a decoded mail says: the result types.

use std::fmt;

use domain::bounce::{BounceReason, EnhancedStatus, Permanence};
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use serde::{Deserialize, Serialize};

use super::original::OriginalMail;
use super::smtp_codes::SmtpStage;

/// What a mail is, seen with the eyes of a bounce processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A mail came back, or is delayed.
    Bounce,
    /// An automatic answer of a person's mailbox (RFC 3834).
    AutoReply,
    /// A complaint (ARF, RFC 5965).
    Feedback,
    /// A success report.
    Delivered,
    /// Everything else.
    Mail,
    /// SES still tries.
    Delay,
    /// Another event of SES: send, delivery, open, click, reject ...
    Event,
}

impl Kind {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bounce => "bounce",
            Self::AutoReply => "autoreply",
            Self::Feedback => "feedback",
            Self::Delivered => "delivered",
            Self::Mail => "mail",
            Self::Delay => "delay",
            Self::Event => "event",
        }
    }
}

/// The text of the server that refused. It names people, so it prints only its length.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diagnostic(String);

/// Characters of a diagnostic that are kept.
pub const DIAGNOSTIC_CHARS_MAX: usize = 1_000;

impl Diagnostic {
    /// The text in one line, bounded.
    pub fn of(text: &str) -> Self {
        let mut line = String::with_capacity(text.len().min(DIAGNOSTIC_CHARS_MAX));
        for word in text.split_whitespace() {
            if line.len() + word.len() > DIAGNOSTIC_CHARS_MAX {
                line.extend(word.chars().take(DIAGNOSTIC_CHARS_MAX.saturating_sub(line.len())));
                break;
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        Self(line)
    }

    /// The text. Never log it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Diagnostic({} octets)", self.0.len())
    }
}

/// What the reporting server did (RFC 3464 section 2.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Gave up.
    Failed,
    /// Still tries.
    Delayed,
    /// Delivered.
    Delivered,
    /// Handed to a system that sends no reports.
    Relayed,
    /// Delivered to a list's or alias's members.
    Expanded,
}

impl Action {
    /// Reads the field's value; a comment behind it is passed over.
    pub fn of(value: &str) -> Option<Self> {
        let word: String = value
            .trim_start()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .map(|c| c.to_ascii_lowercase())
            .take(12)
            .collect();
        Some(match word.as_str() {
            "failed" | "failure" | "fail" => Self::Failed,
            "delayed" | "delay" => Self::Delayed,
            "delivered" => Self::Delivered,
            "relayed" => Self::Relayed,
            "expanded" => Self::Expanded,
            _ => return None,
        })
    }

    /// Whether the mail arrived somewhere.
    pub fn is_success(self) -> bool {
        matches!(self, Self::Delivered | Self::Relayed | Self::Expanded)
    }
}

/// What was not in order with a report. It is decoded all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// More recipients than are read.
    TooManyRecipients,
    /// Longer than is read; the rest was passed over.
    TooLong,
    /// Parts nested deeper, or more of them, than are followed.
    TooManyParts,
    /// A recipient that is no address (a pipe, a file, a bare name).
    RecipientNotAnAddress,
    /// No recipient could be found.
    NoRecipient,
    /// The machine-readable part is missing; the words were read.
    WordsOnly,
    /// The report came forwarded.
    Forwarded,
    /// The JSON is none of SES.
    NotAnEvent,
}

/// What is said about one recipient.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BounceReport {
    /// The address that was tried last (Final-Recipient).
    pub final_recipient: Option<EmailAddress>,
    /// The address we sent to, where it was forwarded or expanded (Original-Recipient).
    pub original_recipient: Option<EmailAddress>,
    /// What the reporting server did.
    pub action: Option<Action>,
    /// Enhanced status code (RFC 3463), the one that says most.
    pub status: Option<EnhancedStatus>,
    /// SMTP reply code.
    pub reply: Option<u16>,
    /// How far the SMTP session had come.
    pub stage: Option<SmtpStage>,
    /// The refusing server's words.
    pub diagnostic: Diagnostic,
    /// The host that refused.
    pub remote_mta: Option<String>,
    /// Why, in the field's words.
    pub verdict: Option<Verdict>,
}

impl BounceReport {
    /// The address that failed: the final one, else the one we sent to. A block concerns both.
    pub fn recipient(&self) -> Option<&EmailAddress> {
        self.final_recipient.as_ref().or(self.original_recipient.as_ref())
    }
}

/// The reason, and what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The field's reason.
    pub reason: BounceReason,
    /// Whether the address is dead.
    pub hard: bool,
    /// Temporary or permanent; None for complaints and success.
    pub permanence: Option<Permanence>,
    /// The category people see; None for complaints and success.
    pub category: Option<BounceCategory>,
}

/// A complaint's own fields (RFC 5965 section 3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// `abuse`, `fraud`, `virus`, `not-spam`, `auth-failure`, `other` ...
    pub feedback_type: Option<String>,
    /// Who wrote the report.
    pub user_agent: Option<String>,
    /// The address the mail came from, as the reporter saw it.
    pub source_ip: Option<String>,
    /// When the reporter got the mail, as written.
    pub arrival: Option<String>,
}

/// What SES says beside the recipients.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SesFacts {
    /// `Bounce`, `Complaint`, `Delivery`, `Send`, `Open` ... (`eventType` or `notificationType`).
    pub event: String,
    /// `Permanent`, `Transient`, `Undetermined`.
    pub bounce_type: Option<String>,
    /// `General`, `NoEmail`, `MailboxFull` ...
    pub bounce_subtype: Option<String>,
    /// Of a delivery delay.
    pub delay_type: Option<String>,
    /// SES's id of the feedback: with recipient and message it makes an event idempotent.
    pub feedback_id: Option<String>,
    /// When the event happened, RFC 3339 as SES wrote it.
    pub at: Option<String>,
    /// Until when SES goes on trying (`expirationTime` of a delivery delay), as written.
    pub delayed_until: Option<String>,
    /// Why SES did not send it (`reason` of a reject, `errorMessage` of a rendering failure).
    pub refused_for: Option<String>,
    /// The program that opened the mail or followed a link.
    pub user_agent: Option<String>,
    /// Whether the recipient unsubscribed from everything (`Subscription`).
    pub unsubscribed: bool,
    /// The message tags: name and values.
    pub tags: Vec<(String, Vec<String>)>,
}

/// A decoded mail or event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// What it is.
    pub kind: Kind,
    /// Which decoder read it: a standard (`rfc3464`), a family (`exim`) or `ses`.
    pub decoder: &'static str,
    /// The host that wrote the report.
    pub reporting_mta: Option<String>,
    /// One per recipient.
    pub reports: Vec<BounceReport>,
    /// The mail that came back.
    pub original: OriginalMail,
    /// Of a complaint.
    pub complaint: Option<Complaint>,
    /// Of an SES event.
    pub ses: Option<SesFacts>,
    /// What was not in order.
    pub flaws: Vec<Flaw>,
}

impl Decoded {
    /// A decoded mail of that kind with nothing in it yet.
    pub fn new(kind: Kind, decoder: &'static str) -> Self {
        Self {
            kind,
            decoder,
            reporting_mta: None,
            reports: Vec::new(),
            original: OriginalMail::default(),
            complaint: None,
            ses: None,
            flaws: Vec::new(),
        }
    }

    /// Notes a flaw once.
    pub fn note(&mut self, flaw: Flaw) {
        if !self.flaws.contains(&flaw) {
            self.flaws.push(flaw);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diagnostic_is_one_bounded_line_and_prints_no_words() {
        let text = Diagnostic::of(" 550 5.1.1\r\n\t<anna@example.com>\n unknown ");
        assert_eq!(text.expose(), "550 5.1.1 <anna@example.com> unknown");
        assert!(!format!("{text:?}").contains("anna"));
        let long = Diagnostic::of(&"ä".repeat(1_000_000));
        assert!(long.expose().chars().count() <= DIAGNOSTIC_CHARS_MAX);
    }

    #[test]
    fn an_action_is_read_with_a_comment_behind_it() {
        assert_eq!(Action::of(" Failed (5.1.1)"), Some(Action::Failed));
        assert_eq!(Action::of("delayed"), Some(Action::Delayed));
        assert_eq!(Action::of("delivered (to mailing list)"), Some(Action::Delivered));
        assert_eq!(Action::of("sent"), None);
    }
}
