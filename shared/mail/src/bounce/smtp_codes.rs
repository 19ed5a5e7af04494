//! Codes, commands and hosts within the text of an answer.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use domain::bounce::{EnhancedStatus, StatusClass};

/// How far an SMTP session had come when the answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SmtpStage {
    /// The greeting.
    Connect,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS.
    StartTls,
    /// AUTH.
    Auth,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, or the end of the content.
    Data,
}

impl SmtpStage {
    /// The command as it is written.
    pub fn command(self) -> &'static str {
        match self {
            Self::Connect => "CONN",
            Self::Hello => "EHLO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
        }
    }

    /// The stage that a command line starts (`RCPT TO:<...>`).
    pub fn of_command(line: &str) -> Option<Self> {
        let word: String = line
            .trim_start()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .map(|c| c.to_ascii_uppercase())
            .take(9)
            .collect();
        Some(match word.as_str() {
            "EHLO" | "HELO" | "LHLO" => Self::Hello,
            "STARTTLS" => Self::StartTls,
            "AUTH" => Self::Auth,
            "MAIL" => Self::Mail,
            "RCPT" => Self::Rcpt,
            "DATA" | "BDAT" => Self::Data,
            _ => return None,
        })
    }

    /// The stage that a notice names in words, in lower case; of several, the one that stands first
    /// in the table counts.
    pub fn of_wording(lower: &str) -> Option<Self> {
        let found = WORDS.as_ref()?.find_overlapping_iter(lower);
        let first = found.map(|found| found.pattern().as_usize()).min()?;
        WORDINGS.get(first).map(|&(_, stage)| stage)
    }
}

/// How MTAs word the stage: Postfix, Exim, qmail, DragonFly, GMX, Sendmail, X6.
const WORDINGS: &[(&str, SmtpStage)] = &[
    ("reply to rcpt to", SmtpStage::Rcpt),
    ("reply to end of data", SmtpStage::Data),
    ("reply to data", SmtpStage::Data),
    ("reply to mail from", SmtpStage::Mail),
    ("reply to ehlo", SmtpStage::Hello),
    ("reply to helo", SmtpStage::Hello),
    ("reply to starttls", SmtpStage::StartTls),
    ("reply to auth", SmtpStage::Auth),
    ("in reply to", SmtpStage::Connect),
    ("refused to talk to me", SmtpStage::Hello),
    ("after rcpt to", SmtpStage::Rcpt),
    ("after end of data", SmtpStage::Data),
    ("after sending data block", SmtpStage::Data),
    ("after data", SmtpStage::Data),
    ("after mail from", SmtpStage::Mail),
    ("after ehlo", SmtpStage::Hello),
    ("after helo", SmtpStage::Hello),
    ("after starttls", SmtpStage::StartTls),
    ("after initial connection", SmtpStage::Connect),
    ("after rcpt command", SmtpStage::Rcpt),
    ("following rcpt command", SmtpStage::Rcpt),
    ("after mail command", SmtpStage::Mail),
    ("after text command", SmtpStage::Data),
    ("for text command", SmtpStage::Data),
    ("did not like our rcpt to", SmtpStage::Rcpt),
    ("did not like our mail from", SmtpStage::Mail),
    ("did not like our final data", SmtpStage::Data),
    ("did not like our data", SmtpStage::Data),
    ("did not like our ehlo", SmtpStage::Hello),
    ("does not like recipient", SmtpStage::Rcpt),
    ("but my name was rejected", SmtpStage::Hello),
    ("but greeting failed", SmtpStage::Connect),
    ("but sender was rejected", SmtpStage::Mail),
    ("sender was rejected", SmtpStage::Mail),
    ("failed on data command", SmtpStage::Data),
    ("failed after i sent the message", SmtpStage::Data),
    ("while sending rcpt to", SmtpStage::Rcpt),
    ("while sending mail from", SmtpStage::Mail),
    ("while sending end of data", SmtpStage::Data),
    ("while sending message body", SmtpStage::Data),
    ("while sending data", SmtpStage::Data),
    ("helo handshake", SmtpStage::Hello),
    ("initial server greeting", SmtpStage::Connect),
    ("[rcpt_to]", SmtpStage::Rcpt),
    ("[mail_from]", SmtpStage::Mail),
    ("[data]", SmtpStage::Data),
    ("[helo]", SmtpStage::Hello),
    ("smtp:rcpt host", SmtpStage::Rcpt),
    ("smtp:mail host", SmtpStage::Mail),
    ("smtp:data host", SmtpStage::Data),
    ("sent <<< rcpt to", SmtpStage::Rcpt),
    ("sent <<< mail from", SmtpStage::Mail),
    ("sent <<< data", SmtpStage::Data),
    (">>> rcpt to", SmtpStage::Rcpt),
    (">>> mail from", SmtpStage::Mail),
    (">>> data", SmtpStage::Data),
    (">>> ehlo", SmtpStage::Hello),
    (">>> helo", SmtpStage::Hello),
    ("step: data send", SmtpStage::Data),
    ("rcpt to response", SmtpStage::Rcpt),
    ("rcpt to generated", SmtpStage::Rcpt),
    ("mail from generated", SmtpStage::Mail),
    ("data generated", SmtpStage::Data),
    ("message generated response", SmtpStage::Data),
];

static WORDS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(WORDINGS.iter().map(|(wording, _)| wording)).ok());

/// Enhanced status codes in `text`, in order: three numbers with dots, not part of a longer number.
pub fn statuses(text: &str) -> impl Iterator<Item = EnhancedStatus> + '_ {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter_map(move |at| status_at(bytes, at))
}

fn status_at(bytes: &[u8], at: usize) -> Option<EnhancedStatus> {
    let class = StatusClass::of_digit(bytes.get(at)?.checked_sub(b'0')?)?;
    if bytes.get(at + 1) != Some(&b'.') {
        return None;
    }
    if let Some(before) = at.checked_sub(1).and_then(|i| bytes.get(i))
        && (before.is_ascii_alphanumeric() || b".-_/".contains(before))
        && *before != b'-'
    {
        return None;
    }
    let (subject, after_subject) = number(bytes, at + 2)?;
    if bytes.get(after_subject) != Some(&b'.') || subject > 9 {
        return None;
    }
    let (detail, end) = number(bytes, after_subject + 1)?;
    let more = match bytes.get(end) {
        Some(b'.') => bytes.get(end + 1).is_some_and(u8::is_ascii_digit),
        Some(b) => b.is_ascii_alphanumeric() && *b != b' ',
        None => false,
    };
    if more { None } else { Some(EnhancedStatus { class, subject, detail }) }
}

/// A number of one to three digits, and the position after it.
fn number(bytes: &[u8], from: usize) -> Option<(u16, usize)> {
    let digits = bytes.get(from..)?.iter().take(4).take_while(|b| b.is_ascii_digit()).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let text = std::str::from_utf8(bytes.get(from..from + digits)?).ok()?;
    Some((text.parse().ok()?, from + digits))
}

/// SMTP reply codes of refusals (4yz, 5yz) in `text`, in order.
pub fn replies(text: &str) -> impl Iterator<Item = u16> + '_ {
    let bytes = text.as_bytes();
    (0..bytes.len()).filter_map(move |at| reply_at(bytes, at))
}

fn reply_at(bytes: &[u8], at: usize) -> Option<u16> {
    let first = bytes.get(at)?;
    if *first != b'4' && *first != b'5' {
        return None;
    }
    let before = at.checked_sub(1).and_then(|i| bytes.get(i)).copied().unwrap_or(b' ');
    if !b" \t\n([<:;\"'=#|".contains(&before) {
        return None;
    }
    let (code, end) = number(bytes, at)?;
    // RFC 5321 section 4.2.1: the second digit is at most 5; some hosts use more, none 8 or 9.
    if end - at != 3 || (code / 10) % 10 > 7 {
        return None;
    }
    let after = bytes.get(end).copied().unwrap_or(b' ');
    let ends = b" -\t\n:;,)]'\"_[".contains(&after)
        || (after == b'.' && !bytes.get(end + 1).is_some_and(u8::is_ascii_digit));
    ends.then_some(code)
}

/// Of the codes in a text, the one that says most.
pub fn best_status(text: &str) -> Option<EnhancedStatus> {
    let refusals = statuses(text).filter(|status| status.class != StatusClass::Success);
    // Text beyond the first few codes is the returned mail or a manual.
    refusals.take(8).fold(None, |best, status| super::codes::prefer(best, Some(status), None))
}

/// The reply code that goes with a class, else the first.
pub fn best_reply(text: &str, class: Option<StatusClass>) -> Option<u16> {
    let mut first = None;
    for reply in replies(text).take(16) {
        if class.is_none() || class == reply_class(reply) {
            return Some(reply);
        }
        first = first.or(Some(reply));
    }
    first
}

/// The class of a reply code.
pub fn reply_class(reply: u16) -> Option<StatusClass> {
    u8::try_from(reply / 100).ok().and_then(StatusClass::of_digit)
}

/// The host that answered, as notices name it: `host mx.example.com[192.0.2.1] said`, `while
/// talking to mx.example.com.:`, `by mx.example.com.`, `from mx.example.com`.
pub fn remote_host(text: &str) -> Option<String> {
    const LEADS: &[&str] = &[
        "host ",
        "talking to ",
        "connect to ",
        "lost connection with ",
        "conversation with ",
        "host: ",
        "domain by ",
        " by ",
        "smtp server <",
        "remote server at ",
        "server ",
    ];
    let lower = text.to_ascii_lowercase();
    LEADS.iter().find_map(|lead| {
        let at = lower.find(lead)? + lead.len();
        host_at(lower.get(at..)?)
    })
}

/// A host name at the start of `text`: at least one dot, no digits only.
fn host_at(text: &str) -> Option<String> {
    let length = text
        .bytes()
        .take_while(|b| b.is_ascii_alphanumeric() || b"-._".contains(b))
        .take(255)
        .count();
    let name = text.get(..length)?.trim_matches('.');
    let named = name.contains('.') && name.bytes().any(|b| b.is_ascii_alphabetic());
    named.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(text: &str) -> Option<String> {
        best_status(text).map(|s| s.to_string())
    }

    #[test]
    fn status_codes_are_told_from_addresses_and_versions() {
        assert_eq!(status("550 5.1.1 <a@example.com>").as_deref(), Some("5.1.1"));
        assert_eq!(status("550-5.7.26 unauthenticated").as_deref(), Some("5.7.26"));
        assert_eq!(status("no mailbox here (#5.1.1)").as_deref(), Some("5.1.1"));
        assert_eq!(status("host[4.2.1.9] said").as_deref(), None);
        assert_eq!(status("Exim 4.69.1, v5.1.2, 14.3.2, 5.1.2a").as_deref(), None);
        assert_eq!(status("5.0.0 then 4.4.7 then 5.2.2").as_deref(), Some("5.2.2"));
        assert_eq!(status("5.7.606, banned").as_deref(), Some("5.7.606"));
    }

    #[test]
    fn reply_codes_are_told_from_other_numbers() {
        let reply = |text| best_reply(text, None);
        assert_eq!(reply("host mx[192.0.2.55] said: 550 no"), Some(550));
        assert_eq!(reply("smtp;452-4.2.2 full"), Some(452));
        assert_eq!(reply("in 550 days"), Some(550));
        assert_eq!(reply("port 25, id 5501, 499.0, a550 b"), None);
        assert_eq!(best_reply("451 later, 550 no", Some(StatusClass::Permanent)), Some(550));
    }

    #[test]
    fn stages_are_read_from_commands_and_wordings() {
        assert_eq!(SmtpStage::of_command("RCPT To:<a@example.com>"), Some(SmtpStage::Rcpt));
        assert_eq!(SmtpStage::of_command("QUIT"), None);
        assert_eq!(
            SmtpStage::of_wording("550 no (in reply to end of data command)"),
            Some(SmtpStage::Data)
        );
        assert_eq!(
            SmtpStage::of_wording("192.0.2.1 does not like recipient."),
            Some(SmtpStage::Rcpt)
        );
    }

    #[test]
    fn the_answering_host_is_named() {
        let host = |text: &str| remote_host(text);
        assert_eq!(host("host mx.example.com[192.0.2.1] said").as_deref(), Some("mx.example.com"));
        assert_eq!(
            host("... while talking to mx.example.org.:").as_deref(),
            Some("mx.example.org")
        );
        assert_eq!(host("host 192.0.2.7 said"), None);
    }
}
