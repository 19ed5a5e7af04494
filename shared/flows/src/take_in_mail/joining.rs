//! Threads that one mail shows to be one conversation become one: the oldest stays, the others
//! become other names of it.
//!
//! ```text
//! mail 1 -> thread A          mail 3 answers 2 (unknown yet) -> thread C, which awaits 2
//! mail 2 answers 1, and is awaited by C: names A and C -> C becomes part of A
//! ```
//! The one with the least id stays, whichever mail came first. The others keep their item as an
//! alias that is followed; their first messages are moved within the transaction, the rest is read
//! where it stands. What a person held apart stays apart.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{TenantId, ThreadId};
use domain::limits;
use domain::thread::Thread;
use store::table::{TableFault, Write};
use store::{messages, threads};

use super::thread_clues::ThreadClues;
use super::threading::Threading;
use crate::move_messages::{self, MovedBy};
use crate::ports::Records;

/// What joins threads, besides the mail itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Joining {
    /// The writes on threads, their messages and their claims.
    pub writes: Vec<Write>,
    /// The threads that become part of the mail's.
    pub absorbed: BTreeSet<ThreadId>,
}

/// Settles a decision against the threads as they stand: aliases are followed, and what is to be
/// joined is.
pub(super) async fn settle(
    records: &Records,
    tenant: TenantId,
    clues: &ThreadClues,
    threading: &mut Threading,
) -> Result<Joining, TableFault> {
    let table = records.table.as_ref();
    let mut found: BTreeMap<ThreadId, Thread> = BTreeMap::new();
    for id in std::iter::once(threading.thread).chain(threading.joins.iter().copied()) {
        if let Some(thread) = threads::followed(table, tenant, id).await? {
            if id == threading.thread {
                threading.thread = thread.id;
            }
            found.insert(thread.id, thread);
        }
    }
    let own_is_free = found.get(&threading.thread).is_some_and(|own| !own.held_apart);
    found.retain(|_, thread| !thread.held_apart);
    let mut joining = Joining::default();
    let Some((_, winner)) = found.pop_first().filter(|_| own_is_free) else { return Ok(joining) };
    let mut stays = winner.clone();
    let mut room = limits::JOIN_MOVES_MAX;
    // The claims of ids that the mail names are its own business: one write an item.
    let named: BTreeSet<String> = clues.claimed_ids().into_iter().collect();
    for loser in found.into_values() {
        let absorbed = stays.absorbed.len() + loser.absorbed.len() + 1;
        if absorbed > limits::THREADS_ABSORBED_MAX {
            continue;
        }
        stays.absorbed.extend(loser.identities());
        let alias = Thread {
            merged_into: Some(winner.id),
            rev: loser.rev.saturating_add(1),
            ..loser.clone()
        };
        joining.writes.push(threads::replace(tenant, &alias, loser.rev)?);
        if let Some(limit) = u32::try_from(room).ok().filter(|limit| *limit > 0) {
            let from = loser.identities();
            let (all, _) = messages::of_threads(table, tenant, &from, limit, None).await?;
            let all: Vec<_> = all.into_iter().map(|found| found.message).collect();
            room = room.saturating_sub(all.len());
            let by = MovedBy::AMail;
            let moved = move_messages::writes(records, tenant, &all, winner.id, by, &named).await?;
            joining.writes.extend(moved);
        }
        joining.absorbed.extend(loser.identities());
    }
    if !joining.absorbed.is_empty() {
        stays.rev = winner.rev.saturating_add(1);
        joining.writes.push(threads::replace(tenant, &stays, winner.rev)?);
    }
    if joining.absorbed.contains(&threading.thread) {
        threading.thread = winner.id;
    }
    Ok(joining)
}
