//! What sort of mail it is, and why it was judged so (feature B10).
//!
//! Header fields are asked first (RFC 3834 section 5 and what servers write), phrases last, as a
//! person may quote a phrase but hardly forges a field.

use serde::Serialize;

use crate::phrases;

/// The sort of a mail. Only [`MailKind::Ordinary`], and calendar mail, is written by a person to
/// persons; everything else is never answered automatically.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MailKind {
    /// Written by somebody to somebody.
    #[default]
    Ordinary,
    /// Sent by a program in answer to an event.
    Automatic,
    /// An absence notice: it says that nobody reads now, so it is no answer.
    OutOfOffice,
    /// Of a mailing list.
    List,
    /// A newsletter or other bulk mail.
    Bulk,
    /// A read receipt or another disposition notification (RFC 8098).
    ReadReceipt,
    /// Looks like a delivery report: the bounce reader decides.
    BounceCandidate,
    /// Asks the sender to prove to be a person.
    Challenge,
    /// An invitation or an answer to one.
    Calendar,
}

impl MailKind {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Automatic => "automatic",
            Self::OutOfOffice => "out_of_office",
            Self::List => "list",
            Self::Bulk => "bulk",
            Self::ReadReceipt => "read_receipt",
            Self::BounceCandidate => "bounce_candidate",
            Self::Challenge => "challenge",
            Self::Calendar => "calendar",
        }
    }

    /// Whether an automatic answer to it could start a loop or reach nobody (RFC 3834 section 2).
    pub fn forbids_auto_reply(self) -> bool {
        !matches!(self, Self::Ordinary | Self::Calendar)
    }
}

/// Why a mail was judged so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "rule", content = "what")]
pub enum KindReason {
    /// Nothing speaks against a person having written it.
    #[default]
    NoMark,
    /// A header field, by its name.
    HeaderField(&'static str),
    /// The type of the mail or of one of its parts.
    MediaType(&'static str),
    /// The null return path of reports.
    NullReturnPath,
    /// The sender is a mail server's own address.
    SystemSender,
    /// A phrase in the subject.
    SubjectPhrase(&'static str),
    /// A phrase in the text.
    TextPhrase(&'static str),
}

impl std::fmt::Display for KindReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoMark => f.write_str("no mark of a program"),
            Self::HeaderField(name) => write!(f, "header field {name}"),
            Self::MediaType(name) => write!(f, "a part of type {name}"),
            Self::NullReturnPath => f.write_str("null return path"),
            Self::SystemSender => f.write_str("sent by a mail system's address"),
            Self::SubjectPhrase(phrase) => write!(f, "the subject says \u{201c}{phrase}\u{201d}"),
            Self::TextPhrase(phrase) => write!(f, "the text says \u{201c}{phrase}\u{201d}"),
        }
    }
}

/// What the judgement is made from.
pub struct Evidence<'e> {
    /// Gives a header field's first value by lower-case name.
    pub field: &'e dyn Fn(&str) -> Option<&'e str>,
    /// The whole mail's type and the `report-type` parameter.
    pub media_type: &'e str,
    /// `report-type` of a multipart/report.
    pub report_type: Option<&'e str>,
    /// Types of all parts.
    pub part_types: &'e [&'e str],
    /// The sender's local part, lower case.
    pub sender_local_part: &'e str,
    /// The return path; empty is the null path.
    pub return_path: Option<&'e str>,
    /// The subject.
    pub subject: &'e str,
    /// The new text.
    pub new_text: &'e str,
}

/// Judges. The order of the rules is that of how sure they are.
pub fn judge(evidence: &Evidence<'_>) -> (MailKind, KindReason) {
    report(evidence)
        .or_else(|| calendar(evidence))
        .or_else(|| out_of_office(evidence))
        .or_else(|| challenge(evidence))
        .or_else(|| bounce_without_report(evidence))
        .or_else(|| automatic(evidence))
        .or_else(|| list_or_bulk(evidence))
        .or_else(|| automatic_by_phrase(evidence))
        .unwrap_or_default()
}

type Judged = Option<(MailKind, KindReason)>;

fn report(e: &Evidence<'_>) -> Judged {
    let of_type = |t: &str| e.part_types.contains(&t);
    if e.report_type == Some("disposition-notification")
        || of_type("message/disposition-notification")
    {
        let reason = KindReason::MediaType("message/disposition-notification");
        return Some((MailKind::ReadReceipt, reason));
    }
    for name in
        ["message/delivery-status", "message/global-delivery-status", "message/feedback-report"]
    {
        if of_type(name) {
            return Some((MailKind::BounceCandidate, KindReason::MediaType(name)));
        }
    }
    if e.media_type == "multipart/report" {
        return Some((MailKind::BounceCandidate, KindReason::MediaType("multipart/report")));
    }
    (e.field)("x-failed-recipients")
        .map(|_| (MailKind::BounceCandidate, KindReason::HeaderField("X-Failed-Recipients")))
}

fn calendar(e: &Evidence<'_>) -> Judged {
    let found = e.part_types.contains(&"text/calendar");
    found.then_some((MailKind::Calendar, KindReason::MediaType("text/calendar")))
}

fn out_of_office(e: &Evidence<'_>) -> Judged {
    let auto_submitted = (e.field)("auto-submitted").is_some_and(is_auto_submitted);
    if (e.field)("auto-submitted").is_some_and(|v| v.to_ascii_lowercase().contains("vacation")) {
        return Some((MailKind::OutOfOffice, KindReason::HeaderField("Auto-Submitted")));
    }
    for (name, shown) in [
        ("x-autoreply", "X-Autoreply"),
        ("x-autorespond", "X-Autorespond"),
        ("x-autoresponder", "X-Autoresponder"),
        ("x-vacation", "X-Vacation"),
    ] {
        if (e.field)(name).is_some_and(|v| !v.trim().eq_ignore_ascii_case("no")) {
            let by_phrase = phrases::absence_in(e.subject).or(phrases::absence_in(e.new_text));
            let kind = match (name, by_phrase) {
                ("x-vacation", _) | (_, Some(_)) => MailKind::OutOfOffice,
                _ => MailKind::Automatic,
            };
            return Some((kind, KindReason::HeaderField(shown)));
        }
    }
    if let Some(phrase) = phrases::absence_subject(e.subject) {
        return Some((MailKind::OutOfOffice, KindReason::SubjectPhrase(phrase)));
    }
    // A phrase in the text is believed only where a field or the subject says it is automatic.
    let marked = auto_submitted
        || phrases::automatic_subject(e.subject).is_some()
        || e.return_path == Some("");
    if marked && let Some(phrase) = phrases::absence_in(e.new_text) {
        return Some((MailKind::OutOfOffice, KindReason::TextPhrase(phrase)));
    }
    None
}

fn challenge(e: &Evidence<'_>) -> Judged {
    if let Some(phrase) = phrases::challenge_subject(e.subject) {
        return Some((MailKind::Challenge, KindReason::SubjectPhrase(phrase)));
    }
    phrases::challenge_text(e.new_text)
        .map(|phrase| (MailKind::Challenge, KindReason::TextPhrase(phrase)))
}

fn bounce_without_report(e: &Evidence<'_>) -> Judged {
    let sender = e.sender_local_part;
    let system = matches!(sender, "mailer-daemon" | "mailerdaemon" | "mail-daemon")
        || sender.starts_with("mailer-daemon+");
    if system {
        return Some((MailKind::BounceCandidate, KindReason::SystemSender));
    }
    let phrase = phrases::bounce_subject(e.subject)?;
    let likely = sender == "postmaster" || e.return_path == Some("");
    likely.then_some((MailKind::BounceCandidate, KindReason::SubjectPhrase(phrase)))
}

/// `no` means by a person (RFC 3834 section 5); anything else does not.
fn is_auto_submitted(value: &str) -> bool {
    let word = value.split(';').next().unwrap_or_default().trim();
    !word.is_empty() && !word.eq_ignore_ascii_case("no")
}

fn automatic(e: &Evidence<'_>) -> Judged {
    let by = |name| Some((MailKind::Automatic, KindReason::HeaderField(name)));
    if (e.field)("auto-submitted").is_some_and(is_auto_submitted) {
        return by("Auto-Submitted");
    }
    let precedence = (e.field)("precedence").unwrap_or_default().trim().to_ascii_lowercase();
    if matches!(precedence.as_str(), "auto_reply" | "auto-reply") {
        return by("Precedence");
    }
    for (name, shown) in [
        ("x-auto-reply", "X-Auto-Reply"),
        ("x-autogenerated", "X-Autogenerated"),
        ("x-mail-autoreply", "X-Mail-Autoreply"),
        ("x-autorespond-to", "X-Autorespond-To"),
        ("x-cron-env", "X-Cron-Env"),
        ("x-github-reason", "X-GitHub-Reason"),
    ] {
        if (e.field)(name).is_some() {
            return by(shown);
        }
    }
    if let Some(phrase) = phrases::automatic_subject(e.subject) {
        return Some((MailKind::Automatic, KindReason::SubjectPhrase(phrase)));
    }
    None
}

fn list_or_bulk(e: &Evidence<'_>) -> Judged {
    let has = |name: &str| (e.field)(name).is_some();
    let precedence = (e.field)("precedence").unwrap_or_default().trim().to_ascii_lowercase();
    // A list has somewhere to post to; a newsletter has only a way out.
    if has("list-post") || precedence == "list" || has("x-mailing-list") || has("mailing-list") {
        let name = if has("list-post") { "List-Post" } else { "Precedence" };
        return Some((MailKind::List, KindReason::HeaderField(name)));
    }
    if has("list-id") && !has("list-unsubscribe-post") {
        return Some((MailKind::List, KindReason::HeaderField("List-Id")));
    }
    for (name, shown) in [
        ("list-unsubscribe", "List-Unsubscribe"),
        ("list-id", "List-Id"),
        ("feedback-id", "Feedback-ID"),
        ("x-campaign", "X-Campaign"),
        ("x-campaign-id", "X-Campaign-Id"),
        ("x-mailgun-tag", "X-Mailgun-Tag"),
    ] {
        if has(name) {
            return Some((MailKind::Bulk, KindReason::HeaderField(shown)));
        }
    }
    if matches!(precedence.as_str(), "bulk" | "junk") {
        return Some((MailKind::Bulk, KindReason::HeaderField("Precedence")));
    }
    None
}

/// The weakest evidence: no field tells, but the sender or its null path does.
fn automatic_by_phrase(e: &Evidence<'_>) -> Judged {
    if phrases::is_no_reply(e.sender_local_part) {
        return Some((MailKind::Automatic, KindReason::SystemSender));
    }
    let suppress = (e.field)("x-auto-response-suppress").is_some_and(|v| {
        let v = v.to_ascii_lowercase();
        v.contains("all") || v.contains("autoreply")
    });
    if suppress && e.return_path == Some("") {
        return Some((MailKind::Automatic, KindReason::HeaderField("X-Auto-Response-Suppress")));
    }
    (e.return_path == Some("")).then_some((MailKind::Automatic, KindReason::NullReturnPath))
}
