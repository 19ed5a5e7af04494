//! What a person finds to put right, by chance: he looks at the records as they stand and asks for one
//! thing.

use std::collections::BTreeSet;

use domain::contact::{Contact, ContactKind};
use domain::hand_over::HandOver;
use domain::ids::ThreadId;
use domain::meeting::{CalendarMail, MeetingAnswer};
use domain::message::{Direction, Message};
use domain::thread::Thread;
use flows::answer_invitation::Wanted;
use flows::correct_links::LinkChange;
use flows::origin::Origin;
use flows::send_message::NewMail;
use futures::executor::block_on;
use mail::thread_clues::id_of_ses;
use store::contact_acts;
use store::table::TableName;
use testkit::time_and_chance::SeededRandomness;

use super::scene::{KAI, LENA, OMAR, Office};
use super::work::Act;

/// Whose turn it is, and his dice.
pub struct Chooser<'a> {
    pub office: &'a Office,
    pub random: &'a SeededRandomness,
}

/// What one person does at a time: two requests about one of these wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Desk {
    Conversations,
    /// Records, and which mail is linked to them: a link is taken off all ids of a record.
    People,
    Calendar,
    Post,
    Routes,
}

impl Act {
    pub fn desk(&self) -> Desk {
        match self {
            Self::Split { .. } | Self::Move { .. } | Self::Join { .. } => Desk::Conversations,
            Self::Link { .. } | Self::Convert { .. } | Self::Merge { .. } | Self::Undo { .. } => {
                Desk::People
            }
            Self::Answer { .. } => Desk::Calendar,
            Self::Send { .. } => Desk::Post,
            Self::Rotate { .. } => Desk::Routes,
        }
    }
}

impl Chooser<'_> {
    fn below(&self, bound: usize) -> usize {
        usize::try_from(self.random.below(u64::try_from(bound).unwrap())).unwrap()
    }

    fn one<'t, T>(&self, of: &'t [T]) -> Option<&'t T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }

    fn origin(&self) -> Origin {
        Origin::fresh(&self.office.world.records)
    }

    /// Something to ask for, where the dice find anything.
    pub fn choose(&self) -> Option<Act> {
        match self.below(11) {
            0 | 1 => self.split(),
            2 => self.move_one(),
            3 => self.join(),
            4 | 5 => self.link(),
            6 => self.convert(),
            7 => self.merge(),
            8 => self.undo(),
            9 => self.send(),
            _ => self.answer(),
        }
    }

    fn messages(&self) -> Vec<Message> {
        self.office.all(TableName::Crm, "message")
    }

    /// Conversations that are no part of another.
    fn threads(&self) -> Vec<Thread> {
        let mut all: Vec<Thread> = self.office.all(TableName::Crm, "thread");
        all.retain(|thread| thread.merged_into.is_none());
        all
    }

    /// A mail of a conversation that has others too.
    fn split(&self) -> Option<Act> {
        let all = self.messages();
        let shared = |one: &&Message| all.iter().filter(|m| m.thread == one.thread).count() > 1;
        let shared: Vec<&Message> = all.iter().filter(shared).collect();
        let Message { id: message, thread, .. } = **self.one(&shared)?;
        Some(Act::Split { origin: self.origin(), thread, message })
    }

    fn move_one(&self) -> Option<Act> {
        let all = self.messages();
        let Message { id: message, thread, .. } = *self.one(&all)?;
        let own = |other: &Thread| other.identities().contains(&thread);
        let mut others = self.threads();
        others.retain(|other| !own(other));
        let to = self.one(&others)?.id;
        Some(Act::Move { thread, message, to })
    }

    fn join(&self) -> Option<Act> {
        let all: Vec<ThreadId> = self.threads().iter().map(|thread| thread.id).collect();
        let (thread, into) = (*self.one(&all)?, *self.one(&all)?);
        (thread != into).then_some(Act::Join { thread, into })
    }

    /// Records that were not merged into another, people alone.
    fn people(&self) -> Vec<Contact> {
        let mut all: Vec<Contact> = self.office.all(TableName::Crm, "contact");
        all.retain(|one| one.merged_into.is_none() && one.kind != ContactKind::Account);
        all
    }

    fn link(&self) -> Option<Act> {
        let (all, people) = (self.messages(), self.people());
        let message = self.one(&all)?;
        let to = self.one(&people)?.id;
        // The line of the timeline that a person sees, under whichever id the mail is linked.
        let shown =
            |one: &&Contact| one.identities().iter().any(|id| message.contacts.contains(id));
        let shown: Vec<&Contact> = people.iter().filter(shown).collect();
        let change = match (self.below(3), self.one(&shown)) {
            (0, _) | (_, None) => LinkChange::Add(to),
            (1, Some(from)) => LinkChange::Remove(from.id),
            (_, Some(from)) if from.id != to => LinkChange::Replace(to, from.id),
            (_, Some(_)) => return None,
        };
        Some(Act::Link { message: message.id, change })
    }

    fn convert(&self) -> Option<Act> {
        let mut leads = self.people();
        leads.retain(|one| one.kind == ContactKind::Lead);
        let contact = self.one(&leads)?.id;
        Some(Act::Convert { origin: self.origin(), contact })
    }

    fn merge(&self) -> Option<Act> {
        let people = self.people();
        let (survivor, other) = (self.one(&people)?.id, self.one(&people)?.id);
        (survivor != other).then(|| Act::Merge { origin: self.origin(), survivor, other })
    }

    fn undo(&self) -> Option<Act> {
        let mut people = self.people();
        people.retain(|one| !one.undoable.is_empty());
        let one = self.one(&people)?;
        let rev = *one.undoable.last()?;
        let (table, tenant) = (self.office.world.table.as_ref(), self.office.tenant.id);
        let act = block_on(contact_acts::get(table, tenant, one.id, rev));
        let deed = act.expect("the table answers")?.what;
        Some(Act::Undo { contact: one.id, rev, deed })
    }

    fn send(&self) -> Option<Act> {
        let all = self.messages();
        let known = [LENA, KAI, OMAR];
        let to = vec![(*self.one(&known)?).to_owned()];
        let answered = self.one(&all).filter(|_| self.below(2) == 0).map(|message| message.id);
        let subject = Some("Our offer".to_owned());
        let text = Some("Here is the offer.".to_owned());
        let new = NewMail { to, subject, text, in_reply_to: answered, ..NewMail::default() };
        Some(Act::Send { origin: self.origin(), new })
    }

    fn answer(&self) -> Option<Act> {
        let all: Vec<CalendarMail> = self.office.all(TableName::Crm, "calendar_mail");
        let invited: BTreeSet<_> = all.iter().map(|mail| mail.invitation).collect();
        let invitation = *invited.first()?;
        let answers = [MeetingAnswer::Accept, MeetingAnswer::Tentative, MeetingAnswer::Decline];
        let wanted = Wanted { answer: *self.one(&answers)?, comment: None };
        Some(Act::Answer { origin: self.origin(), invitation, wanted })
    }
}

/// The id by which answers name a mail, where it has one yet.
pub fn header_id(office: &Office, message: &Message) -> Option<String> {
    if message.direction == Direction::Received || message.header_id.is_some() {
        return message.header_id.clone();
    }
    let all: Vec<HandOver> = office.all(TableName::Delivery, "hand_over");
    let own = all.into_iter().find(|hand_over| hand_over.message == message.id)?;
    Some(id_of_ses(&own.provider_id?))
}
