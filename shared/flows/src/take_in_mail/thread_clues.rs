//! What a mail says about its thread, in the form it is looked up by.

use std::collections::BTreeSet;

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::Intake;
use domain::limits;
use domain::route::Route;
use mail::kind::MailKind;
use mail::parsed_mail::ParsedMail;
use mail::reply_token::{self, ReplyKey, ReplyTarget, ReplyToken};
use mail::thread_clues::claimed_form;

use super::routing;
use crate::ports::Records;

/// The clues of one mail (B4).
#[derive(Clone, Debug, Default)]
pub(super) struct ThreadClues {
    /// Its own header id.
    pub own: Option<String>,
    /// What it answers.
    pub in_reply_to: Vec<String>,
    /// What it refers to, the newest first.
    pub references: Vec<String>,
    /// The provider's ids of the conversation; they are no header ids, for they have blanks.
    pub provider: Vec<String>,
    /// What verified tokens in recipients and header ids lead to.
    pub tokens: Vec<ReplyTarget>,
    /// What verified tokens in subject and text lead to.
    pub quoted_tokens: Vec<ReplyTarget>,
    /// Subject and people, for a suggestion; none where a subject says nothing.
    pub subject: Option<String>,
}

impl ThreadClues {
    /// Those of a mail that came to a tenant. A token counts only where the stack signed it for this
    /// tenant; another's is no clue.
    pub(super) fn of(
        records: &Records,
        tenant: TenantId,
        intake: &Intake,
        routes: &[Route],
        mail: &ParsedMail,
    ) -> Self {
        let clues = &mail.clues;
        let form = |id: &String| claimed_form(id);
        let in_reply_to = clues.in_reply_to.iter().take(limits::IN_REPLY_TO_MAX);
        let keys = [ReplyKey::current(&records.hasher)];
        let verified = |tokens: Vec<ReplyToken>| {
            tokens.iter().filter_map(|token| token.verify(&keys, tenant)).collect()
        };
        let envelope = routing::addresses(&intake.recipients);
        let reply_to = mail.reply_to.iter().filter_map(|party| party.address.as_ref());
        let addresses = envelope.iter().chain(&clues.tagged_recipients).chain(reply_to);
        let mut tokens = reply_token::of_addresses(addresses);
        let answered = clues.in_reply_to.iter().chain(clues.references.iter().rev());
        tokens.extend(reply_token::of_header_ids(answered));
        Self {
            own: mail.message_id.as_ref().filter(|id| !id.is_empty()).map(form),
            in_reply_to: in_reply_to.map(form).collect(),
            references: newest_references(mail),
            provider: outlook_thread(mail)
                .into_iter()
                .chain(gmail_thread(intake, routes, mail))
                .collect(),
            tokens: verified(tokens),
            quoted_tokens: verified(reply_token::of_marks(&clues.embedded_tokens)),
            subject: subject_and_people(mail),
        }
    }

    /// Every id that is claimed for the mail's thread, without repeats.
    pub(super) fn claimed_ids(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let all = self.own.iter().chain(&self.in_reply_to).chain(&self.references);
        all.chain(&self.provider).filter(|id| seen.insert(id.as_str())).cloned().collect()
    }
}

/// The newest, then the root: a long list is cut in its middle.
fn newest_references(mail: &ParsedMail) -> Vec<String> {
    let all = &mail.clues.references;
    let newest = all.iter().rev().take(limits::REFERENCES_MAX);
    let root = all.first().filter(|_| all.len() > limits::REFERENCES_MAX);
    newest.chain(root).filter(|id| !id.is_empty()).map(|id| claimed_form(id)).collect()
}

/// Outlook's conversation: its index and its topic together, for programs write one index into
/// everything they send, and a new topic is a new conversation (MS-OXOMSG section 2.2.1.3).
fn outlook_thread(mail: &ParsedMail) -> Option<String> {
    let index = mail.clues.thread_index.as_ref()?;
    let topic = mail.clues.thread_topic.as_deref().unwrap_or(&mail.clues.subject_base);
    Some(format!("thread-index {} {}", index.conversation, folded(topic)))
}

/// Gmail's conversation, in mail that a program took out of one Gmail account (its export writes
/// `X-GM-THRID`, an unsigned number of 64 bits). An id means something in one account alone, so it counts
/// within one mailbox; and anybody can write the field into what he sends, so it counts only in mail
/// that one's own programs put into the drop folder.
fn gmail_thread(intake: &Intake, routes: &[Route], mail: &ParsedMail) -> Option<String> {
    let is_dropped = intake.raw.as_ref().is_some_and(|raw| routing::is_dropped(&raw.key));
    let mut mailboxes = routing::targets(routes).into_iter().map(|target| target.mailbox);
    let (Some(mailbox), None, true) = (mailboxes.next(), mailboxes.next(), is_dropped) else {
        return None;
    };
    let id: u64 = mail.header("x-gm-thrid")?.trim().parse().ok()?;
    Some(format!("gmail-thread {mailbox} {id}"))
}

/// What makes two mails alike to a person: base subject and everybody named, tags left out. Mail by
/// programs and lists repeats its subject and suggests nothing.
fn subject_and_people(mail: &ParsedMail) -> Option<String> {
    let subject = folded(&mail.clues.subject_base);
    let by_a_person = matches!(mail.kind, MailKind::Ordinary | MailKind::Calendar);
    if subject.is_empty() || !by_a_person {
        return None;
    }
    let parties = mail.from.iter().chain(&mail.to).chain(&mail.cc);
    let people: BTreeSet<EmailAddress> = parties
        .filter_map(|party| party.address.as_ref())
        .map(|address| address.without_tag().unwrap_or_else(|| address.clone()))
        .collect();
    let people: Vec<&str> = people.iter().map(EmailAddress::normal).collect();
    (people.len() > 1).then(|| format!("{subject}\n{}", people.join("\n")))
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
