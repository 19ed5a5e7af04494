//! The writes that put a mail into its thread: the thread itself where the mail opens it, the claims
//! of the ids it has and names, what it joins.

use domain::limits;
use domain::thread::{HeaderClaim, SubjectClaim, Thread, ThreadReason};
use store::table::{TableFault, Write};
use store::threads;

use super::joining::Joining;
use super::thread_clues::ThreadClues;
use super::threading::Threading;
use super::writes::NewMessage;
use crate::cut;

/// A mail's place in its thread.
#[derive(Clone, Debug)]
pub(super) struct PlaceInThread {
    /// What led there.
    pub clues: ThreadClues,
    /// What was decided.
    pub threading: Threading,
    /// What else becomes part of the thread.
    pub joining: Joining,
}

/// Adds the writes.
pub(super) fn write(new: &NewMessage<'_>, writes: &mut Vec<Write>) -> Result<(), TableFault> {
    let Threading { thread, reason, .. } = new.place.threading;
    if reason == ThreadReason::Opened {
        let subject = cut::to_octets(&new.mail.clues.subject_base, limits::SUBJECT_BYTES_MAX);
        let opened = Thread::opened(thread, subject.to_owned(), new.identity.at);
        let opened = Thread { suggested: suggested(new), ..opened };
        writes.push(threads::create(new.tenant, &opened)?);
    } else if reason == ThreadReason::Awaited && new.place.joining.writes.is_empty() {
        // The claim of an id that was only named is not moved when threads are joined.
        writes.push(threads::check_current(new.tenant, thread));
    }
    writes.extend(new.place.joining.writes.iter().cloned());
    claim_ids(new, writes)?;
    claim_subject(new, writes)
}

fn claim_ids(new: &NewMessage<'_>, writes: &mut Vec<Write>) -> Result<(), TableFault> {
    let (tenant, hasher) = (new.tenant, &new.records.hasher);
    let PlaceInThread { clues, threading, joining } = new.place;
    let Threading { thread, pinned, .. } = *threading;
    for id in clues.claimed_ids() {
        let own = clues.own.as_ref() == Some(&id);
        let message = own.then_some(new.identity.id);
        match new.known.claims.get(&id) {
            None => {
                let claim = HeaderClaim { thread, message, pinned };
                writes.push(threads::claim(tenant, hasher, &id, &claim)?);
            }
            Some(claim) if claim.thread != thread && joining.absorbed.contains(&claim.thread) => {
                let message = message.filter(|_| claim.message.is_none());
                let to = HeaderClaim { thread, message, pinned: false };
                writes.push(threads::lead(tenant, hasher, &id, claim.thread, &to));
            }
            Some(HeaderClaim { message: None, .. }) if own => {
                writes.push(threads::arrive(tenant, hasher, &id, new.identity.id));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The thread that a person may mean: the last with the same subject and people, within the life of
/// a suggestion either way, for mails come in any order.
fn suggested(new: &NewMessage<'_>) -> Option<domain::ids::ThreadId> {
    let SubjectClaim { thread, at } = new.known.alike.as_ref()?;
    let (from, until) = (at.minus(limits::SUGGESTION_LIFE), at.plus(limits::SUGGESTION_LIFE));
    let fits = from <= new.identity.at && new.identity.at <= until;
    (fits && *thread != new.place.threading.thread).then_some(*thread)
}

/// Keeps the subject's claim fresh: made by a mail that opens a thread, and renewed only when it
/// has fallen behind.
fn claim_subject(new: &NewMessage<'_>, writes: &mut Vec<Write>) -> Result<(), TableFault> {
    let Some(subject) = &new.place.clues.subject else { return Ok(()) };
    let Threading { thread, reason, .. } = new.place.threading;
    let at = new.identity.at;
    let before = new.known.alike.as_ref();
    let due = match before {
        None => reason == ThreadReason::Opened,
        Some(claim) if claim.thread == thread => claim.at.plus(limits::SUBJECT_CLAIM_LAG) < at,
        Some(claim) => {
            reason == ThreadReason::Opened && claim.at.plus(limits::SUGGESTION_LIFE) < at
        }
    };
    if due {
        let claim = SubjectClaim { thread, at };
        let before = before.map(|claim| claim.at);
        let hasher = &new.records.hasher;
        writes.push(threads::claim_subject(new.tenant, hasher, subject, &claim, before)?);
    }
    Ok(())
}
