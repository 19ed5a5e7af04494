//! From what the parts of a report say to one [`BounceReport`] per recipient.

use domain::bounce::BounceReason;
use domain::email_address::EmailAddress;

use super::codes;
use super::delivery_status::{Recipient, RecipientFields, StatusReport};
use super::family;
use super::notice::{Mention, Notice};
use super::report::{Action, BounceReport, Decoded, Diagnostic, Flaw};
use super::smtp_codes;
use crate::bounce_reason::decide;
use crate::bounce_reason::evidence::Evidence;
use crate::bounce_reason::squeeze::squeeze;

/// Octets of the whole notice that stand in where nothing is said about one recipient.
const NOTICE_OCTETS_MAX: usize = 3 * 1024;

/// What all recipients of one report share.
pub struct Frame<'n> {
    /// The decoder's name.
    pub family: &'static str,
    /// The words of the notice.
    pub notice: &'n Notice,
    /// The host that reports.
    pub reporting_host: Option<String>,
}

impl Frame<'_> {
    /// What the words around the only recipient mean; around several they may be about another.
    fn lone_hint(&self, whole: &str) -> Option<BounceReason> {
        if self.notice.mentions.len() > 1 || !family::has_hints(self.family) {
            return None;
        }
        family::hint(self.family, &squeeze(whole))
    }
}

/// One report per group of a delivery status; groups that tell of success are left out.
pub fn of_status(frame: &Frame<'_>, status: &StatusReport, decoded: &mut Decoded) {
    for group in &status.recipients {
        if is_success(group) {
            continue;
        }
        let final_recipient = match &group.final_recipient {
            Some(Recipient::Address(address)) => Some(address.clone()),
            Some(Recipient::Other(_)) => {
                decoded.note(Flaw::RecipientNotAnAddress);
                None
            }
            None => None,
        };
        let mention = mention_of(frame.notice, final_recipient.as_ref(), group);
        let original = group.original_recipient.clone();
        let original = original.or_else(|| mention.and_then(|m| m.expanded_from.clone()));
        let report = BounceReport {
            final_recipient: outward(frame, final_recipient, original.as_ref())
                .or_else(|| mention.map(|m| m.address.clone())),
            original_recipient: original,
            action: group.action,
            status: group.status,
            remote_mta: group.remote_mta.clone(),
            ..BounceReport::default()
        };
        let about = mention.map(|m| m.about.as_str()).unwrap_or_default();
        let said = Said {
            diagnostic: &group.diagnostic,
            about,
            comment: &group.status_comment,
            local_program: group.diagnostic_type.as_deref() == Some("x-unix"),
        };
        decoded.reports.push(complete(frame, report, &said));
    }
}

/// Whether a group tells of success.
pub fn is_success(group: &RecipientFields) -> bool {
    match group.action {
        Some(action) => action.is_success(),
        None => group.status.is_some_and(|s| s.class == domain::bounce::StatusClass::Success),
    }
}

/// One report per recipient that the words name.
pub fn of_words(frame: &Frame<'_>, decoded: &mut Decoded) {
    for mention in &frame.notice.mentions {
        let report = BounceReport {
            final_recipient: Some(mention.address.clone()),
            original_recipient: mention.expanded_from.clone(),
            ..BounceReport::default()
        };
        let said = Said { about: &mention.about, ..Said::default() };
        decoded.reports.push(complete(frame, report, &said));
    }
}

/// One report for a recipient that is known from elsewhere, or not at all.
pub fn of_recipient(frame: &Frame<'_>, recipient: Option<EmailAddress>, decoded: &mut Decoded) {
    let mention = frame.notice.mentions.iter().find(|m| Some(&m.address) == recipient.as_ref());
    // A notice may name the recipient in its own way (a bare local part); then all of it counts.
    let about = mention.map(|m| m.about.as_str()).unwrap_or_default();
    let report = BounceReport { final_recipient: recipient, ..BounceReport::default() };
    let said = Said { about, ..Said::default() };
    decoded.reports.push(complete(frame, report, &said));
}

/// Oracle's (and PMDF's) final recipients are names within the host; the original one is who the
/// world knows.
fn outward(
    frame: &Frame<'_>,
    last: Option<EmailAddress>,
    original: Option<&EmailAddress>,
) -> Option<EmailAddress> {
    match original {
        Some(original) if frame.family == "messagingserver" => Some(original.clone()),
        _ => last,
    }
}

#[derive(Default)]
struct Said<'s> {
    /// Diagnostic-Code.
    diagnostic: &'s str,
    /// What the words of the notice say about the recipient.
    about: &'s str,
    /// The comment behind the status.
    comment: &'s str,
    local_program: bool,
}

fn mention_of<'n>(
    notice: &'n Notice,
    address: Option<&EmailAddress>,
    group: &RecipientFields,
) -> Option<&'n Mention> {
    let names = |mention: &&Mention| {
        Some(&mention.address) == address
            || Some(&mention.address) == group.original_recipient.as_ref()
    };
    let found = notice.mentions.iter().find(names);
    // A single name beside a single group is about the same recipient, however it is spelled.
    let lone = || if notice.mentions.len() == 1 { notice.mentions.first() } else { None };
    found.or_else(|| if address.is_none() { lone() } else { None })
}

/// Reads codes and words, and decides.
fn complete(frame: &Frame<'_>, mut report: BounceReport, said: &Said<'_>) -> BounceReport {
    let whole_end = frame.notice.text.floor_char_boundary(NOTICE_OCTETS_MAX);
    let whole = frame.notice.text.get(..whole_end).unwrap_or_default();
    let nothing_said = said.diagnostic.trim().is_empty() && said.about.trim().is_empty();
    let words = match (said.diagnostic.trim().is_empty(), said.about.trim().is_empty()) {
        (false, true) => said.diagnostic.to_owned(),
        (true, false) => said.about.to_owned(),
        (false, false) => format!("{}\n{}", said.diagnostic, said.about),
        (true, true) => whole.to_owned(),
    };
    let mut words = codes::without_own_answers(&words);
    if !said.comment.is_empty() {
        words.push('\n');
        words.push_str(said.comment);
    }
    let in_words = smtp_codes::best_status(said.diagnostic)
        .filter(|status| !status.is_unspecific())
        .or_else(|| smtp_codes::best_status(&words));
    let class = report.status.map(|status| status.class);
    let reply = smtp_codes::best_reply(said.diagnostic, class)
        .or_else(|| smtp_codes::best_reply(&words, class));
    let field_status = report.status;
    report.status = codes::prefer(report.status, in_words, reply);
    report.reply = reply;
    report.remote_mta = report
        .remote_mta
        .take()
        .filter(|host| host.contains('.'))
        .or_else(|| smtp_codes::remote_host(&words));
    let diagnostic = if said.diagnostic.trim().is_empty() { &words } else { said.diagnostic };
    report.diagnostic = Diagnostic::of(diagnostic);
    let uniform = squeeze(&words);
    report.stage = codes::stage(&words, &uniform);
    let mut evidence = Evidence {
        text: if nothing_said { "" } else { &uniform },
        status: report.status,
        reply: report.reply,
        stage: report.stage,
        remote_host: report.remote_mta.as_deref(),
        recipient_domain: report.final_recipient.as_ref().map(EmailAddress::domain),
        reporting_host: frame.reporting_host.as_deref(),
        delayed: report.action == Some(Action::Delayed),
        local_program: said.local_program,
        hint: family::hint(frame.family, &uniform).or_else(|| frame.lone_hint(whole)),
    };
    let mut reason = decide::reason(&evidence);
    // The words around a report are asked where neither its fields nor an answer say why.
    let told = reason.is_explicit() && (!nothing_said || field_status.is_some());
    if !told && !whole.is_empty() {
        let page = squeeze(whole);
        let hint = family::hint(frame.family, &page);
        let wider = Evidence { text: &page, hint, ..evidence.clone() };
        reason = wider_reason(reason, decide::reason(&wider));
    }
    evidence.hint = None;
    report.verdict = Some(decide::verdict_of(reason, &evidence));
    report
}

/// The whole notice may say what the answer did not.
fn wider_reason(narrow: BounceReason, wide: BounceReason) -> BounceReason {
    if wide.is_explicit() { wide } else { narrow }
}
