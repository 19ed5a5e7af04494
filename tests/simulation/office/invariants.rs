//! What must hold when the office is at rest, whatever happened on the way. Each by its name.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::{Contact, ContactKind, MailLink};
use domain::delivery::Delivery;
use domain::hand_over::{HandOver, HandOverState};
use domain::ids::{ContactId, MessageId, ThreadId, UserId};
use domain::intake::{Intake, IntakeState, Outcome};
use domain::limits;
use domain::message::Message;
use domain::thread::Thread;
use domain::timestamp::Timestamp;
use store::contacts::ContactClaim;
use store::table::TableName;

use super::driver::Play;
use super::scene::Expected;

/// The records of an office at rest.
pub struct Rest<'a> {
    pub play: &'a Play,
    pub messages: Vec<Message>,
    pub contacts: BTreeMap<ContactId, Contact>,
    pub threads: BTreeMap<ThreadId, Thread>,
    deliveries: Vec<Delivery>,
}

/// Looks at the records at rest; what is wrong with them where the invariant does not hold.
type Invariant = fn(&Rest<'_>) -> Result<(), String>;

/// The invariants by name.
pub const ALL: &[(&str, Invariant)] = &[
    ("every mail has its outcome", every_mail_has_its_outcome),
    ("one message each, delivered to whom it was for", one_message_each),
    ("who wrote has a record", who_wrote_has_a_record),
    ("a mail stays where people put it", a_mail_stays_where_people_put_it),
    ("what people put apart is not joined", what_people_put_apart_is_not_joined),
    ("answers follow the mail they answer", answers_follow_the_mail_they_answer),
    ("links are what people last said", links_are_what_people_last_said),
    ("each link is one line of a timeline", each_link_is_one_line),
    ("records are merged as people merged them", records_are_merged_as_people_merged_them),
    ("no address is lost", no_address_is_lost),
    ("what was written went out at most once", what_was_written_went_out_at_most_once),
    ("what is said to be accepted went out", what_is_said_to_be_accepted_went_out),
    ("one automatic answer a day", one_automatic_answer_a_day),
];

impl<'a> Rest<'a> {
    pub fn of(play: &'a Play) -> Self {
        let office = &play.office;
        let contacts: Vec<Contact> = office.all(TableName::Crm, "contact");
        let threads: Vec<Thread> = office.all(TableName::Crm, "thread");
        Self {
            play,
            messages: office.all(TableName::Crm, "message"),
            contacts: contacts.into_iter().map(|contact| (contact.id, contact)).collect(),
            threads: threads.into_iter().map(|thread| (thread.id, thread)).collect(),
            deliveries: office.all(TableName::Crm, "delivery"),
        }
    }

    /// The conversation that an id leads to.
    pub fn thread(&self, id: ThreadId) -> ThreadId {
        let mut id = id;
        while let Some(next) = self.threads.get(&id).and_then(|thread| thread.merged_into) {
            id = next;
        }
        id
    }

    /// The record that an id leads to.
    pub fn contact(&self, id: ContactId) -> ContactId {
        let mut id = id;
        while let Some(next) = self.contacts.get(&id).and_then(|contact| contact.merged_into) {
            id = next;
        }
        id
    }

    /// Whose mailboxes a mail reached.
    pub fn owners(&self, message: MessageId) -> BTreeSet<UserId> {
        let of = self.deliveries.iter().filter(|delivery| delivery.message == message);
        of.map(|delivery| delivery.owner).collect()
    }

    fn named(&self, header_id: &str) -> Vec<&Message> {
        let named = |message: &&Message| message.header_id.as_deref() == Some(header_id);
        self.messages.iter().filter(named).collect()
    }
}

pub fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

fn every_mail_has_its_outcome(rest: &Rest<'_>) -> Result<(), String> {
    let intakes: Vec<Intake> = rest.play.office.all(TableName::Delivery, "intake");
    let mut found = BTreeMap::new();
    for intake in &intakes {
        let IntakeState::Done { outcome, .. } = &intake.state else {
            return Err(format!("{:?} is still {:?}", intake.raw, intake.state));
        };
        let key = intake.raw.as_ref().map(|raw| raw.key.clone()).unwrap_or_default();
        found.insert(key, outcome.clone());
    }
    for (key, expected) in &rest.play.office.expected {
        let fits = match (found.get(key), expected) {
            (Some(Outcome::Filed { .. } | Outcome::Duplicate { .. }), Expected::Filed(..)) => true,
            (Some(Outcome::Quarantined { reason, .. }), Expected::Quarantined(wanted)) => {
                reason == wanted
            }
            _ => false,
        };
        ensure(fits, || format!("{key}: {:?}, not {expected:?}", found.get(key)))?;
    }
    Ok(())
}

fn one_message_each(rest: &Rest<'_>) -> Result<(), String> {
    let mut wanted: BTreeMap<&str, BTreeSet<UserId>> = BTreeMap::new();
    for expected in rest.play.office.expected.values() {
        if let Expected::Filed(name, owners) = expected {
            wanted.entry(name).or_default().extend(owners);
        }
    }
    for (name, owners) in &wanted {
        let all = rest.named(&format!("{name}@mail.example.com"));
        ensure(all.len() == 1, || format!("{} messages {name}", all.len()))?;
        let reached = all.first().map(|one| rest.owners(one.id)).unwrap_or_default();
        ensure(reached == *owners, || format!("{name} reached {reached:?}, not {owners:?}"))?;
    }
    let received = rest.messages.iter().filter(|message| message.header_id.is_some()).count();
    ensure(received == wanted.len(), || format!("{received} mails, not {}", wanted.len()))
}

fn who_wrote_has_a_record(rest: &Rest<'_>) -> Result<(), String> {
    let addresses: BTreeSet<&str> =
        rest.contacts.values().flat_map(|c| &c.addresses).map(|a| a.expose()).collect();
    for wrote in [
        "lena@harbour.example",
        "kai@quay.example",
        "omar@pier.example",
        "zoe@buyer.example",
        "vera@dock.example",
        "rita@reader.example",
        "uma@ferry.example",
    ] {
        ensure(addresses.contains(wrote), || format!("{wrote} has none"))?;
    }
    Ok(())
}

fn a_mail_stays_where_people_put_it(rest: &Rest<'_>) -> Result<(), String> {
    for (id, placed) in &rest.play.decided.placed {
        let message = rest.messages.iter().find(|message| message.id == *id);
        let stands = message.map(|message| rest.thread(message.thread));
        let wanted = placed.last().map(|thread| rest.thread(*thread));
        ensure(stands == wanted, || format!("{id} stands in {stands:?}, not {wanted:?}"))?;
    }
    Ok(())
}

fn what_people_put_apart_is_not_joined(rest: &Rest<'_>) -> Result<(), String> {
    let decided = &rest.play.decided;
    let mut groups: BTreeMap<ThreadId, ThreadId> = BTreeMap::new();
    let root = |groups: &BTreeMap<ThreadId, ThreadId>, mut id: ThreadId| {
        while let Some(next) = groups.get(&id) {
            id = *next;
        }
        id
    };
    for (part, whole) in &decided.joined {
        let (part, whole) = (root(&groups, *part), root(&groups, *whole));
        if part != whole {
            groups.insert(part, whole);
        }
    }
    let apart: BTreeSet<ThreadId> = decided.placed.values().flatten().copied().collect();
    for one in &apart {
        for other in &apart {
            let joined = rest.thread(*one) == rest.thread(*other);
            let by_people = root(&groups, *one) == root(&groups, *other);
            ensure(!joined || by_people, || format!("{one} and {other} became one"))?;
        }
    }
    Ok(())
}

fn answers_follow_the_mail_they_answer(rest: &Rest<'_>) -> Result<(), String> {
    let decided = &rest.play.decided;
    for follow_up in &decided.follow_ups {
        let header_id = &follow_up.header_id;
        let all = rest.named(header_id);
        let answer = all.first().ok_or_else(|| format!("{header_id} is lost"))?;
        if decided.placed.contains_key(&answer.id) {
            continue;
        }
        let later = decided.placed.get(&follow_up.parent).map(Vec::as_slice).unwrap_or_default();
        let later = later.iter().skip(follow_up.placed);
        let allowed: BTreeSet<ThreadId> =
            later.chain([&follow_up.stood]).map(|thread| rest.thread(*thread)).collect();
        let stands = rest.thread(answer.thread);
        ensure(allowed.contains(&stands), || {
            format!("{header_id} stands in {stands}, not in {allowed:?}")
        })?;
    }
    Ok(())
}

fn links_are_what_people_last_said(rest: &Rest<'_>) -> Result<(), String> {
    for ((message, contact), wanted) in &rest.play.decided.links {
        let found = rest.messages.iter().find(|one| one.id == *message);
        let linked = found.is_some_and(|one| one.contacts.contains(contact));
        ensure(linked == *wanted, || format!("{message} and {contact}: linked is {linked}"))?;
    }
    Ok(())
}

fn each_link_is_one_line(rest: &Rest<'_>) -> Result<(), String> {
    let lines: Vec<MailLink> = rest.play.office.all(TableName::Crm, "mail_link");
    let count = lines.len();
    let lines: BTreeSet<_> = lines.iter().map(|line| (line.message, line.contact)).collect();
    ensure(lines.len() == count, || format!("{count} lines, {} of them once", lines.len()))?;
    let of = |message: &Message| {
        let id = message.id;
        message.contacts.iter().map(move |contact| (id, *contact)).collect::<Vec<_>>()
    };
    let links: BTreeSet<_> = rest.messages.iter().flat_map(of).collect();
    let odd: Vec<_> = lines.symmetric_difference(&links).collect();
    ensure(odd.is_empty(), || format!("lines and links differ by {odd:?}"))
}

fn records_are_merged_as_people_merged_them(rest: &Rest<'_>) -> Result<(), String> {
    let decided = &rest.play.decided;
    let stored: BTreeMap<ContactId, ContactId> = rest
        .contacts
        .values()
        .filter_map(|contact| Some((contact.id, contact.merged_into?)))
        .collect();
    ensure(stored == decided.merged, || format!("{stored:?}, not {:?}", decided.merged))?;
    for contact in rest.contacts.values().filter(|contact| contact.merged_into.is_none()) {
        let into: BTreeSet<ContactId> = rest
            .contacts
            .keys()
            .copied()
            .filter(|id| *id != contact.id && rest.contact(*id) == contact.id)
            .collect();
        let told: BTreeSet<ContactId> = contact.merged.iter().copied().collect();
        ensure(into == told, || format!("{} tells {told:?}, not {into:?}", contact.id))?;
        if into.is_empty() && contact.kind != ContactKind::Account {
            let converted = decided.converted.contains(&contact.id);
            let told = contact.converted.is_some();
            ensure(told == converted, || format!("{}: converted is {told}", contact.id))?;
        }
    }
    Ok(())
}

fn no_address_is_lost(rest: &Rest<'_>) -> Result<(), String> {
    let claims: Vec<ContactClaim> = rest.play.office.all(TableName::Crm, "contact_claim");
    let claimed: BTreeSet<ContactId> =
        claims.iter().map(|claim| rest.contact(claim.contact)).collect();
    let mut addresses = 0;
    for contact in rest.contacts.values().filter(|contact| contact.merged_into.is_none()) {
        addresses += contact.addresses.len();
        let held = contact.addresses.is_empty() || claimed.contains(&contact.id);
        ensure(held, || format!("{} has addresses that nobody claimed", contact.id))?;
    }
    ensure(claims.len() == addresses, || format!("{} claims, {addresses} addresses", claims.len()))
}

fn sent_of(rest: &Rest<'_>) -> BTreeMap<MessageId, Vec<String>> {
    let mut sent: BTreeMap<MessageId, Vec<String>> = BTreeMap::new();
    for posted in rest.play.office.provider.log() {
        if let Some(message) = posted.message() {
            sent.entry(message).or_default().push(posted.provider_id);
        }
    }
    sent
}

fn what_was_written_went_out_at_most_once(rest: &Rest<'_>) -> Result<(), String> {
    for (message, ids) in sent_of(rest) {
        ensure(ids.len() == 1, || format!("{message} went out {} times", ids.len()))?;
    }
    Ok(())
}

fn what_is_said_to_be_accepted_went_out(rest: &Rest<'_>) -> Result<(), String> {
    let sent = sent_of(rest);
    let all: Vec<HandOver> = rest.play.office.all(TableName::Delivery, "hand_over");
    for hand_over in &all {
        let out = sent.get(&hand_over.message).and_then(|ids| ids.first());
        match (hand_over.state(), out) {
            (HandOverState::Accepted(told), Some(id)) if told == *id => {}
            // Its worker died on the way to the provider: nobody may send it again.
            (HandOverState::Begun(_), None) => {}
            (state, out) => {
                return Err(format!("{} is {state:?}, and out as {out:?}", hand_over.message));
            }
        }
    }
    let written: BTreeSet<MessageId> = all.iter().map(|one| one.message).collect();
    let stray: Vec<_> = sent.keys().filter(|message| !written.contains(message)).collect();
    ensure(stray.is_empty(), || format!("{stray:?} went out unwritten"))
}

fn one_automatic_answer_a_day(rest: &Rest<'_>) -> Result<(), String> {
    let mut last: BTreeMap<String, Timestamp> = BTreeMap::new();
    for posted in rest.play.office.provider.log() {
        let Some(to) = posted.mail.to.first().filter(|_| posted.is_unknown_address()) else {
            continue;
        };
        if let Some(before) = last.insert(to.expose().to_owned(), posted.at) {
            let day = std::time::Duration::from_secs(86_400);
            // The claim is taken a moment before its answer goes out.
            let slack = limits::HAND_OVER_TIME;
            ensure(posted.at.plus(slack) >= before.plus(day), || {
                format!("{} had two answers, at {before} and {}", to, posted.at)
            })?;
        }
    }
    Ok(())
}
