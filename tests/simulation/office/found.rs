//! What is found when the office is at rest: the index that the stream fed tells what a filter over all
//! records tells, for each person.

use std::collections::BTreeSet;

use domain::contact::ContactKind;
use domain::ids::MessageId;
use domain::message::{Direction, Message};
use domain::search_words;
use flows::index_documents::words_of;
use flows::look_up_people::{Who, look_up_people};
use flows::paging::Wish;
use flows::search_index::TableIndex;
use flows::search_mail::{Wanted, search_mail};
use flows::show_timeline::show_timeline;
use futures::executor::block_on;

use super::invariants::{Rest, ensure};

/// Checks all of it.
pub fn check(rest: &Rest<'_>) -> Result<(), String> {
    for name in ["anna", "ben"] {
        for (wanted, fits) in questions(rest) {
            let naive: BTreeSet<MessageId> = rest
                .messages
                .iter()
                .filter(|message| sees(rest, name, message) && fits(message))
                .map(|message| message.id)
                .collect();
            let found = search(rest, name, &wanted)?;
            ensure(found == naive, || {
                format!("{name} finds {found:?}, not {naive:?}: {wanted:?}")
            })?;
        }
    }
    timelines(rest)?;
    address_book(rest)
}

fn sees(rest: &Rest<'_>, name: &str, message: &Message) -> bool {
    // Anna is the owner of the tenant and sees all mail.
    name == "anna" || rest.owners(message.id).contains(&rest.play.office.user(name))
}

type Fits<'a> = Box<dyn Fn(&Message) -> bool + 'a>;

fn questions<'a>(rest: &'a Rest<'a>) -> Vec<(Wanted, Fits<'a>)> {
    let mut all: Vec<(Wanted, Fits<'a>)> = vec![(Wanted::default(), Box::new(|_| true))];
    for direction in [Direction::Received, Direction::Sent] {
        let wanted = Wanted { direction: Some(direction), ..Wanted::default() };
        all.push((wanted, Box::new(move |message| message.direction == direction)));
    }
    for id in rest.contacts.keys().copied() {
        let wanted = Wanted { contact: Some(id), ..Wanted::default() };
        let fits = move |message: &Message| {
            message.contacts.iter().any(|contact| rest.contact(*contact) == rest.contact(id))
        };
        all.push((wanted, Box::new(fits)));
    }
    for id in rest.messages.iter().map(|message| message.thread).collect::<BTreeSet<_>>() {
        let wanted = Wanted { thread: Some(id), ..Wanted::default() };
        let fits = move |message: &Message| rest.thread(message.thread) == rest.thread(id);
        all.push((wanted, Box::new(fits)));
    }
    for word in ["text", "m1", "offer", "berth", "review"] {
        let wanted = Wanted { words: word.to_owned(), ..Wanted::default() };
        let folded = search_words::words(word);
        let fits = move |message: &Message| {
            let words = words_of(&message.subject, &message.preview);
            folded.iter().all(|asked| words.contains(asked))
        };
        all.push((wanted, Box::new(fits)));
    }
    all
}

fn search(rest: &Rest<'_>, name: &str, wanted: &Wanted) -> Result<BTreeSet<MessageId>, String> {
    let office = &rest.play.office;
    let records = &office.world.records;
    let (index, allowed) = (TableIndex::new(records), office.allowed(name));
    let mut found = BTreeSet::new();
    let mut after = None;
    loop {
        let wish = Wish { limit: 25, after };
        let page = block_on(search_mail(records, &index, &allowed, wanted, wish));
        let page = page.map_err(|error| error.to_string())?;
        for mail in page.items {
            let new = found.insert(mail.message.id);
            ensure(new, || format!("{name} finds {} twice: {wanted:?}", mail.message.id))?;
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// Each record shows each of its mails once, whichever of its ids the mail is linked to.
fn timelines(rest: &Rest<'_>) -> Result<(), String> {
    let office = &rest.play.office;
    for id in rest.contacts.keys() {
        let (contacts, mail) = (office.allowed("anna"), office.allowed("anna"));
        let wish = Wish { limit: 100, after: None };
        let page = block_on(show_timeline(&office.world.records, &contacts, &mail, *id, wish));
        let page = page.map_err(|error| error.to_string())?;
        let shown: Vec<MessageId> = page.items.iter().map(|line| line.mail.message.id).collect();
        let once: BTreeSet<MessageId> = shown.iter().copied().collect();
        let linked = |message: &&Message| {
            message.contacts.iter().any(|contact| rest.contact(*contact) == rest.contact(*id))
        };
        let wanted: BTreeSet<MessageId> =
            rest.messages.iter().filter(linked).map(|message| message.id).collect();
        let right = once == wanted && shown.len() == once.len();
        ensure(right, || format!("{id} shows {shown:?}, not {wanted:?}"))?;
    }
    Ok(())
}

/// Everybody is in the book under each of his addresses, and nobody who was merged into another.
fn address_book(rest: &Rest<'_>) -> Result<(), String> {
    let office = &rest.play.office;
    let records = &office.world.records;
    let index = TableIndex::new(records);
    for contact in rest.contacts.values().filter(|contact| contact.kind != ContactKind::Account) {
        for address in &contact.addresses {
            let (contacts, mail) = (office.allowed("ben"), office.allowed("ben"));
            let letters = address.local_part();
            let found = look_up_people(records, &index, &contacts, &mail, letters, 20);
            let found = block_on(found).map_err(|error| error.to_string())?;
            let person = found.iter().find(|person| person.address == *address);
            let who = person.and_then(|person| person.who.clone());
            let wanted = Some(Who::Contact(rest.contact(contact.id)));
            ensure(who == wanted, || format!("{letters} leads to {who:?}, not {wanted:?}"))?;
        }
    }
    Ok(())
}
