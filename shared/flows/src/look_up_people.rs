//! The address book (J11): whom somebody means by a few letters. First those he wrote with of late,
//! by how often and how recently, then users and records, the newest first.
//!
//! Reads, however many people there are: one query of his own newest mails, one of the prefix's list,
//! a batch for the records found, and one or two for blocks. What is found of mail comes from the mail
//! delivered to oneself alone, administrators' too: another's correspondents are not shown here.

use std::collections::BTreeMap;

use domain::contact::Contact;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, TenantId, UserId};
use domain::limits;
use domain::permission::{Allowed, ReadContacts, ReadMail};
use domain::search_term::{SearchScope, SearchTerm};
use domain::search_words;
use domain::user::User;
use futures::future::try_join;
use store::suppressions::{self, Asked};
use store::table::{self, Key, Table, TableFault};
use store::{contacts, item, users};

use crate::error::FlowError;
use crate::index_documents::{book_words, listed_prefix};
use crate::ports::{PortFault, Records, SearchIndex};
use crate::search_index::{Found, IndexQuestion};

/// Somebody who may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name, where one is known.
    pub name: Option<String>,
    /// The address to write to.
    pub address: EmailAddress,
    /// The record or user it is, where the address is one's.
    pub who: Option<Who>,
    /// How many of one's newest mails name the address.
    pub recent_mails: u32,
    /// Whether mail to the address is blocked now.
    pub blocked: bool,
}

/// Whose an address is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A record's.
    Contact(ContactId),
    /// A user's.
    User(UserId),
}

/// Who may be meant by these letters, the likeliest first, at most `limit`.
///
/// # Errors
/// Failures.
pub async fn look_up_people(
    records: &Records,
    index: &dyn SearchIndex,
    contacts_allowed: &Allowed<ReadContacts>,
    mail_allowed: &Allowed<ReadMail>,
    letters: &str,
    limit: u32,
) -> Result<Vec<Person>, FlowError> {
    let limit = usize::try_from(limit.min(limits::BOOK_ITEMS_MAX)).unwrap_or_default();
    let asked = Letters::read(letters);
    if asked.words.is_empty() {
        return Ok(Vec::new());
    }
    let tenant = contacts_allowed.tenant();
    let recent = newest_mails(index, tenant, mail_allowed.user());
    let listed = book_list(index, tenant, &asked);
    let (recent, listed) = try_join(recent, listed).await?;
    let table = records.table.as_ref();
    let known = Known::read(table, tenant, &listed).await?;

    let mut people = ranked(&recent, &asked);
    for person in known.people() {
        if people.iter().all(|other| other.address != person.address) && asked.fits(&person) {
            people.push(person);
        }
    }
    people.truncate(limit);
    for person in &mut people {
        known.tell(person);
    }
    let wanted: Vec<Asked> = people.iter().map(|p| Asked::one_off(p.address.clone())).collect();
    let now = records.clock.now();
    let blocks = suppressions::blocking(table, tenant, &records.hasher, &wanted, now).await?;
    for person in &mut people {
        person.blocked = blocks.contains_key(&person.address);
    }
    Ok(people)
}

/// The letters as they are compared: every word of them must begin a word of the person.
struct Letters {
    words: Vec<String>,
}

impl Letters {
    fn read(letters: &str) -> Self {
        // An address is one word up to its @, and one behind it.
        let parts = letters.split(|c: char| c.is_whitespace() || c == '@' || c == ',');
        let words = parts.map(search_words::folded).filter(|word| !word.is_empty());
        let short = |word: String| word.chars().take(limits::SEARCH_WORD_CHARS_MAX).collect();
        Self { words: words.map(short).take(limits::BOOK_WORDS_MAX).collect() }
    }

    /// The word whose list is likely the shortest.
    fn longest(&self) -> &str {
        self.words.iter().max_by_key(|word| word.chars().count()).map_or("", String::as_str)
    }

    fn fits(&self, person: &Person) -> bool {
        let name = person.name.as_deref().unwrap_or_default();
        let words = book_words(name, std::slice::from_ref(&person.address));
        self.words.iter().all(|asked| words.iter().any(|word| word.starts_with(asked)))
    }
}

async fn newest_mails(
    index: &dyn SearchIndex,
    tenant: TenantId,
    user: UserId,
) -> Result<Vec<Found>, PortFault> {
    let question = IndexQuestion {
        scope: SearchScope::MailOf(user),
        list: SearchTerm::Mail,
        needed: Vec::new(),
        span: None,
        after: None,
        limit: limits::BOOK_RECENT_MAILS,
    };
    Ok(index.ask(tenant, &question).await?.found)
}

async fn book_list(
    index: &dyn SearchIndex,
    tenant: TenantId,
    asked: &Letters,
) -> Result<Vec<Found>, PortFault> {
    let Some(prefix) = listed_prefix(asked.longest()) else { return Ok(Vec::new()) };
    let question = IndexQuestion {
        scope: SearchScope::Book,
        list: SearchTerm::Prefix(prefix),
        needed: Vec::new(),
        span: None,
        after: None,
        limit: limits::BOOK_RECORDS_READ,
    };
    Ok(index.ask(tenant, &question).await?.found)
}

/// Correspondents of the newest mails who fit: each mail counts the more the newer it is.
fn ranked(recent: &[Found], asked: &Letters) -> Vec<Person> {
    let mut scores: BTreeMap<&EmailAddress, (u64, Person)> = BTreeMap::new();
    for (age, found) in (0_u64..).zip(recent) {
        for correspondent in &found.correspondents {
            let weight = 1_000_000 / (age + 10);
            let person = || Person {
                name: correspondent.name.clone(),
                address: correspondent.address.clone(),
                who: None,
                recent_mails: 0,
                blocked: false,
            };
            let (score, person) =
                scores.entry(&correspondent.address).or_insert_with(|| (0, person()));
            *score += weight;
            person.recent_mails += 1;
            if person.name.is_none() {
                person.name.clone_from(&correspondent.name);
            }
        }
    }
    let mut all: Vec<(u64, Person)> = scores.into_values().collect();
    all.retain(|(_, person)| asked.fits(person));
    all.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    all.into_iter().map(|(_, person)| person).collect()
}

/// The records and users of the prefix's list, as they stand.
struct Known {
    people: Vec<Person>,
}

impl Known {
    async fn read(
        table: &dyn Table,
        tenant: TenantId,
        listed: &[Found],
    ) -> Result<Self, TableFault> {
        let key = |found: &Found| -> Option<Key> {
            let id = found.subject();
            let contact = id.parse().ok().map(|id| contacts::key(tenant, id));
            contact.or_else(|| id.parse().ok().map(|id| users::key(tenant, id)))
        };
        let keys: Vec<Key> = listed.iter().filter_map(key).collect();
        let mut got = table::get_all(table, &keys.iter().cloned().collect()).await?.items;
        let mut people: Vec<Person> = Vec::new();
        for key in keys {
            let Some(found) = got.remove(&key) else { continue };
            if key.sk == "CONTACT" {
                let contact: Contact = item::from_item(found)?;
                // Merged into another since it was indexed: that one has its addresses.
                let survivor = match contact.merged_into {
                    Some(into) => contacts::get(table, tenant, into).await?,
                    None => None,
                };
                let new = of_contact(survivor.as_ref().unwrap_or(&contact)).into_iter();
                let new: Vec<Person> = new.filter(|person| !people.contains(person)).collect();
                people.extend(new);
            } else {
                people.extend(of_user(&item::from_item(found)?));
            }
        }
        Ok(Self { people })
    }

    fn people(&self) -> impl Iterator<Item = Person> {
        self.people.iter().cloned()
    }

    /// Whose the address of a person from mail is, and how the record names him.
    fn tell(&self, person: &mut Person) {
        if let Some(known) = self.people.iter().find(|known| known.address == person.address) {
            person.who.clone_from(&known.who);
            person.name.clone_from(&known.name);
        }
    }
}

fn of_contact(contact: &Contact) -> Vec<Person> {
    let there = contact.merged_into.is_none();
    let addresses = contact.addresses.iter().filter(|_| there);
    let person = |address: &EmailAddress| Person {
        name: Some(contact.name.clone()),
        address: address.clone(),
        who: Some(Who::Contact(contact.id)),
        recent_mails: 0,
        blocked: false,
    };
    addresses.map(person).collect()
}

fn of_user(user: &User) -> Option<Person> {
    user.disabled_at.is_none().then(|| Person {
        name: Some(user.name.clone()),
        address: user.email.clone(),
        who: Some(Who::User(user.id)),
        recent_mails: 0,
        blocked: false,
    })
}
