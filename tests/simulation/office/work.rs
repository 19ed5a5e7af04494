//! What workers of the office do: take mail in, index, apply what the provider tells, and whatever
//! people ask for. Each piece of work is done over again until it ends, as queues and clients do it.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::contact_act::Deed;
use domain::ids::{ContactId, InvitationId, MessageId, RequestId, RouteId, ThreadId};
use domain::mail_event::{Fact, MailEvent, Teller};
use domain::send::SendPlace;
use flows::answer_invitation::{self, Wanted};
use flows::answer_unknown_address::answer_unknown_address;
use flows::apply_mail_event::apply_mail_events;
use flows::convert_contact::{AccountWish, convert};
use flows::correct_links::{self, LinkChange};
use flows::correct_threads::{self, Corrector};
use flows::error::FlowError;
use flows::hand_over::Post;
use flows::index_subject::index_subject;
use flows::merge_contacts::merge;
use flows::origin::Origin;
use flows::ports::Records;
use flows::search_index::TableIndex;
use flows::send_message::{NewMail, send_message};
use flows::take_in_mail::{Announcement, take_in_mail};
use flows::{manage_routes, undo_contact_act};
use store::keys::Subject;

use super::ports::{Posted, StruckProvider};
use super::scene::Office;
use crate::ports::{StruckArchive, StruckTable, Thread};

/// Old secret addresses take mail so long after they were changed.
pub const GRACE: Duration = Duration::from_secs(3_600);

/// A piece of work.
#[derive(Clone, Debug)]
pub enum Task {
    /// A raw mail is there.
    Mail(Announcement),
    /// The stream told of a change.
    Index(Subject),
    /// The provider tells that it took a mail.
    Told(Posted),
    /// A person looks what there is to put right.
    Turn,
    /// A person's request.
    Act(Act),
}

/// A person's request, with all that it says: a client repeats it as it is.
#[derive(Clone, Debug)]
pub enum Act {
    Split { origin: Origin, thread: ThreadId, message: MessageId },
    Move { thread: ThreadId, message: MessageId, to: ThreadId },
    Join { thread: ThreadId, into: ThreadId },
    Link { message: MessageId, change: LinkChange },
    Convert { origin: Origin, contact: ContactId },
    Merge { origin: Origin, survivor: ContactId, other: ContactId },
    Undo { contact: ContactId, rev: u64, deed: Deed },
    Send { origin: Origin, new: NewMail },
    Answer { origin: Origin, invitation: InvitationId, wanted: Wanted },
    Rotate { route: RouteId },
}

pub type Run = Pin<Box<dyn Future<Output = Result<String, FlowError>>>>;

/// What one worker has in its hands.
struct Hands {
    records: Records,
    archive: StruckArchive,
    provider: StruckProvider,
}

/// A worker at a piece of work.
pub fn run(office: &Office, thread: &Thread, task: &Task) -> Run {
    let table = StruckTable { inner: office.table.clone(), thread: thread.clone() };
    let hands = Hands {
        records: office.world.records_through(Arc::new(table)),
        archive: StruckArchive { inner: office.world.archive.clone(), thread: thread.clone() },
        provider: StruckProvider { inner: office.provider.clone(), thread: thread.clone() },
    };
    match task.clone() {
        Task::Mail(announcement) => Box::pin(async move { hands.take_in(&announcement).await }),
        Task::Index(subject) => {
            let tenant = office.tenant.id;
            Box::pin(async move {
                let index = TableIndex::new(&hands.records);
                index_subject(&hands.records, &hands.archive, &index, tenant, subject).await?;
                Ok("indexed".to_owned())
            })
        }
        Task::Told(posted) => {
            let events = sent(office, &posted);
            Box::pin(async move {
                apply_mail_events(&hands.records, &events).await?;
                Ok("told".to_owned())
            })
        }
        Task::Turn => Box::pin(async { Ok("looked".to_owned()) }),
        Task::Act(act) => hands.act(office, act),
    }
}

/// That the provider took a mail, for each recipient.
fn sent(office: &Office, posted: &Posted) -> Vec<MailEvent> {
    let place = posted.message().map(|message| SendPlace::OneOff { message });
    let event = |to: &domain::email_address::EmailAddress| MailEvent {
        tenant: office.tenant.id,
        place,
        recipient: to.clone(),
        at: posted.at,
        fact: Fact::Sent,
        teller: Teller::Provider,
        provider_id: Some(posted.provider_id.clone()),
    };
    posted.mail.to.iter().map(event).collect()
}

impl Hands {
    /// As function `inbound_mail` does it.
    async fn take_in(&self, announcement: &Announcement) -> Result<String, FlowError> {
        let Some(settled) = take_in_mail(&self.records, &self.archive, announcement).await? else {
            return Ok("nothing left".to_owned());
        };
        let mut said = format!("{} {}", settled.outcome.name(), settled.repeated);
        for unknown in &settled.unknown {
            let answered = answer_unknown_address(&self.records, &self.provider, unknown).await;
            said.push_str(&format!(", answer {answered:?}"));
        }
        Ok(said)
    }

    /// As the API does it for Anna.
    fn act(self, office: &Office, act: Act) -> Run {
        let request = RequestId::from_bits(office.world.records.fresh_bits());
        let (sees, may) = (office.allowed("anna"), office.allowed("anna"));
        let (contacts, sends) = (office.allowed("anna"), office.allowed("anna"));
        let (answers, rotates) = (office.allowed("anna"), office.allowed("anna"));
        Box::pin(async move {
            let by = Corrector { sees: &sees, may: &may, request };
            let records = &self.records;
            let post = Post { records, archive: &self.archive, sender: &self.provider };
            let none = BTreeSet::new();
            Ok(match act {
                Act::Split { origin, thread, message } => {
                    let one = [message];
                    let made = correct_threads::split(records, by, origin, thread, &one);
                    made.await?.id.to_string()
                }
                Act::Move { thread, message, to } => {
                    let one = [message];
                    let moved = correct_threads::move_messages(records, by, thread, &one, to);
                    moved.await?.id.to_string()
                }
                Act::Join { thread, into } => {
                    correct_threads::merge(records, by, thread, into).await?.id.to_string()
                }
                Act::Link { message, change } => {
                    correct_links::change(records, by, message, change).await?;
                    "linked".to_owned()
                }
                Act::Convert { origin, contact } => {
                    let wish = AccountWish::AsItWas;
                    let made = convert(records, &contacts, request, origin, contact, wish);
                    format!("rev {}", made.await?.rev)
                }
                Act::Merge { origin, survivor, other } => {
                    let both = (survivor, other);
                    let made = merge(records, &contacts, request, origin, both, &none);
                    format!("rev {}", made.await?.rev)
                }
                Act::Undo { contact, rev, .. } => {
                    let undone =
                        undo_contact_act::undo(records, &contacts, request, contact, Some(rev));
                    format!("rev {}", undone.await?.rev)
                }
                Act::Send { origin, new } => {
                    format!("{:?}", send_message(&post, &sends, origin, new).await?.state)
                }
                Act::Answer { origin, invitation, wanted } => {
                    let what = (invitation, wanted);
                    let answered =
                        answer_invitation::answer(&post, &answers, request, origin, what).await?;
                    format!("{:?}", answered.reply)
                }
                Act::Rotate { route } => {
                    manage_routes::rotate(records, &rotates, request, route, GRACE).await?;
                    "rotated".to_owned()
                }
            })
        })
    }
}
