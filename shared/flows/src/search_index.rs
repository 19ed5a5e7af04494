//! The index that mail and people are found by, as flows see it, and its form in the table.
//!
//! An index says of a subject (a mail, a record, a user) by which terms each scope finds it. Each term
//! of a scope is a list, the newest first. An entry also carries marks of all the subject's terms, so
//! one list is enough to answer a question with several of them.

mod in_table;
mod marks;

use std::collections::{BTreeMap, BTreeSet};

use domain::search_term::{SearchScope, SearchTerm};
pub use in_table::TableIndex;
pub use store::search_entries::Correspondent;

/// What a subject is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexDocument {
    /// Its place in the lists: its time, if it has one, and its id behind the last `#`. It never changes.
    pub order: String,
    /// Whom the mail names; none for what is no mail.
    pub correspondents: Vec<Correspondent>,
    /// By what each scope finds it.
    pub scopes: BTreeMap<SearchScope, ScopeTerms>,
}

/// By what one scope finds a subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScopeTerms {
    /// Terms that have a list.
    pub listed: BTreeSet<SearchTerm>,
    /// Terms that only narrow a list down.
    pub marked: BTreeSet<SearchTerm>,
}

/// A question to the index: one list, and what its entries must have beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexQuestion {
    /// Who asks.
    pub scope: SearchScope,
    /// The term whose list is read.
    pub list: SearchTerm,
    /// Of each of these, every entry must have one term.
    pub needed: Vec<BTreeSet<SearchTerm>>,
    /// The least and the greatest place in the list, both included.
    pub span: Option<(String, String)>,
    /// The place after which it goes on; none at the beginning.
    pub after: Option<String>,
    /// Most entries to read, whether they fit or not.
    pub limit: u32,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexAnswer {
    /// The entries that fit, in order.
    pub found: Vec<Found>,
    /// The place of the last entry that was read; none when the list is at its end.
    pub read_to: Option<String>,
}

/// An entry that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its place in the list.
    pub order: String,
    /// Whom the mail names, where the list is that of all mail.
    pub correspondents: Vec<Correspondent>,
}

impl Found {
    /// The id at the end of its place.
    pub fn subject(&self) -> &str {
        self.order.rsplit('#').next().unwrap_or_default()
    }
}
