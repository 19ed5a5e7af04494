//! What mail and people are found by. Terms are compared whole; an index keeps keyed hashes of them.

use std::fmt;

use crate::email_address::EmailAddress;
use crate::ids::{ContactId, MailboxId, ThreadId, UserId};
use crate::message::Direction;

/// One thing that a mail or a record is found by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchTerm {
    /// Every mail.
    Mail,
    /// A word of subject or new text, as [`crate::search_words::words`] gives it.
    Word(String),
    /// An address that the mail names, by its normal form.
    Address(String),
    /// A record that the mail concerns.
    Contact(ContactId),
    /// The conversation it belongs to.
    Thread(ThreadId),
    /// A mailbox it arrived in.
    Mailbox(MailboxId),
    /// Who wrote it.
    Direction(Direction),
    /// What sort of mail it is.
    Kind(String),
    /// Whether it brought files.
    Files(bool),
    /// The beginning of a word of a name, of a local part or of a domain.
    Prefix(String),
}

impl SearchTerm {
    /// The term of an address.
    pub fn address(address: &EmailAddress) -> Self {
        Self::Address(address.normal().to_owned())
    }

    /// The text that stands for the term: terms of different sorts have different texts. It holds words
    /// and addresses in clear, so it is only ever hashed.
    pub fn text(&self) -> String {
        match self {
            Self::Mail => "mail".to_owned(),
            Self::Word(word) => format!("word {word}"),
            Self::Address(address) => format!("address {address}"),
            Self::Contact(contact) => format!("contact {contact}"),
            Self::Thread(thread) => format!("thread {thread}"),
            Self::Mailbox(mailbox) => format!("mailbox {mailbox}"),
            Self::Direction(Direction::Received) => "direction received".to_owned(),
            Self::Direction(Direction::Sent) => "direction sent".to_owned(),
            Self::Kind(kind) => format!("kind {kind}"),
            Self::Files(files) => format!("files {files}"),
            Self::Prefix(prefix) => format!("prefix {prefix}"),
        }
    }
}

/// Who finds an entry: each sees one scope and nothing of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchScope {
    /// Mail, for who sees all mail of the tenant.
    AllMail,
    /// Mail, for the owner of mailboxes it arrived in.
    MailOf(UserId),
    /// Records and users, for everybody of the tenant who sees records.
    Book,
}

impl fmt::Display for SearchScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllMail => f.write_str("ALL"),
            Self::MailOf(user) => write!(f, "{user}"),
            Self::Book => f.write_str("BOOK"),
        }
    }
}
