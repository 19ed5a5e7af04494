//! By what mail, records and users are found.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::Contact;
use domain::delivery::Arrival;
use domain::email_address::EmailAddress;
use domain::limits;
use domain::message::{Direction, Message};
use domain::search_term::{SearchScope, SearchTerm};
use domain::search_words;
use domain::user::User;

use crate::search_index::{Correspondent, IndexDocument, ScopeTerms};

/// A mail with these deliveries and this new text. Each owner of a mailbox finds it in a scope of his
/// own, which knows of no other mailbox; who sees all mail finds it in another.
pub fn of_mail(message: &Message, arrivals: &BTreeSet<Arrival>, text: &str) -> IndexDocument {
    let common = terms_of_mail(message, text);
    let mut scopes = BTreeMap::from([(SearchScope::AllMail, common.clone())]);
    for Arrival { mailbox, owner, .. } in arrivals {
        for scope in [SearchScope::AllMail, SearchScope::MailOf(*owner)] {
            let terms = scopes.entry(scope).or_insert_with(|| common.clone());
            terms.listed.insert(SearchTerm::Mailbox(*mailbox));
        }
    }
    IndexDocument {
        order: crate::search_mail::place(message),
        correspondents: correspondents(message),
        scopes,
    }
}

fn terms_of_mail(message: &Message, text: &str) -> ScopeTerms {
    let mut listed = BTreeSet::from([SearchTerm::Mail, SearchTerm::Thread(message.thread)]);
    listed.extend(message.contacts.iter().copied().map(SearchTerm::Contact));
    let addresses: BTreeSet<&EmailAddress> =
        message.parties.iter().take(limits::SEARCH_ADDRESSES_MAX).map(|p| &p.address).collect();
    listed.extend(addresses.into_iter().map(SearchTerm::address));
    listed.extend(words_of(&message.subject, text).into_iter().map(SearchTerm::Word));
    let marked = BTreeSet::from([
        SearchTerm::Direction(message.direction),
        SearchTerm::Kind(message.mail_kind.clone()),
        SearchTerm::Files(has_files(message)),
    ]);
    ScopeTerms { listed, marked }
}

/// Whether a mail brought files; pictures that its text shows in place are none.
pub fn has_files(message: &Message) -> bool {
    message.attachments.iter().any(|file| !file.inline)
}

/// The words that a mail is found by: those of its subject, then of its new text, up to the bound.
pub fn words_of(subject: &str, text: &str) -> Vec<String> {
    let both = format!("{subject}\n{text}");
    let mut words = search_words::words(&both);
    words.truncate(limits::SEARCH_WORDS_MAX);
    words
}

/// Those whom the mail came from, or was sent to.
fn correspondents(message: &Message) -> Vec<Correspondent> {
    use domain::contact::PartyRole as Role;
    let wanted = |role: Role| match message.direction {
        Direction::Received => matches!(role, Role::From | Role::Cc),
        Direction::Sent => matches!(role, Role::To | Role::Cc | Role::Bcc),
    };
    let mut seen = BTreeSet::new();
    let parties = message.parties.iter().filter(|party| wanted(party.role));
    let new = parties.filter(|party| seen.insert(&party.address));
    new.take(limits::BOOK_CORRESPONDENTS_MAX)
        .map(|party| Correspondent { name: party.name.clone(), address: party.address.clone() })
        .collect()
}

/// A record of the address book; none that is merged into another.
pub fn of_contact(contact: &Contact) -> Option<IndexDocument> {
    let there = contact.merged_into.is_none();
    there.then(|| in_book(contact.id.to_string(), &contact.name, &contact.addresses))
}

/// A user in the address book; none who is disabled.
pub fn of_user(user: &User) -> Option<IndexDocument> {
    let there = user.disabled_at.is_none();
    there.then(|| in_book(user.id.to_string(), &user.name, std::slice::from_ref(&user.email)))
}

fn in_book(id: String, name: &str, addresses: &[EmailAddress]) -> IndexDocument {
    let words = book_words(name, addresses);
    let listed = words.iter().flat_map(|word| prefixes(word)).map(SearchTerm::Prefix).collect();
    let terms = ScopeTerms { listed, marked: BTreeSet::new() };
    IndexDocument {
        order: id,
        correspondents: Vec::new(),
        scopes: BTreeMap::from([(SearchScope::Book, terms)]),
    }
}

/// What a person can be looked up by: words of the name, the local parts and their words, domains.
pub fn book_words(name: &str, addresses: &[EmailAddress]) -> BTreeSet<String> {
    let mut words: Vec<String> = search_words::runs(name);
    for address in addresses {
        let local = search_words::folded(address.local_part());
        words.extend(search_words::runs(&local));
        words.push(local);
        words.push(search_words::folded(address.domain()));
    }
    let mut seen = BTreeSet::new();
    for word in words {
        if seen.len() < limits::BOOK_WORDS_MAX {
            seen.insert(word);
        }
    }
    seen
}

/// The prefixes of a word that have a list.
fn prefixes(word: &str) -> Vec<String> {
    let chars: Vec<char> = word.chars().collect();
    let long_enough = limits::BOOK_PREFIX_CHARS.iter().filter(|length| **length <= chars.len());
    long_enough.map(|length| chars.iter().take(*length).collect()).collect()
}

/// The longest prefix of a word that has a list; none of an empty one.
pub fn listed_prefix(word: &str) -> Option<String> {
    prefixes(word).pop()
}
