//! One SMTP conversation as a pure state machine (RFC 5321): a command line in, a reply out.
//!
//! It takes what SES's inbound endpoint takes: no AUTH, recipients of the rule's domain only, 40 MB.
//! STARTTLS is not offered, since everything here stays on loopback.

use crate::{receiving::MAIL_BYTES_MAX, recipients::is_at};

/// SES takes up to 500 recipients for a mail (SES quotas page); RFC 5321 section 4.5.3.1.8 asks for 100.
const RECIPIENTS_MAX: usize = 500;

/// What to do after a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Say this and read the next command.
    Reply(String),
    /// Say this and read the mail up to the lone dot.
    ReadMail(String),
    /// Say this and hang up.
    Close(String),
}

/// Who a mail is from and for, as far as the client has said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Envelope {
    /// MAIL FROM; `None` before it.
    pub sender: Option<String>,
    /// RCPT TO, each accepted one.
    pub recipients: Vec<String>,
}

/// The state of one connection.
#[derive(Debug)]
pub struct Session {
    domain: String,
    greeted: bool,
    envelope: Envelope,
}

impl Session {
    /// A new connection that takes mail for `domain`.
    #[must_use]
    pub fn new(domain: String) -> Self {
        Self { domain, greeted: false, envelope: Envelope::default() }
    }

    /// What the server says first.
    #[must_use]
    pub fn greeting(&self) -> String {
        "220 localhost ESMTP Mailroom local run".to_owned()
    }

    /// Takes one command line without its line end.
    pub fn command(&mut self, line: &str) -> Step {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => self.hello(rest, true),
            "HELO" => self.hello(rest, false),
            "MAIL" => Step::Reply(self.mail(rest)),
            "RCPT" => Step::Reply(self.recipient(rest)),
            "DATA" => self.data(),
            "RSET" => {
                self.envelope = Envelope::default();
                reply("250 2.0.0 Ok")
            }
            "NOOP" => reply("250 2.0.0 Ok"),
            "VRFY" => reply("252 2.1.5 Send some mail, it will be tried"),
            "QUIT" => Step::Close("221 2.0.0 Bye".to_owned()),
            "STARTTLS" | "AUTH" | "BDAT" | "EXPN" | "HELP" => {
                reply("502 5.5.1 Command not implemented")
            }
            _ => reply("500 5.5.2 Command not known"),
        }
    }

    /// Ends the mail: hands out its envelope and is ready for the next.
    pub fn take_envelope(&mut self) -> Envelope {
        std::mem::take(&mut self.envelope)
    }

    fn hello(&mut self, name: &str, extended: bool) -> Step {
        if name.trim().is_empty() {
            return reply("501 5.5.4 Say who you are");
        }
        self.greeted = true;
        self.envelope = Envelope::default();
        if extended {
            Step::Reply(format!(
                "250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n\
                 250 SIZE {MAIL_BYTES_MAX}"
            ))
        } else {
            reply("250 localhost")
        }
    }

    fn mail(&mut self, rest: &str) -> String {
        if !self.greeted {
            return "503 5.5.1 Say EHLO first".to_owned();
        }
        if self.envelope.sender.is_some() {
            return "503 5.5.1 One sender at a time".to_owned();
        }
        let Some((sender, parameters)) = path_of(rest, "FROM:") else {
            return "501 5.5.4 Syntax: MAIL FROM:<address>".to_owned();
        };
        for parameter in parameters.split_whitespace() {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            match name.to_ascii_uppercase().as_str() {
                "SIZE" => match value.parse::<usize>() {
                    Ok(size) if size <= MAIL_BYTES_MAX => {}
                    Ok(_) => return too_large(),
                    Err(_) => return "501 5.5.4 SIZE is a number".to_owned(),
                },
                "BODY" => {}
                _ => return "555 5.5.4 Parameter not known".to_owned(),
            }
        }
        self.envelope.sender = Some(sender.to_owned());
        "250 2.1.0 Ok".to_owned()
    }

    fn recipient(&mut self, rest: &str) -> String {
        if self.envelope.sender.is_none() {
            return "503 5.5.1 Say MAIL FROM first".to_owned();
        }
        let Some((recipient, _)) = path_of(rest, "TO:") else {
            return "501 5.5.4 Syntax: RCPT TO:<address>".to_owned();
        };
        if !is_at(recipient, &self.domain) {
            return format!("550 5.1.1 Mailbox does not exist: mail is taken for {}", self.domain);
        }
        if self.envelope.recipients.len() >= RECIPIENTS_MAX {
            return "452 4.5.3 Too many recipients".to_owned();
        }
        self.envelope.recipients.push(recipient.to_owned());
        "250 2.1.5 Ok".to_owned()
    }

    fn data(&mut self) -> Step {
        if self.envelope.recipients.is_empty() {
            return reply("503 5.5.1 Say RCPT TO first");
        }
        Step::ReadMail("354 End data with <CR><LF>.<CR><LF>".to_owned())
    }
}

/// The reply to a mail over the bound.
#[must_use]
pub fn too_large() -> String {
    format!("552 5.3.4 Message is over {MAIL_BYTES_MAX} bytes")
}

fn reply(text: &str) -> Step {
    Step::Reply(text.to_owned())
}

/// `FROM:<a@b> SIZE=1` to (`a@b`, ` SIZE=1`); the keyword in any case, blanks before `<` allowed.
fn path_of<'a>(text: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let start = text.get(..keyword.len())?;
    if !start.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let rest = text.get(keyword.len()..)?.trim_start().strip_prefix('<')?;
    rest.split_once('>')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(session: &mut Session, line: &str) -> String {
        match session.command(line) {
            Step::Reply(text) | Step::ReadMail(text) | Step::Close(text) => text,
        }
    }

    fn greeted() -> Session {
        let mut session = Session::new("crm.example.com".to_owned());
        assert!(say(&mut session, "EHLO client").starts_with("250-"));
        session
    }

    #[test]
    fn a_mail_goes_from_greeting_to_data() {
        let mut session = greeted();
        assert_eq!(
            say(&mut session, "mail from:<a@b.example> SIZE=1000 BODY=8BITMIME").get(..3),
            Some("250")
        );
        assert_eq!(say(&mut session, "RCPT TO:<Sales@CRM.example.com>").get(..3), Some("250"));
        assert!(matches!(session.command("DATA"), Step::ReadMail(text) if text.starts_with("354")));
        let envelope = session.take_envelope();
        assert_eq!(envelope.sender.as_deref(), Some("a@b.example"));
        assert_eq!(envelope.recipients, ["Sales@CRM.example.com"]);
        assert_eq!(say(&mut session, "DATA").get(..3), Some("503"), "the next mail begins anew");
    }

    #[test]
    fn a_bounce_has_an_empty_sender() {
        let mut session = greeted();
        assert_eq!(say(&mut session, "MAIL FROM:<>").get(..3), Some("250"));
        assert_eq!(session.take_envelope().sender.as_deref(), Some(""));
    }

    #[test]
    fn what_ses_would_refuse_is_refused() {
        let mut session = greeted();
        let cases = [
            ("RCPT TO:<a@crm.example.com>", "503"),
            ("DATA", "503"),
            ("MAIL FROM:a@b.example", "501"),
            ("MAIL FROM:<a@b.example> SIZE=50000000", "552"),
            ("MAIL FROM:<a@b.example> SIZE=x", "501"),
            ("MAIL FROM:<a@b.example> XCLIENT=1", "555"),
            ("MAIL FROM:<a@b.example>", "250"),
            ("MAIL FROM:<a@b.example>", "503"),
            ("RCPT TO:<a@elsewhere.example>", "550"),
            ("RCPT TO:<@crm.example.com>", "550"),
            ("RCPT a@crm.example.com", "501"),
            ("DATA", "503"),
            ("AUTH PLAIN AA==", "502"),
            ("STARTTLS", "502"),
            ("GET / HTTP/1.1", "500"),
            ("", "500"),
            ("EHLO", "501"),
            ("VRFY a", "252"),
            ("NOOP", "250"),
            ("RSET", "250"),
        ];
        for (line, code) in cases {
            assert_eq!(say(&mut session, line).get(..3), Some(code), "{line}");
        }
        assert!(session.take_envelope().recipients.is_empty());
    }

    #[test]
    fn mail_before_the_greeting_is_out_of_order() {
        let mut session = Session::new("crm.example.com".to_owned());
        assert_eq!(say(&mut session, "MAIL FROM:<a@b.example>").get(..3), Some("503"));
        assert!(matches!(session.command("QUIT"), Step::Close(_)));
    }

    #[test]
    fn recipients_are_bounded() {
        let mut session = greeted();
        say(&mut session, "MAIL FROM:<a@b.example>");
        for n in 0..RECIPIENTS_MAX {
            let said = say(&mut session, &format!("RCPT TO:<r{n}@crm.example.com>"));
            assert_eq!(said.get(..3), Some("250"));
        }
        assert_eq!(say(&mut session, "RCPT TO:<one@crm.example.com>").get(..3), Some("452"));
        assert_eq!(session.take_envelope().recipients.len(), RECIPIENTS_MAX);
    }
}
