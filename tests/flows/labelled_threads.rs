//! The labelled set of conversations (tests/fixtures/threads), brought in order, reversed and shuffled.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::Contact;
use domain::ids::{MessageId, ThreadId};
use domain::intake::Outcome;
use domain::message::Message;
use flows::take_in_mail::Announcement;
use mail::reply_token::{ReplyKey, ReplyTarget, ReplyToken};
use store::threads;

use crate::bench_of_inbound::{ANNA, BEN, Inbound};

const SET: &str = include_str!("../fixtures/threads/conversations.txt");

/// A mail of the set.
struct Labelled {
    conversation: &'static str,
    id: &'static str,
    from: String,
    to: String,
    subject: &'static str,
    clues: Vec<(&'static str, &'static str)>,
}

fn address(text: &str) -> String {
    if text.contains('@') { text.to_owned() } else { format!("{text}@crm.example.com") }
}

fn set() -> Vec<Labelled> {
    let lines = SET.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('|').map(str::trim).collect();
            let [who, subject, clues] = parts[..] else { panic!("three parts: {line}") };
            let words: Vec<&str> = who.split(' ').collect();
            let [conversation, id, from, ">", to] = words[..] else { panic!("who: {line}") };
            let clues = clues.split_whitespace();
            let clues = clues.map(|clue| clue.split_once(':').unwrap_or((clue, ""))).collect();
            let (from, to) = (address(from), address(to));
            Labelled { conversation, id, from, to, subject, clues }
        })
        .collect()
}

impl Labelled {
    fn all(&self, name: &str) -> impl Iterator<Item = &'static str> {
        self.clues.iter().filter(move |(clue, _)| *clue == name).map(|(_, value)| *value)
    }

    fn clue(&self, name: &str) -> Option<&'static str> {
        self.all(name).next()
    }

    /// The mail that a signed token of this one leads to: it was there when the token was signed.
    fn token_of(&self) -> Option<&'static str> {
        self.clue("tag").or(self.clue("mark")).or(self.clue("ref"))
    }

    fn recipients(&self) -> Vec<&str> {
        if self.clue("both").is_some() { vec![ANNA, BEN] } else { vec![ANNA] }
    }

    fn raw(&self, regions: &BTreeMap<&str, &str>, token: Option<&ReplyToken>) -> Vec<u8> {
        let seen = self.clue("seen");
        let header_id = |id: &str| match (regions.get(id), seen) {
            (Some(region), None) => format!("<{id}@{region}.amazonses.com>"),
            (Some(_), Some(region)) => format!("<{id}@{region}.amazonses.com>"),
            (None, _) => format!("<{id}@mail.example.com>"),
        };
        let own = match regions.get(self.id) {
            Some(region) => format!("<{}@{region}.amazonses.com>", self.id),
            None => format!("<{}@mail.example.com>", self.id),
        };
        let mut to = self.to.clone();
        let mut references: Vec<String> = self
            .clue("refs")
            .map(|ids| ids.split(',').map(header_id).collect())
            .unwrap_or_default();
        let mut text = format!("This is mail {}.\r\n", self.id);
        if let Some(token) = token {
            let (local, domain) = to.split_once('@').unwrap();
            match (self.clue("tag"), self.clue("mark")) {
                (Some(_), _) => to = format!("{local}+{}@{domain}", token.as_str()),
                (None, Some(_)) => text.push_str(&format!("\r\n> {}\r\n", token.in_text())),
                (None, None) => {
                    references.push(format!("<{}>", token.in_header_id("crm.example.com")))
                }
            }
        }
        let mut fields = format!(
            "Message-ID: {own}\r\nDate: Sun, 22 Nov 2026 08:59:00 +0000\r\nFrom: {}\r\nTo: {to}\r\n\
             Subject: {}\r\n",
            self.from, self.subject
        );
        let mut add = |name: &str, value: &str| fields.push_str(&format!("{name}: {value}\r\n"));
        if let Some(cc) = self.clue("cc") {
            add("Cc", cc);
        }
        if let Some(list) = self.clue("list") {
            add("List-Id", &format!("<{list}>"));
            add("Precedence", "list");
        }
        if let Some(id) = self.clue("re") {
            add("In-Reply-To", &header_id(id));
        }
        if !references.is_empty() {
            add("References", &references.join("\r\n "));
        }
        if let Some((conversation, depth)) = self.clue("ox").and_then(|ox| ox.split_once(':')) {
            add("Thread-Index", &thread_index(conversation, depth.parse().unwrap()));
            add("Thread-Topic", &self.clue("ot").unwrap_or_default().replace('_', " "));
        }
        format!("{fields}\r\n{text}").into_bytes()
    }
}

/// 22 octets of the conversation and five for each answer, in base64 (MS-OXOMSG section 2.2.1.3).
fn thread_index(conversation: &str, depth: usize) -> String {
    let mut octets = vec![1];
    octets.extend(conversation.bytes().cycle().take(21));
    octets.extend(std::iter::repeat_n(7, depth * 5));
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in octets.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, octet| (bits << 8) | u32::from(*octet));
        let bits = bits << (8 * (3 - three.len()));
        for digit in 0..4 {
            let index = usize::try_from((bits >> (18 - 6 * digit)) & 63).unwrap();
            let filled = digit <= three.len();
            text.push(if filled { char::from(digits[index]) } else { '=' });
        }
    }
    text
}

/// The mails in this order, but for those with a token: each waits for the mail it leads to.
fn with_tokens_in_place(order: Vec<usize>, all: &[Labelled]) -> Vec<usize> {
    let mut waiting = order;
    let mut placed = Vec::new();
    let mut there: BTreeSet<&str> = BTreeSet::new();
    while !waiting.is_empty() {
        let next = waiting
            .iter()
            .position(|n| all[*n].token_of().is_none_or(|of| there.contains(of)))
            .expect("every token leads to a mail of the set");
        let n = waiting.remove(next);
        there.insert(all[n].id);
        placed.push(n);
    }
    placed
}

/// A fixed shuffle (xorshift).
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed;
    for n in (1..count).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(n, usize::try_from(state % u64::try_from(n + 1).unwrap()).unwrap());
    }
    order
}

struct Figures {
    thread_precision: f64,
    thread_recall: f64,
    association_precision: f64,
    association_recall: f64,
}

async fn bring(order: Vec<usize>) -> Figures {
    let all = set();
    let inbound = Inbound::new().await;
    let regions: BTreeMap<&str, &str> =
        all.iter().filter_map(|mail| Some((mail.id, mail.clue("ses")?))).collect();
    let mut made: BTreeMap<&str, MessageId> = BTreeMap::new();
    for n in with_tokens_in_place(order, &all) {
        let mail = &all[n];
        let token = mail.token_of().map(|of| {
            let key = ReplyKey::current(&inbound.world.records.hasher);
            ReplyToken::sign(key, inbound.tenant.id, ReplyTarget::Message(made[of]))
        });
        let raw = mail.raw(&regions, token.as_ref());
        let announced: Announcement =
            inbound.announce(&format!("inbound/{}", mail.id), raw, &mail.recipients());
        let outcome = inbound.take_in(&announced).await.outcome;
        let Outcome::Filed { message, .. } = outcome else { panic!("{}: {outcome:?}", mail.id) };
        made.insert(mail.id, message);
    }
    figures(&inbound, &all, &made).await
}

async fn figures(inbound: &Inbound, all: &[Labelled], made: &BTreeMap<&str, MessageId>) -> Figures {
    let table = inbound.world.records.table.as_ref();
    let stored: BTreeMap<MessageId, Message> =
        inbound.messages().into_iter().map(|message| (message.id, message)).collect();
    let mut threads_of: BTreeMap<&str, ThreadId> = BTreeMap::new();
    for mail in all {
        let stands = stored[&made[mail.id]].thread;
        let thread = threads::followed(table, inbound.tenant.id, stands).await.unwrap().unwrap();
        threads_of.insert(mail.id, thread.id);
    }
    let (mut right, mut wrong, mut missed) = (0_u32, 0_u32, 0_u32);
    for (n, one) in all.iter().enumerate() {
        for other in &all[n + 1..] {
            let together = threads_of[one.id] == threads_of[other.id];
            match (together, one.conversation == other.conversation) {
                (true, true) => right += 1,
                (true, false) => wrong += 1,
                (false, true) => missed += 1,
                (false, false) => {}
            }
        }
    }
    let contacts: Vec<Contact> = inbound.contacts();
    let links: BTreeSet<_> =
        inbound.links().into_iter().map(|link| (link.contact, link.message)).collect();
    let names = |contact: &Contact, message: &Message| {
        message.parties.iter().any(|party| contact.addresses.contains(&party.address))
    };
    let holders: BTreeMap<_, _> = contacts.iter().map(|contact| (contact.id, contact)).collect();
    let right_links =
        links.iter().filter(|(contact, message)| names(holders[contact], &stored[message])).count();
    // A mail that came before its sender was known is on nobody's timeline.
    let wanted = stored
        .values()
        .flat_map(|message| contacts.iter().map(move |contact| (contact, message)))
        .filter(|(contact, message)| names(contact, message) && !message.contacts.is_empty())
        .count();
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole);
    let count = |n: usize| u32::try_from(n).unwrap();
    Figures {
        thread_precision: share(right, right + wrong),
        thread_recall: share(right, right + missed),
        association_precision: share(count(right_links), count(links.len())),
        association_recall: share(count(right_links), count(wanted)),
    }
}

fn check(figures: &Figures, order: &str) {
    let Figures { thread_precision, thread_recall, association_precision, association_recall } =
        figures;
    println!(
        "{order}: thread precision {thread_precision}, recall {thread_recall:.4}; association \
         precision {association_precision}, recall {association_recall:.4}"
    );
    assert!(*thread_precision >= 1.0, "{order}: {thread_precision}");
    assert!(*thread_recall >= 0.98, "{order}: {thread_recall}");
    assert!(*association_precision >= 1.0, "{order}: {association_precision}");
}

#[test]
fn the_set_is_large_enough_to_mean_something() {
    let all = set();
    let conversations: BTreeSet<&str> = all.iter().map(|mail| mail.conversation).collect();
    let ids: BTreeSet<&str> = all.iter().map(|mail| mail.id).collect();
    assert!(conversations.len() >= 60 && all.len() >= 300);
    assert_eq!(ids.len(), all.len());
}

#[tokio::test]
async fn labelled_conversations_are_told_apart_in_the_order_they_were_written() {
    check(&bring((0..set().len()).collect()).await, "in order");
}

#[tokio::test]
async fn labelled_conversations_are_told_apart_the_last_mail_first() {
    check(&bring((0..set().len()).rev().collect()).await, "reversed");
}

#[tokio::test]
async fn labelled_conversations_are_told_apart_in_any_order() {
    for seed in [3, 1_000_003, 77_777_777_777] {
        check(&bring(shuffled(set().len(), seed)).await, &format!("shuffled by {seed}"));
    }
}
