//! The order in which evidence is weighed.

use domain::bounce::{BounceReason, BounceReason as R, StatusClass};
use domain::bounce_category::BounceCategory;

use super::evidence::Evidence;
use super::provider;
use super::row::{ReasonRow, status_fits};
use super::table::ROWS;
use super::vocabulary::{Spoken, spoken};
use crate::bounce::report::Verdict;
use crate::bounce::smtp_codes::SmtpStage;

/// The reason the evidence speaks for.
pub fn reason(evidence: &Evidence<'_>) -> BounceReason {
    if evidence.class() == Some(StatusClass::Success) {
        return R::Delivered;
    }
    if let Some(hint) = evidence.hint {
        return hint;
    }
    let hosts = [evidence.remote_host, evidence.recipient_domain, evidence.reporting_host];
    let worded = provider::reason(hosts.into_iter().flatten(), evidence.status, evidence.text);
    if let Some(reason) = worded {
        return reason;
    }
    let case = Case { evidence, said: spoken(evidence.text), coded: by_status(evidence) };
    case.named().or_else(|| case.by_area()).unwrap_or_else(|| case.rest())
}

/// Reason, hardness, permanence and category.
pub fn verdict(evidence: &Evidence<'_>) -> Verdict {
    verdict_of(reason(evidence), evidence)
}

/// What follows from a reason that is known already.
pub fn verdict_of(reason: BounceReason, evidence: &Evidence<'_>) -> Verdict {
    let class = evidence.class();
    let category = BounceCategory::of(reason, class, is_loop(evidence));
    // A delay notice never blocks, whatever its reason.
    let category = category.map(|c| if evidence.delayed { c.while_delayed() } else { c });
    Verdict {
        reason,
        hard: reason.is_hard(class) && !evidence.delayed,
        permanence: category.map(BounceCategory::permanence),
        category,
    }
}

/// A routing loop: 5.4.6 (and Exchange's 5.4.14), or words for it.
fn is_loop(evidence: &Evidence<'_>) -> bool {
    let coded = evidence
        .status
        .is_some_and(|status| status_fits("5.4.6", status) || status_fits("5.4.14", status));
    let words = ["hop count", "too many hops", "mail loop", "routing loop", "looping", " loop "];
    coded || words.iter().any(|word| evidence.text.contains(word))
}

/// The reason that the enhanced status code stands for.
fn by_status(evidence: &Evidence<'_>) -> Option<BounceReason> {
    let status = evidence.status?;
    let named = |row: &&ReasonRow| row.statuses.iter().any(|pattern| status_fits(pattern, status));
    ROWS.iter().find(named).map(|row| row.reason)
}

/// Reasons that outrank an unknown user even where the code says so: servers put 5.1.1 on much.
const NOT_UNKNOWN: &[R] =
    &[R::NoRelaying, R::Blocked, R::MailboxFull, R::HasMoved, R::Rejected, R::NotAccept];

/// Codes that name only an area, so that words are asked too.
const VAGUE: &[R] = &[
    R::Undefined,
    R::OnHold,
    R::SystemError,
    R::SecurityError,
    R::Expired,
    R::NetworkError,
    R::HostUnknown,
    R::UserUnknown,
];

/// The order of the reasons that name one cause.
const NAMED: &[R] = &[
    R::MailboxFull,
    R::MesgTooBig,
    R::ExceedLimit,
    R::Suspend,
    R::HasMoved,
    R::NoRelaying,
    R::AuthFailure,
    R::UserUnknown,
    R::Filtered,
    R::RequirePtr,
    R::NotCompliantRfc,
    R::BadReputation,
    R::ContentError,
    R::Rejected,
    R::HostUnknown,
    R::SpamDetected,
    R::Speeding,
    R::TooManyConn,
    R::Blocked,
];

/// The order of the rest, asked where the code names only an area.
const BY_AREA: &[R] = &[
    R::MailboxFull,
    R::AuthFailure,
    R::BadReputation,
    R::Speeding,
    R::SpamDetected,
    R::VirusDetected,
    R::PolicyViolation,
    R::NoRelaying,
    R::SystemError,
    R::Suspend,
    R::ContentError,
    R::SystemFull,
    R::NotAccept,
    // Which of the two: where the time ran out, that is what happened.
    R::Expired,
    R::NetworkError,
    R::FailedStartTls,
    R::SecurityError,
    R::Suppressed,
    R::MailerError,
];

struct Case<'e> {
    evidence: &'e Evidence<'e>,
    said: Spoken,
    coded: Option<BounceReason>,
}

impl Case<'_> {
    fn named(&self) -> Option<BounceReason> {
        if self.evidence.local_program {
            return None;
        }
        NAMED.iter().copied().find(|&reason| self.speaks_for(reason))
    }

    fn speaks_for(&self, reason: BounceReason) -> bool {
        let coded = self.coded == Some(reason);
        let said = self.said.of(reason);
        let stage = self.evidence.stage;
        let before_recipient = stage.is_some_and(|stage| stage < SmtpStage::Rcpt);
        let before_content = stage.is_some_and(|stage| stage < SmtpStage::Data);
        let plain = coded || said;
        if reason == R::MesgTooBig {
            return coded || (said && self.coded != Some(R::ExceedLimit));
        }
        if reason == R::Suspend {
            return plain || self.evidence.reply == Some(525);
        }
        if reason == R::NoRelaying {
            return said && stage.is_none_or(|stage| stage >= SmtpStage::Mail);
        }
        if reason == R::UserUnknown {
            let otherwise = || NOT_UNKNOWN.iter().any(|&other| self.said.of(other));
            return if coded { !otherwise() } else { said && stage == Some(SmtpStage::Rcpt) };
        }
        if reason == R::Filtered {
            // "Unknown" after the content, or at a stage nobody tells, may be the recipient's own
            // rule: no proof that the address is dead.
            return (said || self.said.of(R::UserUnknown)) && (coded || !before_content);
        }
        if reason == R::Rejected {
            return coded || (said && self.sender_may_be_meant());
        }
        if reason == R::ContentError {
            return plain && !self.speaks_for(R::SpamDetected);
        }
        if reason == R::HostUnknown {
            return if coded { !self.said.of(R::NetworkError) } else { said && !before_recipient };
        }
        if reason == R::SpamDetected {
            return said && !before_content;
        }
        plain
    }

    /// Words about a sender count where the session was at the sender, at the content, or unknown
    /// with a code that says nothing better.
    fn sender_may_be_meant(&self) -> bool {
        match self.evidence.stage {
            Some(SmtpStage::Mail) => true,
            Some(SmtpStage::Data) => self.coded != Some(R::UserUnknown),
            _ => matches!(self.coded, None | Some(R::SecurityError | R::SystemError)),
        }
    }

    fn by_area(&self) -> Option<BounceReason> {
        let vague = self.coded.is_none_or(|coded| VAGUE.contains(&coded));
        if vague || !self.evidence.local_program {
            let spoken = BY_AREA.iter().copied().find(|&reason| self.speaks_in_area(reason));
            if spoken.is_some() {
                return spoken;
            }
        }
        self.coded
    }

    fn speaks_in_area(&self, reason: BounceReason) -> bool {
        let reply = self.evidence.reply;
        let starttls = self.evidence.stage == Some(SmtpStage::StartTls);
        let answered = |codes: &[u16]| reply.is_some_and(|reply| codes.contains(&reply));
        let by_itself = (reason == R::FailedStartTls && (starttls || answered(&[523, 524, 538])))
            || (reason == R::NotAccept && answered(&[521, 556]));
        by_itself || self.said.of(reason)
    }

    /// What only the outline of the code says.
    fn rest(&self) -> BounceReason {
        let evidence = self.evidence;
        let subject = evidence.status.map(|status| status.subject);
        match subject {
            Some(6) => return R::ContentError,
            Some(7) => return R::SecurityError,
            _ => {}
        }
        if evidence.local_program {
            return R::MailerError;
        }
        let command_refused = |r: u16| (500..=504).contains(&r) || (401..=407).contains(&r);
        if self.said.of(R::SyntaxError) || evidence.reply.is_some_and(command_refused) {
            return R::SyntaxError;
        }
        if evidence.delayed {
            return R::Expired;
        }
        if evidence.stage == Some(SmtpStage::Hello) {
            return R::Blocked;
        }
        if evidence.text.is_empty() { R::Undefined } else { R::OnHold }
    }
}
