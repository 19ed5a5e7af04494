//! The index in table `delivery`: an item for each term, scope and subject.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use domain::email_address::KeyedHasher;
use domain::ids::TenantId;
use domain::limits::INDEX_WRITES_AT_ONCE_MAX;
use domain::search_term::{SearchScope, SearchTerm};
use futures::stream::{self, StreamExt, TryStreamExt};
use store::search_entries::{self, EntryPlace, ListPart};
use store::table::{Table, TableFault, Write, WriteError};

use super::marks::{self, MARK_BYTES, Mark};
use super::{Found, IndexAnswer, IndexDocument, IndexQuestion, ScopeTerms};
use crate::ports::{Clock, PortFault, Records, SearchIndex};

/// The index over the table.
#[derive(Clone)]
pub struct TableIndex {
    table: Arc<dyn Table>,
    clock: Arc<dyn Clock>,
    hasher: KeyedHasher,
}

impl TableIndex {
    /// The index of these records.
    pub fn new(records: &Records) -> Self {
        Self {
            table: records.table.clone(),
            clock: records.clock.clone(),
            hasher: records.hasher.clone(),
        }
    }

    fn hash(&self, tenant: TenantId, term: &SearchTerm) -> String {
        self.hasher.hash("search", &format!("{tenant} {}", term.text()))
    }

    fn mark(&self, tenant: TenantId, term: &SearchTerm) -> Mark {
        let whole = self.hasher.mac_of("mark", format!("{tenant} {}", term.text()).as_bytes());
        let mut mark = [0; MARK_BYTES];
        mark.copy_from_slice(whole.split_at(MARK_BYTES).0);
        mark
    }

    /// The manifest first, so that nothing is found by what no manifest tells.
    async fn put(
        &self,
        tenant: TenantId,
        subject: &str,
        document: &IndexDocument,
    ) -> Result<BTreeSet<(String, String)>, TableFault> {
        let mut wanted = BTreeSet::new();
        for (scope, terms) in &document.scopes {
            let hashes: Vec<(String, &SearchTerm)> =
                terms.listed.iter().map(|term| (self.hash(tenant, term), term)).collect();
            if hashes.is_empty() {
                continue;
            }
            let all: BTreeSet<String> = hashes.iter().map(|(hash, _)| hash.clone()).collect();
            let note = search_entries::note(tenant, subject, *scope, &document.order, all.clone());
            self.write_all(vec![note]).await?;
            let marks = self.marks(tenant, terms);
            let put = |(hash, term): &(String, &SearchTerm)| {
                let place = EntryPlace { scope: *scope, term_hash: hash, order: &document.order };
                let whole = matches!(term, SearchTerm::Mail);
                let named: &[_] = if whole { &document.correspondents } else { &[] };
                search_entries::put(tenant, place, &marks, named)
            };
            self.write_all(hashes.iter().map(put).collect::<Result<_, _>>()?).await?;
            wanted.extend(all.into_iter().map(|hash| (scope.to_string(), hash)));
        }
        Ok(wanted)
    }

    fn marks(&self, tenant: TenantId, terms: &ScopeTerms) -> Vec<u8> {
        let all = terms.listed.iter().chain(&terms.marked);
        marks::joined(&all.map(|term| self.mark(tenant, term)).collect())
    }

    async fn write_all(&self, writes: Vec<Write>) -> Result<(), TableFault> {
        let write = async |write| match self.table.write(write).await {
            // A condition only asks whether there is something to do.
            Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
            Err(WriteError::Fault(fault)) => Err(fault),
        };
        stream::iter(writes)
            .map(write)
            .buffer_unordered(INDEX_WRITES_AT_ONCE_MAX)
            .try_collect::<Vec<()>>()
            .await?;
        Ok(())
    }

    async fn try_settle(
        &self,
        tenant: TenantId,
        subject: &str,
        document: Option<&IndexDocument>,
    ) -> Result<(), TableFault> {
        let wanted = match document {
            Some(document) => self.put(tenant, subject, document).await?,
            None => BTreeSet::new(),
        };
        // Read after the writes: what others noted meanwhile is seen too.
        let manifests = search_entries::manifests(self.table.as_ref(), tenant, subject).await?;
        let mut writes = Vec::new();
        for manifest in &manifests {
            let Some(scope) = scope_of(&manifest.scope) else { continue };
            for term_hash in &manifest.terms {
                if !wanted.contains(&(manifest.scope.clone(), term_hash.clone())) {
                    let place = EntryPlace { scope, term_hash, order: &manifest.order };
                    writes.push(search_entries::delete(tenant, place));
                }
            }
            if document.is_none() {
                let now = self.clock.now();
                writes.push(search_entries::end(tenant, subject, &manifest.scope, now));
            }
        }
        self.write_all(writes).await
    }
}

fn scope_of(text: &str) -> Option<SearchScope> {
    match text {
        "ALL" => Some(SearchScope::AllMail),
        "BOOK" => Some(SearchScope::Book),
        user => user.parse().ok().map(SearchScope::MailOf),
    }
}

fn fault(operation: &'static str, source: TableFault) -> PortFault {
    PortFault { port: "search index", operation, source: source.into() }
}

#[async_trait]
impl SearchIndex for TableIndex {
    async fn settle(
        &self,
        tenant: TenantId,
        subject: &str,
        document: Option<&IndexDocument>,
    ) -> Result<(), PortFault> {
        let settled = self.try_settle(tenant, subject, document).await;
        settled.map_err(|source| fault("settle", source))
    }

    async fn ask(
        &self,
        tenant: TenantId,
        question: &IndexQuestion,
    ) -> Result<IndexAnswer, PortFault> {
        let IndexQuestion { scope, list, needed, span, after, limit } = question;
        let hash = self.hash(tenant, list);
        let part = ListPart { span: span.clone(), after: after.clone(), limit: *limit };
        let (entries, more) =
            search_entries::list(self.table.as_ref(), tenant, *scope, &hash, &part)
                .await
                .map_err(|source| fault("ask", source))?;
        let read_to = entries.last().filter(|_| more).map(|last| last.order.clone());
        let marks_of = |one: &BTreeSet<SearchTerm>| -> BTreeSet<Mark> {
            one.iter().map(|term| self.mark(tenant, term)).collect()
        };
        let needed: Vec<BTreeSet<Mark>> = needed.iter().map(marks_of).collect();
        let fits = entries.into_iter().filter(|entry| marks::hold(&entry.marks, &needed));
        let found =
            fits.map(|entry| Found { order: entry.order, correspondents: entry.correspondents });
        Ok(IndexAnswer { found: found.collect(), read_to })
    }
}
