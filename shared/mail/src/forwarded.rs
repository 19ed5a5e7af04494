//! Forwards and journal copies unwrapped: the mail that was passed on, and who wrote it to whom
//! (feature A16). A forwarder is not the author.

use domain::email_address::EmailAddress;
use domain::timestamp::Timestamp;

use crate::fields::{addresses, date};
use crate::mime::tree::is_message;
use crate::parse::{NotMail, parse};
use crate::parsed_mail::{ParsedMail, Party};
use crate::reply_text::forwarded_block;

/// How a mail held another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrapping {
    /// A journal report of Exchange with the mail attached.
    Journal,
    /// The mail attached whole, `message/rfc822`.
    Attached,
    /// The mail's text below a banner or a block of header fields.
    Inline,
}

/// The mail that was passed on.
#[derive(Clone, Debug)]
pub struct Original {
    /// How it was wrapped.
    pub wrapping: Wrapping,
    /// Who wrote it.
    pub from: Vec<Party>,
    /// To whom.
    pub to: Vec<Party>,
    /// With copies to whom.
    pub cc: Vec<Party>,
    /// Recipients that only the journal report names, blind copies among them.
    pub envelope_recipients: Vec<EmailAddress>,
    /// About what.
    pub subject: Option<String>,
    /// When, where that could be read.
    pub date: Option<Timestamp>,
    /// What it said.
    pub text: String,
    /// The whole mail, where it was attached whole.
    pub mail: Option<Box<ParsedMail>>,
}

/// Unwraps a mail; None where it passes nothing on.
pub fn original(mail: &ParsedMail) -> Option<Original> {
    let mut attached = mail.attachments.iter().filter(|a| is_message(&a.media_type));
    // Several mails are a collection, a digest for one.
    if let (Some(attached), None) = (attached.next(), attached.next()) {
        let journal = is_journal_report(mail);
        // A mail that only comes with another attached is no forward: it says something itself.
        let passes_on = journal || mail.clues.is_forward || mail.body.new_text.is_empty();
        if passes_on && let Ok(inner) = parse(&attached.bytes) {
            return Some(of_attached(mail, inner, journal));
        }
    }
    if mail.clues.is_forward || mail.body.new_text.is_empty() { inline(mail) } else { None }
}

fn is_journal_report(mail: &ParsedMail) -> bool {
    mail.header("x-ms-journal-report").is_some()
        || mail.header("x-ms-exchange-parent-message-id").is_some()
}

fn of_attached(outer: &ParsedMail, inner: ParsedMail, journal: bool) -> Original {
    let wrapping = if journal { Wrapping::Journal } else { Wrapping::Attached };
    let envelope_recipients =
        if journal { journal_recipients(&outer.body.text) } else { Vec::new() };
    Original {
        wrapping,
        from: inner.from.clone(),
        to: inner.to.clone(),
        cc: inner.cc.clone(),
        envelope_recipients,
        subject: inner.subject.clone(),
        date: inner.date,
        text: inner.body.text.clone(),
        mail: Some(Box::new(inner)),
    }
}

/// Most recipients read of one journal report.
const RECIPIENTS_MAX: usize = 2_000;

/// `Recipient:`, `To:`, `Cc:` and `Bcc:` lines of a journal report; `Expanded:` and what follows
/// tells of the list an address came from.
fn journal_recipients(text: &str) -> Vec<EmailAddress> {
    let mut found: Vec<EmailAddress> = Vec::new();
    for line in text.lines() {
        let Some((label, value)) = line.split_once(':') else { continue };
        let label = label.trim().to_ascii_lowercase();
        if !matches!(label.as_str(), "recipient" | "to" | "cc" | "bcc" | "on-behalf-of") {
            continue;
        }
        let address = value.split(',').next().unwrap_or_default().trim();
        for party in addresses::parse(address.as_bytes()) {
            let Some(address) = party.address else { continue };
            if found.len() < RECIPIENTS_MAX && !found.contains(&address) {
                found.push(address);
            }
        }
    }
    found
}

fn inline(mail: &ParsedMail) -> Option<Original> {
    let block = forwarded_block::read(&mail.body.text)?;
    let parties = |value: &Option<String>| {
        let value = value.as_deref().unwrap_or_default();
        addresses::parse(bracketed(value).as_bytes())
    };
    Some(Original {
        wrapping: Wrapping::Inline,
        from: parties(&block.from),
        to: parties(&block.to),
        cc: parties(&block.cc),
        envelope_recipients: Vec::new(),
        subject: block.subject.clone(),
        date: block.date.as_deref().and_then(date::parse),
        text: block.text,
        mail: None,
    })
}

/// Outlook writes `Anna [mailto:anna@example.com]`; and `Anna<mailto:...>` in text made of HTML.
fn bracketed(value: &str) -> String {
    let value = value.replace("[mailto:", "<").replace("<mailto:", "<").replace("[SMTP:", "<");
    let value = if value.contains('<') { value.replace(']', ">") } else { value };
    value.replace("&lt;", "<").replace("&gt;", ">")
}

/// What Gmail asks before it forwards to an address: the code or link its user must give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForwardingConfirmation {
    /// The code to type in.
    pub code: Option<String>,
    /// The link to open.
    pub link: Option<String>,
}

/// Reads Gmail's forwarding confirmation; None for any other mail. Who calls it checks that the
/// mail speaks for its author's domain ([`crate::verdicts::Verdicts::speaks_for_author`]).
pub fn forwarding_confirmation(mail: &ParsedMail) -> Option<ForwardingConfirmation> {
    let sender = mail.from.first()?.address.as_ref()?;
    if sender.domain() != "google.com" || sender.local_part() != "forwarding-noreply" {
        return None;
    }
    let subject = mail.subject.as_deref().unwrap_or_default();
    let code = subject
        .split_once('#')
        .map(|(_, rest)| rest.chars().take_while(char::is_ascii_digit).collect::<String>());
    let link =
        mail.body.text.split(|c: char| c.is_whitespace() || c == '<' || c == '>').find(|w| {
            w.starts_with("https://mail.google.com/mail/vf-")
                || w.starts_with("https://mail-settings.google.com/mail/vf-")
        });
    Some(ForwardingConfirmation {
        code: code.filter(|c| !c.is_empty()),
        link: link.map(str::to_owned),
    })
}

/// Reads the mail that was attached as octets, for who wants it whole.
///
/// # Errors
/// [`NotMail`] where the octets are no mail.
pub fn attached_mail(attachment: &crate::parsed_mail::Attachment) -> Result<ParsedMail, NotMail> {
    parse(&attachment.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(raw: &str) -> Option<Original> {
        original(&parse(raw.as_bytes()).unwrap())
    }

    fn sender(original: &Original) -> &str {
        original.from[0].address.as_ref().unwrap().expose()
    }

    #[test]
    fn an_inline_forward_gives_the_author() {
        let raw = "From: b@example.com\nSubject: WG: Offer\n\nfyi\n\n-----Urspr\u{fc}ngliche \
                   Nachricht-----\nVon: Anna [mailto:anna@example.org]\nGesendet: Thu, 1 May 2025 \
                   10:00:00 +0200\nAn: b@example.com\nBetreff: Offer\n\nHello B\n";
        let got = of(raw).unwrap();
        assert_eq!(got.wrapping, Wrapping::Inline);
        assert_eq!((sender(&got), got.subject.as_deref()), ("anna@example.org", Some("Offer")));
        assert_eq!(got.text.trim(), "Hello B");
        assert_eq!(got.date.map(|d| d.seconds()), Some(1_746_086_400));
    }

    #[test]
    fn an_attached_mail_is_the_original() {
        let raw = "From: b@example.com\nSubject: Fwd: Offer\nContent-Type: multipart/mixed; \
                   boundary=x\n\n--x\n\nsee below\n--x\nContent-Type: message/rfc822\n\nFrom: \
                   anna@example.org\nTo: b@example.com\nSubject: Offer\n\nHello B\n--x--\n";
        let got = of(raw).unwrap();
        assert_eq!(got.wrapping, Wrapping::Attached);
        assert_eq!(sender(&got), "anna@example.org");
        assert_eq!(got.mail.unwrap().body.new_text, "Hello B");
    }

    #[test]
    fn a_journal_copy_gives_the_original_and_its_envelope() {
        let raw = "From: journal@example.com\nX-MS-Journal-Report:\nContent-Type: \
                   multipart/mixed; boundary=x\n\n--x\n\nSender: anna@example.org\nSubject: Offer\n\
                   Message-Id: <1@example.org>\nRecipient: b@example.com\nBcc: c@example.com\n--x\n\
                   Content-Type: message/rfc822\n\nFrom: anna@example.org\nTo: b@example.com\n\
                   Subject: Offer\n\nHello B\n--x--\n";
        let got = of(raw).unwrap();
        assert_eq!(got.wrapping, Wrapping::Journal);
        let envelope: Vec<_> = got.envelope_recipients.iter().map(|a| a.expose()).collect();
        assert_eq!(envelope, ["b@example.com", "c@example.com"]);
    }

    #[test]
    fn an_answer_passes_nothing_on() {
        let raw = "From: b@example.com\nSubject: Re: Offer\n\nthanks\n\nFrom: Anna \
                   <anna@example.org>\nSent: Thu, 1 May 2025\nTo: b\nSubject: Offer\n\nHello B\n";
        assert!(of(raw).is_none());
    }

    #[test]
    fn gmails_question_is_understood() {
        let raw = "From: Gmail Team <forwarding-noreply@google.com>\nSubject: (#123456789) Gmail \
                   Forwarding Confirmation\n\nTo allow, click\nhttps://mail-settings.google.com/\
                   mail/vf-%5Babc%5D-x\n";
        let got = forwarding_confirmation(&parse(raw.as_bytes()).unwrap()).unwrap();
        assert_eq!(got.code.as_deref(), Some("123456789"));
        assert!(got.link.unwrap().contains("/mail/vf-"));
    }
}
