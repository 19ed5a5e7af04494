//! Conversations put right by people: split, merged, their messages moved. Final: no mail, retry or
//! repeat takes it back, and what answers a moved mail follows it. The reverse operation undoes it.

use std::collections::BTreeSet;

use domain::ids::{MessageId, RequestId, TenantId, ThreadId};
use domain::limits::{MERGE_STEPS_MAX, THREAD_MOVES_MAX, THREADS_ABSORBED_MAX};
use domain::message::Message;
use domain::permission::{Allowed, ReadMail, WriteMail};
use domain::refusal::{RefusalCode, Refused};
use domain::thread::Thread;
use store::table::{TableFault, TransactError};
use store::{item, messages, threads};

use crate::error::FlowError;
use crate::move_messages::{self, MovedBy};
use crate::origin::Origin;
use crate::paging::Wish;
use crate::ports::Records;
use crate::show_thread::show_thread;
use crate::transaction::{Doer, Transaction};
use crate::visible_mail;

/// Who corrects: he may do it, and sees what he corrects.
#[derive(Clone, Copy, Debug)]
pub struct Corrector<'a> {
    /// What he may see.
    pub sees: &'a Allowed<ReadMail>,
    /// That he may correct.
    pub may: &'a Allowed<WriteMail>,
    /// The request.
    pub request: RequestId,
}

impl Corrector<'_> {
    fn tenant(&self) -> TenantId {
        self.may.tenant()
    }

    fn doer(&self, records: &Records) -> Doer {
        Doer::new(self.may, self.request, records.clock.now())
    }
}

/// Makes a thread of its own of messages that stand in one. The same origin makes the same thread.
///
/// # Errors
/// `not_found`, `field_invalid` for a message of another thread, `field_missing` for none,
/// `limit_reached` for too many at once, `too_much_contention`.
pub async fn split(
    records: &Records,
    by: Corrector<'_>,
    origin: Origin,
    thread: ThreadId,
    ids: &[MessageId],
) -> Result<Thread, FlowError> {
    let (tenant, table) = (by.tenant(), records.table.as_ref());
    let from = seen(records, by, thread).await?;
    let all = chosen(records, by, &from, ids).await?;
    let first = all.iter().min_by_key(|message| message.at);
    let subject = first.map(|message| mail::subject::read(&message.subject).base);
    let opened_at = first.map_or(origin.at, |message| message.at);
    let id = ThreadId::from_parts(origin.at, origin.bits);
    let opened = Thread::opened(id, subject.unwrap_or_default(), opened_at);
    let made = Thread { held_apart: true, ..opened };
    let mut transaction = Transaction::default();
    transaction.add(threads::create(tenant, &made)?);
    add_moves(&mut transaction, records, tenant, &all, id).await?;
    transaction.note(by.doer(records), "thread.split", id)?;
    match transaction.try_commit(table).await? {
        None => Ok(made),
        // The first write stops it only where an earlier try of this very request made the thread.
        Some(stopped) if stopped.position == 0 => match stopped.item {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
        Some(stopped) => Err(stopped.refused.into()),
    }
}

/// Puts messages of one thread into another that is there.
///
/// # Errors
/// Those of [`split`].
pub async fn move_messages(
    records: &Records,
    by: Corrector<'_>,
    thread: ThreadId,
    ids: &[MessageId],
    to: ThreadId,
) -> Result<Thread, FlowError> {
    let (tenant, table) = (by.tenant(), records.table.as_ref());
    let to = seen(records, by, to).await?;
    let from = seen(records, by, thread).await?;
    if from.id == to.id {
        return Ok(to);
    }
    let all = chosen(records, by, &from, ids).await?;
    let after = Thread { held_apart: true, rev: to.rev.saturating_add(1), ..to.clone() };
    let mut transaction = Transaction::default();
    transaction.add(threads::replace(tenant, &after, to.rev)?);
    add_moves(&mut transaction, records, tenant, &all, to.id).await?;
    transaction.note(by.doer(records), "thread.messages_moved", to.id)?;
    transaction.commit(table).await?;
    Ok(after)
}

/// Makes one thread part of another, whose id stays. Its messages are moved in bounded steps; what
/// is left of a very long one is read where it stands. A thread that is part of it already is left.
///
/// # Errors
/// `not_found`, `limit_reached` where the thread has too many parts, `too_much_contention`.
pub async fn merge(
    records: &Records,
    by: Corrector<'_>,
    thread: ThreadId,
    into: ThreadId,
) -> Result<Thread, FlowError> {
    let (tenant, table) = (by.tenant(), records.table.as_ref());
    let (stays, goes) = (seen(records, by, into).await?, seen(records, by, thread).await?);
    if stays.id == goes.id {
        return Ok(stays);
    }
    // What a person set apart stays apart from third ones as a part, too.
    let held_apart = stays.held_apart || goes.held_apart;
    let mut after = Thread { held_apart, rev: stays.rev.saturating_add(1), ..stays.clone() };
    after.absorbed.extend(goes.identities());
    if after.absorbed.len() > THREADS_ABSORBED_MAX {
        let hint = "move its messages instead";
        return Err(too_many(RefusalCode::LimitReached, "into", hint, THREADS_ABSORBED_MAX).into());
    }
    let rev = goes.rev.saturating_add(1);
    let alias = Thread { merged_into: Some(stays.id), rev, ..goes.clone() };
    let mut transaction = Transaction::default();
    transaction.add(threads::replace(tenant, &after, stays.rev)?);
    transaction.add(threads::replace(tenant, &alias, goes.rev)?);
    transaction.note(by.doer(records), "thread.merged", goes.id)?;
    transaction.commit(table).await?;
    carry_over(records, tenant, &goes, stays.id).await?;
    Ok(after)
}

/// Moves the messages of a thread that became part of another, step by step. A step that somebody
/// else was at ends it: what is left is found through the alias.
async fn carry_over(
    records: &Records,
    tenant: TenantId,
    goes: &Thread,
    to: ThreadId,
) -> Result<(), TableFault> {
    let table = records.table.as_ref();
    let from = goes.identities();
    let step = u32::try_from(THREAD_MOVES_MAX).unwrap_or(u32::MAX);
    for _ in 0..MERGE_STEPS_MAX {
        let (all, more) = messages::of_threads(table, tenant, &from, step, None).await?;
        let all: Vec<Message> = all.into_iter().map(|found| found.message).collect();
        if all.is_empty() {
            return Ok(());
        }
        let none = BTreeSet::new();
        let by = MovedBy::AMail;
        let writes = move_messages::writes(records, tenant, &all, to, by, &none).await?;
        match table.transact(writes).await {
            Ok(_) if more => {}
            Ok(_) | Err(TransactError::Cancelled(_)) => return Ok(()),
            Err(TransactError::Fault(fault)) => return Err(fault),
        }
    }
    Ok(())
}

/// The thread as it stands now, if the corrector sees any of its messages.
async fn seen(records: &Records, by: Corrector<'_>, thread: ThreadId) -> Result<Thread, FlowError> {
    let (found, _) = show_thread(records, by.sees, thread, Wish { limit: 1, after: None }).await?;
    Ok(found)
}

/// The messages of these ids, all of which stand in the thread and are seen.
async fn chosen(
    records: &Records,
    by: Corrector<'_>,
    from: &Thread,
    ids: &[MessageId],
) -> Result<Vec<Message>, FlowError> {
    let ids: Vec<MessageId> = ids.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        let hint = "name at least one message";
        return Err(Refused::field(RefusalCode::FieldMissing, "messages", hint).into());
    }
    if ids.len() > THREAD_MOVES_MAX {
        let hint = "split off some, then move the others";
        let code = RefusalCode::LimitReached;
        return Err(too_many(code, "messages", hint, THREAD_MOVES_MAX).into());
    }
    let seen = visible_mail::of_ids(records.table.as_ref(), by.sees, &ids).await?;
    let stands = from.identities();
    let mut all = Vec::new();
    for (position, found) in seen.into_iter().enumerate() {
        let message = found.map(|found| found.message);
        let message = message.filter(|message| stands.contains(&message.thread));
        all.push(message.ok_or_else(|| {
            let field = format!("messages[{position}]");
            Refused::field(RefusalCode::FieldInvalid, field, "it is no message of this thread")
        })?);
    }
    Ok(all)
}

fn too_many(code: RefusalCode, field: &str, hint: &str, limit: usize) -> Refused {
    Refused::field(code, field, hint).with_limit(u64::try_from(limit).unwrap_or(u64::MAX))
}

async fn add_moves(
    transaction: &mut Transaction,
    records: &Records,
    tenant: TenantId,
    all: &[Message],
    to: ThreadId,
) -> Result<(), TableFault> {
    let (by, none) = (MovedBy::APerson, BTreeSet::new());
    for write in move_messages::writes(records, tenant, all, to, by, &none).await? {
        transaction.add(write);
    }
    Ok(())
}
