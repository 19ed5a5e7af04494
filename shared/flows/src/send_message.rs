//! A person's mail: who may write it in which name, whom it goes to, what it answers. It is handed
//! over by [`crate::hand_over`].

mod answered;
mod writer;

use std::collections::BTreeSet;

use domain::contact::Contact;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MessageId};
use domain::limits;
use domain::permission::{Allowed, SendMail};
use domain::refusal::{RefusalCode, Refused};
use mail::compose::Correspondent;
use store::{contacts, tenants};

use crate::address_to_send::{Picked, address_to_send};
use crate::error::FlowError;
use crate::hand_over::{HandedOver, Post, hand_over, message_of};
use crate::letter::Letter;
use crate::origin::Origin;
use crate::text_rules;
use answered::Parent;

/// A mail to send, as a caller gives it.
#[derive(Clone, Debug, Default)]
pub struct NewMail {
    /// Whose name it is written in; the caller's own address where it is missing.
    pub from: Option<String>,
    /// Its recipients.
    pub to: Vec<String>,
    /// Those who get a copy.
    pub cc: Vec<String>,
    /// Those who get a copy without the others' knowledge.
    pub bcc: Vec<String>,
    /// A record that gets it, at the address that mail to it goes to (H13).
    pub contact: Option<ContactId>,
    /// The subject; that of the answered mail where it is missing.
    pub subject: Option<String>,
    /// The text.
    pub text: Option<String>,
    /// The text as HTML.
    pub html: Option<String>,
    /// The mail it answers: where nobody is named it goes where that mail asks answers to go.
    pub in_reply_to: Option<MessageId>,
    /// Whether the answer goes to everybody that the mail named.
    pub reply_all: bool,
}

/// Sends a mail. The same origin sends it once.
///
/// # Errors
/// `sender_not_allowed`, `recipient_blocked`, `not_found` for a mail or record that the caller does not
/// see, refusals of fields, and those of [`hand_over`].
pub async fn send_message(
    post: &Post<'_>,
    allowed: &Allowed<SendMail>,
    origin: Origin,
    new: NewMail,
) -> Result<HandedOver, FlowError> {
    let records = post.records;
    let writer = writer::of(records, allowed, new.from.as_deref()).await?;
    let parent = match new.in_reply_to {
        // A repeated request finds the mail it made, and not itself as what it answers.
        Some(id) if id == message_of(origin) => return Err(FlowError::not_found()),
        Some(id) => Some(answered::read(post, allowed, id).await?),
        None => None,
    };
    let contact = match new.contact {
        Some(id) => Some(of_record(post, allowed, id).await?),
        None => None,
    };
    let mut lists = lists(&new)?;
    if let Some((_, address)) = &contact
        && !lists.all().any(|one| one.address == *address)
    {
        lists.to.push(Correspondent::from(address.clone()));
    }
    let nobody = lists.all().next().is_none();
    if let (true, Some(parent)) = (nobody, &parent) {
        lists = parent.recipients(&writer.from.address, new.reply_all);
    }
    let letter = Letter {
        mailbox: writer.mailbox,
        owner: allowed.user(),
        from: writer.from,
        answers_come_here: writer.answers_come_here,
        to: lists.to,
        cc: lists.cc,
        bcc: lists.bcc,
        subject: subject(&new, parent.as_ref())?,
        text: new.text,
        html: new.html,
        calendar: None,
        files: Vec::new(),
        answers: parent.map(|parent| parent.answered),
        automatic: false,
        contacts: contact.into_iter().map(|(contact, _)| contact.id).collect(),
    };
    hand_over(post, allowed.tenant(), &letter, origin).await
}

/// The three lists of recipients.
#[derive(Debug, Default)]
struct Lists {
    to: Vec<Correspondent>,
    cc: Vec<Correspondent>,
    bcc: Vec<Correspondent>,
}

impl Lists {
    fn all(&self) -> impl Iterator<Item = &Correspondent> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }
}

/// The addresses as they were given, each once: the first list that names one has it.
fn lists(new: &NewMail) -> Result<Lists, Refused> {
    let mut seen = BTreeSet::new();
    let mut list = |field: &str, texts: &[String]| {
        if texts.len() > limits::SEND_RECIPIENTS_MAX {
            let refused =
                Refused::field(RefusalCode::FieldTooLong, field, "send it as several mails");
            let max = u64::try_from(limits::SEND_RECIPIENTS_MAX).unwrap_or(u64::MAX);
            return Err(refused.with_limit(max));
        }
        let mut all = Vec::new();
        for (position, text) in texts.iter().enumerate() {
            let field = format!("{field}[{position}]");
            let address = text_rules::address(&field, text)?;
            if !address.expose().is_ascii() {
                let hint = "the provider takes addresses in ASCII alone";
                return Err(Refused::field(RefusalCode::AddressInvalid, field, hint));
            }
            if seen.insert(address.clone()) {
                all.push(Correspondent::from(address));
            }
        }
        Ok(all)
    };
    Ok(Lists { to: list("to", &new.to)?, cc: list("cc", &new.cc)?, bcc: list("bcc", &new.bcc)? })
}

/// The record and where mail to it goes.
async fn of_record(
    post: &Post<'_>,
    allowed: &Allowed<SendMail>,
    id: ContactId,
) -> Result<(Contact, EmailAddress), FlowError> {
    let (records, tenant) = (post.records, allowed.tenant());
    let table = records.table.as_ref();
    let contact = contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    let settings = tenants::get(table, tenant).await?.map(|tenant| tenant.settings);
    let settings = settings.unwrap_or_default();
    let refused = |code, hint: String| FlowError::from(Refused::field(code, "contact", hint));
    match address_to_send(records, tenant, &settings, &contact, None, None).await? {
        Picked::Send(address) => Ok((contact, address)),
        Picked::NoAddress => {
            Err(refused(RefusalCode::FieldInvalid, "give the record an address".to_owned()))
        }
        Picked::Blocked(block) => {
            let (scope, cause) = (block.scope.name(), block.cause.name());
            let hint = format!("its address is blocked ({scope}, {cause}): have the block lifted");
            Err(refused(RefusalCode::RecipientBlocked, hint))
        }
    }
}

fn subject(new: &NewMail, parent: Option<&Parent>) -> Result<String, Refused> {
    let subject = match (&new.subject, parent) {
        (Some(subject), _) => subject.trim().to_owned(),
        (None, Some(parent)) => {
            format!("Re: {}", mail::subject::read(&parent.message.subject).base)
        }
        (None, None) => String::new(),
    };
    if subject.chars().any(char::is_control) {
        let hint = "leave out line breaks and control characters";
        return Err(Refused::field(RefusalCode::FieldInvalid, "subject", hint));
    }
    if subject.len() > limits::SUBJECT_BYTES_MAX {
        let refused = Refused::field(RefusalCode::FieldTooLong, "subject", "shorten it");
        return Err(refused.with_limit(u64::try_from(limits::SUBJECT_BYTES_MAX).unwrap_or(0)));
    }
    Ok(subject)
}
