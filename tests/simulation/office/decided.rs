//! What people decided, in the order it was done: the word that nothing else may take back.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact_act::Deed;
use domain::ids::{ContactId, MessageId, ThreadId};
use flows::correct_links::LinkChange;
use flows::hand_over::message_of;
use store::contacts;

use super::scene::Office;
use super::work::Act;

/// A mail that answers one whose place people may have changed.
#[derive(Clone, Debug)]
pub struct FollowUp {
    /// Its Message-ID.
    pub header_id: String,
    /// What it answers, by that mail's id alone.
    pub parent: MessageId,
    /// Where the parent stood when the answer was written.
    pub stood: ThreadId,
    /// How often the parent had been placed then.
    pub placed: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// Where people put a mail, each time.
    pub placed: BTreeMap<MessageId, Vec<ThreadId>>,
    /// Conversations that people made one: the part and the whole.
    pub joined: Vec<(ThreadId, ThreadId)>,
    pub follow_ups: Vec<FollowUp>,
    /// Whether a mail is linked to an id, where people said so.
    pub links: BTreeMap<(MessageId, ContactId), bool>,
    /// Leads that people made contacts.
    pub converted: BTreeSet<ContactId>,
    /// What people merged: the other record and its survivor.
    pub merged: BTreeMap<ContactId, ContactId>,
    /// Mails that people wrote or that tell of their answers, each asked for until it ended.
    pub written: BTreeSet<MessageId>,
    /// How often each sort of act was done.
    pub done: BTreeMap<&'static str, u64>,
}

impl Act {
    /// Its name in traces and counts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Split { .. } => "split",
            Self::Move { .. } => "move",
            Self::Join { .. } => "join",
            Self::Link { change: LinkChange::Add(_), .. } => "link",
            Self::Link { change: LinkChange::Replace(..), .. } => "relink",
            Self::Link { change: LinkChange::Remove(_), .. } => "unlink",
            Self::Convert { .. } => "convert",
            Self::Merge { .. } => "merge",
            Self::Undo { .. } => "undo",
            Self::Send { .. } => "send",
            Self::Answer { .. } => "answer",
            Self::Rotate { .. } => "rotate",
        }
    }
}

impl Decided {
    /// Takes in that an act was done.
    pub fn learn(&mut self, act: &Act, identities: &[ContactId]) {
        *self.done.entry(act.name()).or_default() += 1;
        match act {
            Act::Split { origin, message, .. } => {
                let made = ThreadId::from_parts(origin.at, origin.bits);
                self.placed.entry(*message).or_default().push(made);
            }
            Act::Move { message, to, .. } => self.placed.entry(*message).or_default().push(*to),
            Act::Join { thread, into } => self.joined.push((*thread, *into)),
            Act::Link { message, change } => {
                if let LinkChange::Remove(_) | LinkChange::Replace(..) = change {
                    for id in identities {
                        self.links.insert((*message, *id), false);
                    }
                }
                if let LinkChange::Add(to) | LinkChange::Replace(to, _) = change {
                    self.links.insert((*message, *to), true);
                }
            }
            Act::Convert { contact, .. } => drop(self.converted.insert(*contact)),
            Act::Merge { survivor, other, .. } => drop(self.merged.insert(*other, *survivor)),
            Act::Undo { contact, deed, .. } => match deed {
                Deed::Converted { .. } => drop(self.converted.remove(contact)),
                Deed::Merged { other, .. } => drop(self.merged.remove(other)),
            },
            Act::Send { origin, .. } | Act::Answer { origin, .. } => {
                self.written.insert(message_of(*origin));
            }
            Act::Rotate { .. } => {}
        }
    }
}

/// All ids of the record that a change takes a link away from, when it is asked for.
pub async fn identities(office: &Office, act: &Act) -> Vec<ContactId> {
    let Act::Link { change, .. } = act else { return Vec::new() };
    let (LinkChange::Remove(from) | LinkChange::Replace(_, from)) = change else {
        return Vec::new();
    };
    let found = contacts::get(office.world.table.as_ref(), office.tenant.id, *from).await;
    found.expect("the table answers").map_or_else(Vec::new, |contact| contact.identities())
}
