//! Keeps the index in step with a mail, a record or a user: whatever told of a change, and however
//! late or often, the subject is read as it stands and settled in the index, until it stood still
//! meanwhile.
//!
//! Why that is enough: a stale worker may write after a fresh one, but it looks again after its writes
//! and then sees what it missed; one that dies before is followed by the same change again, for a
//! stream tells it at least once.

use std::collections::BTreeSet;

use domain::delivery::Arrival;
use domain::ids::TenantId;
use domain::limits::{INDEX_ROUNDS_MAX, PREVIEW_BYTES_MAX};
use domain::message::Message;
use store::keys::Subject;
use store::{contacts, messages, users};

use crate::error::{Failure, FlowError};
use crate::index_documents;
use crate::ports::{MailArchive, Records, SearchIndex};
use crate::search_index::IndexDocument;
use crate::show_message::{self, NewText};
use crate::visible_mail;

/// A subject as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    Mail(Box<Message>, BTreeSet<Arrival>),
    InBook(IndexDocument),
    Gone,
}

/// Makes the index tell of a subject what it stands for: two reads of the subject, one query, and a
/// write for each term and scope.
///
/// # Errors
/// Failures; the subject is to be indexed again then.
pub async fn index_subject(
    records: &Records,
    archive: &dyn MailArchive,
    index: &dyn SearchIndex,
    tenant: TenantId,
    subject: Subject,
) -> Result<(), FlowError> {
    let name = subject.to_string();
    let mut stands = read(records, tenant, subject).await?;
    let mut text: Option<String> = None;
    for _ in 0..INDEX_ROUNDS_MAX {
        // A raw mail never changes: it is read once, where the record has not all of the text.
        if let (Standing::Mail(message, _), None) = (&stands, &text) {
            text = Some(new_text(archive, message).await?);
        }
        let text = text.as_deref().unwrap_or_default();
        let document = match &stands {
            Standing::Mail(message, arrivals) => {
                Some(index_documents::of_mail(message, arrivals, text))
            }
            Standing::InBook(document) => Some(document.clone()),
            Standing::Gone => None,
        };
        index.settle(tenant, &name, document.as_ref()).await?;
        let again = read(records, tenant, subject).await?;
        if again == stands {
            return Ok(());
        }
        stands = again;
    }
    Err(Failure::Contention.into())
}

async fn read(
    records: &Records,
    tenant: TenantId,
    subject: Subject,
) -> Result<Standing, FlowError> {
    let table = records.table.as_ref();
    Ok(match subject {
        Subject::Message(id) => match messages::get(table, tenant, id).await? {
            Some(found) => {
                let arrivals = visible_mail::all_arrivals(table, tenant, &found).await?;
                Standing::Mail(Box::new(found.message), arrivals)
            }
            None => Standing::Gone,
        },
        Subject::Contact(id) => {
            let found = contacts::get(table, tenant, id).await?;
            let found = found.and_then(|contact| index_documents::of_contact(&contact));
            found.map_or(Standing::Gone, Standing::InBook)
        }
        Subject::User(id) => {
            let found = users::get(table, tenant, id).await?;
            let found = found.and_then(|user| index_documents::of_user(&user));
            found.map_or(Standing::Gone, Standing::InBook)
        }
    })
}

/// The new text, from the raw mail where the record has only its beginning.
async fn new_text(archive: &dyn MailArchive, message: &Message) -> Result<String, FlowError> {
    // A cut at a character's border leaves less than one character out.
    if message.preview.len() + 4 <= PREVIEW_BYTES_MAX {
        return Ok(message.preview.clone());
    }
    Ok(match show_message::new_text(archive, &message.raw, message.wrapped.is_some()).await? {
        NewText::Whole(text) | NewText::Beginning(text) => text,
        NewText::Gone => message.preview.clone(),
    })
}
