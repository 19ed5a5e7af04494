//! Search (B14): by party, direction, mailbox, time, files, kind, thread and words. Who may see a mail
//! is decided by the lists that are read: one's own and those of everybody below oneself, or for who sees
//! all mail that of all. What a search reads and finds does not depend on mail that one may not see, and
//! nothing is indexed anew when somebody gets another manager.

use std::collections::{BTreeMap, BTreeSet};

use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MailboxId, MessageId, TenantId, ThreadId, UserId};
use domain::limits;
use domain::message::{Direction, Message};
use domain::permission::{Allowed, ReadMail};
use domain::search_term::{SearchScope, SearchTerm};
use domain::search_words;
use domain::timestamp::Timestamp;
use futures::future::{try_join, try_join_all};
use futures::stream::{self, StreamExt, TryStreamExt};
use store::table::{PageMark, Table, TableFault};
use store::{contacts, threads};

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::{PortFault, Records, SearchIndex};
use crate::search_index::{Found, IndexAnswer, IndexQuestion};
use crate::visible_mail::{self, VisibleMessage};

/// What is looked for: all of it must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// An address that the mail names.
    pub address: Option<EmailAddress>,
    /// A record that it concerns.
    pub contact: Option<ContactId>,
    /// The conversation.
    pub thread: Option<ThreadId>,
    /// A mailbox where it arrived.
    pub mailbox: Option<MailboxId>,
    /// Whose mailbox that is, where the caller knows it: then only his mail is looked through.
    pub owner: Option<UserId>,
    /// Who wrote it.
    pub direction: Option<Direction>,
    /// What sort of mail it is.
    pub kind: Option<String>,
    /// Whether it brought files.
    pub has_attachment: Option<bool>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub until: Option<Timestamp>,
    /// Words of subject and new text, in any order.
    pub words: String,
}

impl Wanted {
    /// The address in clear, which printing hides: searches for two addresses are two searches.
    pub fn address_text(&self) -> Option<&str> {
        self.address.as_ref().map(EmailAddress::normal)
    }

    /// The terms that mails must have, of each group one: those with the shortest lists presumably first.
    fn terms(&self, ids: &Identities) -> Vec<Vec<SearchTerm>> {
        let mut words = search_words::words(&self.words);
        words.truncate(limits::SEARCH_QUERY_WORDS_MAX);
        words.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
        let named = [
            ids.threads.iter().copied().map(SearchTerm::Thread).collect(),
            self.address.iter().map(SearchTerm::address).collect(),
            ids.contacts.iter().copied().map(SearchTerm::Contact).collect::<Vec<_>>(),
        ];
        let narrowed = [
            self.mailbox.map(SearchTerm::Mailbox),
            self.direction.map(SearchTerm::Direction),
            self.kind.clone().map(SearchTerm::Kind),
            self.has_attachment.map(SearchTerm::Files),
        ];
        let words = words.into_iter().map(SearchTerm::Word);
        let alone = words.chain(narrowed.into_iter().flatten()).map(|term| vec![term]);
        named.into_iter().filter(|group| !group.is_empty()).chain(alone).collect()
    }

    /// The least and the greatest place of the time span.
    fn span(&self) -> Option<(String, String)> {
        if self.from.is_none() && self.until.is_none() {
            return None;
        }
        let from = self.from.map_or_else(String::new, |from| from.to_string());
        // A place begins with its time: one at the end's very moment is greater than the time alone.
        let until = self.until.map_or_else(|| "~".to_owned(), |until| until.to_string());
        Some((if from.is_empty() { "0".to_owned() } else { from }, until))
    }
}

/// All ids under which what is asked for may stand: others that became part of it, or it of another.
#[derive(Clone, Debug, Default)]
struct Identities {
    contacts: Vec<ContactId>,
    threads: Vec<ThreadId>,
}

impl Identities {
    /// A read of the record and of the conversation, where one is asked for.
    async fn read(
        table: &dyn Table,
        tenant: TenantId,
        wanted: &Wanted,
    ) -> Result<Self, TableFault> {
        let contacts = async {
            let Some(id) = wanted.contact else { return Ok(Vec::new()) };
            let found = contacts::get(table, tenant, id).await?;
            Ok(found.map_or_else(|| vec![id], |contact| contact.identities()))
        };
        let threads = async {
            let Some(id) = wanted.thread else { return Ok(Vec::new()) };
            let found = threads::followed(table, tenant, id).await?;
            Ok(found.map_or_else(|| vec![id], |thread| thread.identities()))
        };
        let (contacts, threads) = try_join(contacts, threads).await?;
        Ok(Self { contacts, threads })
    }
}

/// One page of what is found, newest first: at most [`limits::SEARCH_QUERIES_MAX`] queries of the index
/// (of a record or conversation that others became part of, at least one for each of its ids) for oneself,
/// as many for each of at most [`limits::TEAM_MAX`] below, and a batch read for each 100 mails, however
/// much mail there is. A page can be shorter than wished for, or
/// empty, and have a next one.
///
/// # Errors
/// Failures.
pub async fn search_mail(
    records: &Records,
    index: &dyn SearchIndex,
    allowed: &Allowed<ReadMail>,
    wanted: &Wanted,
    wish: Wish,
) -> Result<Listed<VisibleMessage>, FlowError> {
    if wanted.span().is_some_and(|(least, greatest)| least > greatest) {
        return Ok(Listed { items: Vec::new(), next: None });
    }
    let table = records.table.as_ref();
    let ids = Identities::read(table, allowed.tenant(), wanted).await?;
    let search = Search::new(index, allowed, wanted, &ids);
    let (orders, next) = search.page(&wish).await?;
    let id = |order: &String| order.rsplit('#').next()?.parse::<MessageId>().ok();
    let ids: Vec<MessageId> = orders.iter().filter_map(id).collect();
    // The index may be behind: what a mail's record does not allow any more is left out.
    let seen = visible_mail::of_ids(table, allowed, &ids).await?;
    Ok(Listed { items: seen.into_iter().flatten().collect(), next })
}

struct Search<'a> {
    index: &'a dyn SearchIndex,
    allowed: &'a Allowed<ReadMail>,
    scopes: Vec<SearchScope>,
    needed: Vec<BTreeSet<SearchTerm>>,
    span: Option<(String, String)>,
    /// Groups of lists, each of which holds every mail that fits.
    lists: Vec<Vec<SearchTerm>>,
}

/// Names of a mark's parts: which list, and the place in it.
const LIST: &str = "list";
const PLACE: &str = "place";

impl<'a> Search<'a> {
    fn new(
        index: &'a dyn SearchIndex,
        allowed: &'a Allowed<ReadMail>,
        wanted: &Wanted,
        ids: &Identities,
    ) -> Self {
        let terms = wanted.terms(ids);
        let lists = lists_of(&terms);
        let needed = terms.into_iter().map(BTreeSet::from_iter).collect();
        Self { index, allowed, scopes: scopes(allowed, wanted), needed, span: wanted.span(), lists }
    }

    /// Reads on in the lists of a group, those of all scopes, some beside each other.
    async fn ask(&self, list: usize, after: Option<String>) -> Result<IndexAnswer, PortFault> {
        let each = u32::try_from(self.scopes.len()).unwrap_or(u32::MAX).max(1);
        let limit = (limits::SEARCH_ENTRIES_READ / each).max(limits::SEARCH_ENTRIES_READ_LEAST);
        let all = self.lists.get(list).map(Vec::as_slice).unwrap_or_default();
        let pairs = all.iter().flat_map(|term| self.scopes.iter().map(move |scope| (term, *scope)));
        let question = |(term, scope): (&SearchTerm, SearchScope)| IndexQuestion {
            scope,
            list: term.clone(),
            needed: self.needed.clone(),
            span: self.span.clone(),
            after: after.clone(),
            limit,
        };
        let questions: Vec<IndexQuestion> = pairs.map(question).collect();
        let tenant = self.allowed.tenant();
        let ask = async |question: IndexQuestion| self.index.ask(tenant, &question).await;
        let asked = stream::iter(questions).map(ask).buffered(limits::READS_AT_ONCE_MAX);
        Ok(newest_of(asked.try_collect().await?))
    }

    /// How many queries it takes to read on in a group.
    fn queries(&self, list: usize) -> usize {
        self.lists.get(list).map_or(1, Vec::len)
    }

    /// The places of the page's mails, and where the next page begins.
    async fn page(&self, wish: &Wish) -> Result<(Vec<String>, Option<PageMark>), FlowError> {
        let mut queries = 1;
        let (list, mut answer) = match wish.after.as_ref().and_then(read_mark) {
            Some((list, place)) => (list, self.ask(list, Some(place)).await?),
            None => {
                queries = self.lists.iter().map(Vec::len).sum();
                self.shortest().await?
            }
        };
        let limit = usize::try_from(wish.limit).unwrap_or(usize::MAX);
        let mut orders: Vec<String> = Vec::new();
        loop {
            let room = limit.saturating_sub(orders.len());
            let more_found = answer.found.len() > room;
            orders.extend(answer.found.into_iter().take(room).map(|found| found.order));
            let place = if more_found { orders.last().cloned() } else { answer.read_to };
            let Some(place) = place else { return Ok((orders, None)) };
            if orders.len() == limit || queries >= limits::SEARCH_QUERIES_MAX {
                return Ok((orders, Some(mark(list, place))));
            }
            queries += self.queries(list);
            answer = self.ask(list, Some(place)).await?;
        }
    }

    /// The beginnings of the lists, beside each other: the one that reaches furthest back is the
    /// shortest, as far as one can see.
    async fn shortest(&self) -> Result<(usize, IndexAnswer), PortFault> {
        let asked = (0..self.lists.len()).map(|list| self.ask(list, None));
        let answers = try_join_all(asked).await?;
        let all = answers.into_iter().enumerate();
        // None, the end of a list, is less than any place.
        let first = all.min_by(|(_, a), (_, b)| a.read_to.cmp(&b.read_to));
        Ok(first.unwrap_or((0, IndexAnswer { found: Vec::new(), read_to: None })))
    }
}

/// Of the groups that have lists the first few, and fewer where they are large.
fn lists_of(terms: &[Vec<SearchTerm>]) -> Vec<Vec<SearchTerm>> {
    let has_list = |group: &&Vec<SearchTerm>| group.iter().all(has_list);
    let mut lists: Vec<Vec<SearchTerm>> = terms.iter().filter(has_list).cloned().collect();
    lists.truncate(limits::SEARCH_LISTS_MAX);
    while lists.len() > 1 && lists.iter().map(Vec::len).sum::<usize>() > limits::SEARCH_QUERIES_MAX
    {
        let largest = (0..lists.len()).max_by_key(|at| lists.get(*at).map(Vec::len));
        largest.map(|at| lists.remove(at));
    }
    if lists.is_empty() {
        lists.push(vec![SearchTerm::Mail]);
    }
    lists
}

fn has_list(term: &SearchTerm) -> bool {
    match term {
        SearchTerm::Direction(_) | SearchTerm::Kind(_) | SearchTerm::Files(_) => false,
        SearchTerm::Mail
        | SearchTerm::Word(_)
        | SearchTerm::Address(_)
        | SearchTerm::Contact(_)
        | SearchTerm::Thread(_)
        | SearchTerm::Mailbox(_)
        | SearchTerm::Prefix(_) => true,
    }
}

/// What several lists tell together, the newest first: only as far back as all of them were read.
fn newest_of(answers: Vec<IndexAnswer>) -> IndexAnswer {
    let read_to = answers.iter().filter_map(|answer| answer.read_to.clone()).max();
    let all = answers.into_iter().flat_map(|answer| answer.found);
    let known = all.filter(|found| read_to.as_ref().is_none_or(|end| found.order >= *end));
    let once: BTreeMap<String, Found> = known.map(|found| (found.order.clone(), found)).collect();
    IndexAnswer { found: once.into_values().rev().collect(), read_to }
}

/// Whose lists are read: that of all mail, or one's own and those of everybody below oneself. Mail of one
/// mailbox is in its owner's alone.
fn scopes(allowed: &Allowed<ReadMail>, wanted: &Wanted) -> Vec<SearchScope> {
    if allowed.sees_all_mail() {
        return vec![SearchScope::AllMail];
    }
    let seen = std::iter::once(allowed.user()).chain(allowed.team());
    let of_one = |user: &UserId| wanted.owner.is_none_or(|owner| owner == *user);
    seen.filter(of_one).map(SearchScope::MailOf).collect()
}

/// The place of a mail in the lists.
pub(crate) fn place(message: &Message) -> String {
    format!("{}#{}", message.at, message.id)
}

/// Where a search by one list goes on behind a mail.
pub(crate) fn behind(message: &Message) -> PageMark {
    mark(0, place(message))
}

fn mark(list: usize, place: String) -> PageMark {
    PageMark::from([(LIST.to_owned(), list.to_string()), (PLACE.to_owned(), place)])
}

fn read_mark(mark: &PageMark) -> Option<(usize, String)> {
    Some((mark.get(LIST)?.parse().ok()?, mark.get(PLACE)?.clone()))
}
