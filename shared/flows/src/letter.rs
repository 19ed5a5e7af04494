//! A mail that is to go out: what people, calendars and automatic answers write, before it is handed
//! over (see [`crate::hand_over`]).

use bytes::Bytes;
use domain::attachment::Attachment;
use domain::ids::{ContactId, MailboxId, ThreadId, UserId};
use mail::compose::{CalendarPart, Correspondent};

/// A mail that is to go out. Its recipients are distinct and at most
/// [`domain::limits::SEND_RECIPIENTS_MAX`], over all three lists.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The mailbox that keeps it: its owner sees it.
    pub mailbox: MailboxId,
    /// Whose mailbox that is.
    pub owner: UserId,
    /// Who writes it. The caller has made sure that it may be written in this name.
    pub from: Correspondent,
    /// Whether mail to the writer's address comes in here: then answers are asked for at that address
    /// with the reply token in its plus tag (B4).
    pub answers_come_here: bool,
    /// Its recipients.
    pub to: Vec<Correspondent>,
    /// Those who get a copy.
    pub cc: Vec<Correspondent>,
    /// Those who get a copy without the others' knowledge.
    pub bcc: Vec<Correspondent>,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: Option<String>,
    /// The text as HTML.
    pub html: Option<String>,
    /// A calendar object, as in answers to invitations.
    pub calendar: Option<CalendarPart>,
    /// The files.
    pub files: Vec<Enclosure>,
    /// What it answers.
    pub answers: Option<Answered>,
    /// Whether a machine answers by itself (RFC 3834).
    pub automatic: bool,
    /// Records it concerns, besides those of its recipients.
    pub contacts: Vec<ContactId>,
}

/// A file with its octets.
#[derive(Clone, Debug)]
pub struct Enclosure {
    /// What is kept of it on the message.
    pub file: Attachment,
    /// Its octets.
    pub octets: Bytes,
}

/// The mail that a letter answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its conversation, which the letter stays in.
    pub thread: ThreadId,
    /// Its header id, without angle brackets.
    pub header_id: Option<String>,
    /// The header ids it refers to, the oldest first.
    pub references: Vec<String>,
}

impl Letter {
    /// Everybody it goes to, in order.
    pub fn recipients(&self) -> impl Iterator<Item = &Correspondent> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }
}
