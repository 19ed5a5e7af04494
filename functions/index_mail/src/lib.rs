//! From changes of records to the index that mail and people are found by.

pub mod event;

use std::collections::BTreeSet;

use flows::index_subject::index_subject;
use flows::ports::{MailArchive, Records};
use flows::search_index::TableIndex;
use lambda::batch::chain;
use tracing::{error, info};

use event::{StreamAnswer, StreamEvent};

/// Indexes everything that the event tells of, each subject once. At the first failure it stops: the
/// stream then comes again from that record.
pub async fn index_all(
    records: &Records,
    archive: &dyn MailArchive,
    event: StreamEvent,
) -> StreamAnswer {
    let index = TableIndex::new(records);
    let mut seen = BTreeSet::new();
    for record in &event.records {
        let Some((tenant, subject)) = record.subject() else { continue };
        if !seen.insert((tenant, subject)) {
            continue;
        }
        let indexed = index_subject(records, archive, &index, tenant, subject);
        if let Err(failed) = Box::pin(indexed).await {
            let cause = chain(&failed);
            error!(subject = %subject, outcome = "failed", cause, "subject not indexed");
            return StreamAnswer::again_from(record.sequence_number());
        }
    }
    info!(subjects = seen.len(), records = event.records.len(), "changes indexed");
    StreamAnswer::done()
}

#[cfg(test)]
mod tests;
