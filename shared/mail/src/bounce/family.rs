//! The families of notices: which words show that a machine wrote a mail to say it came back, and
//! what a family's own wording means.
//!
//! A new family is a row in [`MARKS`], and rows in [`HINTS`] where it has words of its own.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use domain::bounce::{BounceReason, BounceReason as R};

/// How much a mark proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// People write so too: counts with a mailer daemon as the sender only.
    Weak,
    /// Machine wording: counts with any sign in the header.
    Strong,
    /// Nobody else writes so: counts alone.
    Alone,
}

/// Words in a notice, lower case; the family they show.
pub struct Mark {
    phrase: &'static str,
    /// The decoder's name.
    pub family: &'static str,
    /// How much it proves.
    pub weight: Weight,
}

const fn strong(family: &'static str, phrase: &'static str) -> Mark {
    Mark { phrase, family, weight: Weight::Strong }
}

const fn alone(family: &'static str, phrase: &'static str) -> Mark {
    Mark { phrase, family, weight: Weight::Alone }
}

const fn weak(phrase: &'static str) -> Mark {
    Mark { phrase, family: "notice", weight: Weight::Weak }
}

/// Every mark; of those found, the first row of the highest weight names the family.
const MARKS: &[Mark] = &[
    strong("dragonfly", "this is the dragonfly mail agent"),
    strong("opensmtpd", "this is the mailer-daemon, please do not reply"),
    strong("qmail", "this is the qmail-send program"),
    strong("qmail", "this is the deliver program at"),
    strong("qmail", "--- below this line is a copy of the m"),
    strong("qmail", "--- below the next line is a copy of the message"),
    strong("qmail", "this is the mail delivery agent at"),
    strong("qmail", "this is the machine generated message from mail service"),
    strong("qmail", "su mensaje no pudo ser entregado"),
    strong("qmail", "your mail message to the following address(es) could not be delivered"),
    strong("yahoo", "unable to deliver message to the following address(es)"),
    strong("yahoo", "sorry, we were unable to deliver your message to the following address"),
    strong("postfix", "i'm sorry to have to inform you that your message could not"),
    strong("postfix", "i'm sorry to have to inform you that the message returned"),
    strong("postfix", "this is the mail system at host"),
    strong("postfix", "this is the postfix program at host"),
    strong("postfix", "transcript of session follows.\n"),
    strong("gmx", "the header of the original message is following"),
    strong("mcafee", "included is a copy of the message header:"),
    strong("exim", "this message was created automatically by mail delivery"),
    strong("exim", "------ this is a copy of"),
    strong("exim", "a message that you sent could not be delivered to"),
    strong("exim", "a message that you have sent could not be delivered"),
    strong("exim", "a message that you sent contained one or more recipient addresses"),
    strong("exim", "message has been frozen"),
    strong("sendmail", "----- transcript of session follows -----"),
    strong("sendmail", "----- the following addresses had "),
    strong("sendmail", "---the following addresses had delivery errors---"),
    strong("sendmail", "----- unsent message follows -----"),
    strong("sendmail", "----- non-delivered information -----"),
    strong("gmail", "delivery to the following recipient failed permanently"),
    strong("gmail", "delivery to the following recipient has been delayed"),
    strong("gmail", "** address not found **"),
    strong("gmail", "** message not delivered **"),
    strong("gmail", "** delivery incomplete **"),
    strong("gmail", "** message blocked **"),
    strong("gmail", "** message too large **"),
    strong("gmail", "** recipient inbox full **"),
    strong("gmail", "google tried to deliver your message"),
    strong("googlegroups", "https://groups.google.com/support/"),
    strong("googlegroups", "groups.google.com/support"),
    strong("exchange", "did not reach the following recipient(s):"),
    strong("exchange", "the following recipient(s) could not be reached:"),
    strong("exchange", "diagnostic information for administrators"),
    strong("exchange", "informations de diagnostic pour les administrateurs"),
    strong("exchange", "informazioni di diagnostica per gli amministratori"),
    strong("exchange", "diagnoseinformationen f\u{fc}r administratoren"),
    strong("exchange", "diagnostische gegevens voor beheerders"),
    strong("exchange", "informaci\u{f3}n de diagn\u{f3}stico para administradores"),
    strong("exchange", "informa\u{e7}\u{f5}es de diagn\u{f3}stico para administradores"),
    strong("exchange", "diagnostisk information f"),
    strong("exchange", "管理员的诊断信息"),
    strong("exchange", "給系統管理員的診斷資訊"),
    strong("exchange", "管理者向けの診断情報"),
    strong("exchange", "delivery has failed to these recipients"),
    strong("exchange", "rejected your message to the following e"),
    strong("exchange", "your message did not reach some or all of the intended recipients"),
    strong("domino", "was not delivered to:\n"),
    strong("notes", "------- failure reasons"),
    strong("imail", "delivery failed 1"),
    strong("imail", "delivery failed 2"),
    strong("imail", "original message follows."),
    strong("imail", "body of message generated response:"),
    strong("interscan", "message from interscan"),
    strong("interscan", "sent <<< rcpt to:"),
    alone("kddi", "your mail sent on:"),
    alone("kddi", "your mail attempted to be delivered on:"),
    strong("ezweb", "the following recipients did not receive this message:"),
    strong("ezweb", "each of the following recipients was rejected"),
    strong("ezweb", "the user(s) account is"),
    strong("mfilter", "-------server message"),
    strong("mailfoundry", "unable to deliver message to:"),
    strong("mailmarshal", "the following recipients were affected:"),
    strong("messagingserver", "this report relates to a message you sent"),
    strong("courier", "undeliverable mail"),
    strong("courier", "delays in delivering your message"),
    strong("courier", "running the courier mail server"),
    strong("verizon", "undeliverable message"),
    strong("verizon", "error: invalid user address"),
    strong("verizon", "error message below:"),
    strong("x3", "this is an automatically generated delivery status notification"),
    strong("x6", "we had trouble delivering your message. full details follow"),
    strong("zoho", "error_code :"),
    strong("james", "[bounce]"),
    strong("james", "i'm sorry to have to tell you that your message was not"),
    strong("mimecast", "an email that you attempted to send to the following address could not"),
    strong("mdaemon", "the following addresses did not receive a copy of your message"),
    strong("lsoft", "error-for:"),
    strong("fml", "original mail as follows:"),
    strong("fml", "you are not a member of this mailing list"),
    strong("groupwise", "the message that you sent was undeliverable to the following"),
    strong("smartermail", "could not deliver message to the following recipient(s)"),
    strong("amazonses", "an error occurred while trying to deliver the mail to the following rec"),
    strong("symantec", "this is the mail delivery agent at symantec"),
    strong("sieve", "was automatically rejected:"),
    strong("qq", "抱歉，您的邮件被退回来了"),
    strong("qq", "您的邮件被退回"),
    strong("qq", "被退回以下收件人"),
    strong("netease", "您的邮件无法被投递到以下"),
    strong("netease", "投递失败"),
    strong("netease", "以下收件人邮箱"),
    strong("netease", "无法送达"),
    strong("aliyun", "您发送的邮件投递失败"),
    strong("notice", "delivery failure"),
    strong("notice", "delivery failed"),
    strong("notice", "failed addresses follow"),
    strong("notice", "message not delivered to the following"),
    strong("notice", "has not yet been delivered"),
    strong("notice", "this is a delivery failure notification"),
    strong("notice", "your message was not delivered"),
    strong("notice", "your message has not been delivered"),
    strong("notice", "the following mail has been returned because"),
    strong("notice", "delivery of email to this address"),
    strong("notice", "送信できませんでした"),
    strong("notice", "配信できません"),
    strong("notice", "nicht zugestellt werden"),
    strong("notice", "konnte nicht zugestellt"),
    strong("notice", "n'a pas pu \u{ea}tre remis"),
    strong("notice", "no se pudo entregar"),
    strong("notice", "non \u{e8} stato possibile recapitare"),
    strong("notice", "kan niet worden bezorgd"),
    strong("notice", "не может быть доставлено"),
    strong("notice", "nie mo\u{17c}e zosta\u{107} dostarczon"),
    strong("notice", "could not be delivered to the following recipient"),
    strong("notice", "not delivered to the following recipient"),
    strong("notice", "please do not resend your original message"),
    strong("notice", "do not resend your message"),
    weak("no such user"),
    weak("no user by that name"),
    weak("mailbox unavailable"),
    weak("address rejected"),
    weak("quota exceeded"),
    weak("does not exist"),
    weak("could not be delivered"),
    weak("couldn't be delivered"),
    weak("cannot be delivered"),
    weak("can't be delivered"),
    weak("not be delivered"),
    weak("wasn't delivered"),
    weak("was not delivered"),
    weak("has not been delivered"),
    weak("not been delivered"),
    weak("wasn't able to deliver"),
    weak("unable to deliver"),
    weak("undeliverable"),
    weak("undelivered"),
    weak("delivery problem"),
    weak("returned mail"),
    weak("permanent error"),
    weak("user unknown"),
    weak("unknown user"),
    weak("not a valid user"),
    weak("mailbox full"),
    weak("mailbox is full"),
    weak("over quota"),
    weak("退信"),
    weak("退回"),
];

/// A family's own words for a cause, lower case, where they are no answer of an SMTP server.
const HINTS: &[(&str, &str, BounceReason)] = &[
    ("exim", "unrouteable address", R::HostUnknown),
    ("exim", "unroutable address", R::HostUnknown),
    ("exim", "all host address lookups failed", R::HostUnknown),
    ("exim", "all relevant mx records point to non-existent hosts", R::HostUnknown),
    ("exim", "an mx or srv record indicated no smtp service", R::NotAccept),
    ("exim", "no host found for existing smtp connection", R::NotAccept),
    ("exim", "too many \"received\" headers", R::ContentError),
    ("imail", "unknown user:", R::UserUnknown),
    ("imail", "unknown host", R::HostUnknown),
    ("imail", "invalid final delivery userid", R::UserUnknown),
    ("imail", "user mailbox exceeds allowed size", R::MailboxFull),
    ("imail", "virus detected", R::VirusDetected),
    ("imail", "blacklisted url in message", R::SpamDetected),
    ("imail", "delivery failed ", R::Expired),
    ("domino", "not listed in domino directory", R::UserUnknown),
    ("domino", "not listed in public name", R::UserUnknown),
    ("domino", "no se encuentra en el directorio de domino", R::UserUnknown),
    ("domino", "dans l'annuaire domino", R::UserUnknown),
    ("domino", "domino ディレクトリには見つかりません", R::UserUnknown),
    ("domino", "cannot route mail to user", R::Filtered),
    ("domino", "several matches found in domino directory", R::SystemError),
    ("notes", "not listed in public name", R::UserUnknown),
    ("notes", "ディレクトリのリストにありません", R::UserUnknown),
    ("notes", "maximum hop count", R::NetworkError),
    ("interscan", "unable to deliver message to", R::UserUnknown),
    ("kddi", "mailbox is full", R::MailboxFull),
    ("kddi", "smtp relay error", R::NoRelaying),
    ("kddi", "remote domain doesnt exist", R::HostUnknown),
    ("ezweb", "your message was not delivered within", R::Expired),
    ("ezweb", "account is temporarily over quota", R::MailboxFull),
    ("ezweb", "account is disabled", R::Suspend),
    ("ezweb", "account is temporarily limited", R::Suspend),
    ("verizon", "no such user here", R::UserUnknown),
    ("verizon", "no valid recipients", R::UserUnknown),
    ("opensmtpd", "envelope expired", R::Expired),
    ("opensmtpd", "could not retrieve credentials", R::SecurityError),
    ("opensmtpd", "domain does not exist", R::HostUnknown),
    ("opensmtpd", "invalid domain name", R::HostUnknown),
    ("opensmtpd", "destination seem to reject all mails", R::NotAccept),
    ("opensmtpd", "no mx found for", R::NotAccept),
    ("opensmtpd", "address family mismatch", R::NetworkError),
    ("opensmtpd", "all routes to destination blocked", R::NetworkError),
    ("opensmtpd", "bad dns lookup error code", R::NetworkError),
    ("opensmtpd", "could not retrieve source address", R::NetworkError),
    ("opensmtpd", "loop detected", R::NetworkError),
    ("opensmtpd", "network error on destination", R::NetworkError),
    ("opensmtpd", "no valid route to", R::NetworkError),
    ("opensmtpd", "temporary failure in mx lookup", R::NetworkError),
    ("dragonfly", "could not deliver for the last", R::Expired),
    ("dragonfly", "dns lookup failure: host", R::HostUnknown),
    ("courier", "no such domain", R::HostUnknown),
    ("courier", "violates rfc 1035", R::SystemError),
    ("courier", "dns lookup failed", R::NetworkError),
    ("gmail", "dns error: could not contact dns servers", R::Expired),
    ("gmail", "did not accept our requests to connect", R::Expired),
    ("gmail", "dns error: domain name not found", R::HostUnknown),
    ("gmail", "dns error: dns server returned answer with no data", R::HostUnknown),
    ("messagingserver", "illegal host/domain name found", R::HostUnknown),
    ("qmail", "couldn't find any host", R::HostUnknown),
    ("qmail", "couldn't find a mail exchanger or ip address", R::HostUnknown),
    ("qmail", "wasn't able to establish an smtp connection", R::NetworkError),
    ("qmail", "disk quota exceeded", R::MailboxFull),
    ("qmail", "exeeded the maximum size the user accepts", R::ExceedLimit),
    ("qmail", "mailaddress is administrativ", R::Suspend),
    ("qmail", "no mailbox here by that name", R::UserUnknown),
    ("zoho", "host not reachable", R::Expired),
    ("einsundeins", "mail size limit exceeded", R::MesgTooBig),
    ("gmx", "delivery retry timeout exceeded", R::Expired),
    ("exchange", "(000c05a6)", R::UserUnknown),
    ("exchange", "(000c0595)", R::Filtered),
    ("exchange", "(00010256)", R::SystemError),
    ("exchange", "(000d06b5)", R::SystemError),
    ("exchange", "(00120270)", R::NetworkError),
    ("exchange", "(00050311)", R::ContentError),
    ("exchange", "(000502cc)", R::ContentError),
    ("exchange", "(000b0981)", R::SecurityError),
    ("exchange", "smtpsend.dns.nonexistentdomain", R::HostUnknown),
    ("exchange", "smtpsend.dns.mxloopback", R::NetworkError),
    ("exchange", "resolver.adr.badprimary", R::SystemError),
    ("exchange", "recipnotfound", R::UserUnknown),
    ("exchange", "recipientnotfound", R::UserUnknown),
    ("exchange", "resolver.adr.reciplimit", R::TooManyConn),
    ("exchange", "resolver.adr.invalidinsmtp", R::SystemError),
    ("exchange", "resolver.adr.ambiguous", R::SystemError),
    ("exchange", "resolver.rst.authrequired", R::SecurityError),
    ("exchange", "resolver.rst.notauthorized", R::Rejected),
    ("exchange", "resolver.rst.recipsizelimit", R::ExceedLimit),
    ("exchange", "resolver.rst.sendsizelimit", R::ExceedLimit),
    ("exchange", "queue.expired", R::Expired),
    ("fml", "duplicated message-id", R::SystemError),
    ("fml", "has detected a loop condition", R::SystemError),
    ("fml", "loop back warning", R::SystemError),
    ("fml", "security alert", R::SecurityError),
    ("fml", "not a member", R::Rejected),
    ("fml", "not member article", R::Rejected),
    ("fml", "reject mail from", R::Rejected),
    ("fml", "reject spammers", R::Rejected),
    ("googlegroups", "groups.google.com", R::Rejected),
];

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.kind(Some(AhoCorasickKind::DFA)).build(MARKS.iter().map(|mark| mark.phrase)).ok()
});

/// The mark of the highest weight in `lower`, a notice in lower case.
pub fn mark(lower: &str) -> Option<&'static Mark> {
    let automaton = AUTOMATON.as_ref()?;
    let found = automaton.find_overlapping_iter(lower);
    let best = found.map(|f| f.pattern().as_usize()).min_by_key(|&row| {
        let weight = MARKS.get(row).map(|mark| mark.weight);
        (std::cmp::Reverse(weight), row)
    })?;
    MARKS.get(best)
}

/// Whether a family has words of its own.
pub fn has_hints(family: &str) -> bool {
    HINTS.iter().any(|(of, _, _)| *of == family)
}

/// What a family's own words mean; `text` is uniform.
pub fn hint(family: &str, text: &str) -> Option<BounceReason> {
    HINTS
        .iter()
        .find(|(of, phrase, _)| *of == family && text.contains(phrase))
        .map(|&(_, _, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_lower_case_and_found_in_its_own_words() {
        for row in MARKS {
            assert_eq!(row.phrase, row.phrase.to_lowercase());
            assert!(mark(row.phrase).is_some_and(|found| found.weight >= row.weight));
        }
        assert!(mark("see you at the meeting on monday").is_none());
    }

    #[test]
    fn every_hint_belongs_to_a_family_that_exists() {
        let others = ["einsundeins"];
        for (family, phrase, _) in HINTS {
            let known = MARKS.iter().any(|mark| mark.family == *family);
            assert!(known || others.contains(family), "{family}");
            assert_eq!(*phrase, phrase.to_lowercase());
        }
    }
}
