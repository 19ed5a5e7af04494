//! Step 3: the facts, and the tallies over them, in one transaction for as many recipients as fit.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::TenantId;
use domain::limits;
use domain::mail_event::MailEvent;
use domain::send::{Counted, Send, SendPlace};
use store::sends::{self, Counts};
use store::table::{self, Key, TableFault, TransactError, Write};
use store::{day_tallies, item};

use super::known::{Known, SendKey};
use crate::error::{Failure, FlowError};
use crate::ports::Records;

/// Most writes of a transaction.
const WRITES_MAX: usize = 100;

/// A recipient with what his events say.
struct Pupil<'a> {
    tenant: TenantId,
    key: Key,
    send: Send,
    events: Vec<&'a MailEvent>,
}

/// Learns the facts of all events whose recipients are known; answers how many were new.
pub(super) async fn learn(
    records: &Records,
    known: Known,
    events: &[MailEvent],
) -> Result<u64, FlowError> {
    let mut by_send: BTreeMap<SendKey, Vec<&MailEvent>> = BTreeMap::new();
    for event in events {
        by_send.entry(SendKey::of(records, event)).or_default().push(event);
    }
    let mut sends = known.sends;
    let pupils = by_send.into_iter().filter_map(|(send_key, events)| {
        let send = sends.remove(&send_key)?;
        let tenant = events.first()?.tenant;
        Some(Pupil { tenant, key: send_key.key()?.clone(), send, events })
    });
    let mut learned = 0;
    for class in classes(records, pupils.collect())? {
        learned += teach(records, class).await?;
    }
    Ok(learned)
}

/// Recipients by transaction: keys are in the order of chunks, so a chunk is mostly in one.
fn classes<'a>(
    records: &Records,
    pupils: Vec<Pupil<'a>>,
) -> Result<Vec<Vec<Pupil<'a>>>, TableFault> {
    let mut classes: Vec<Vec<Pupil<'a>>> = Vec::new();
    let mut keys: BTreeSet<Key> = BTreeSet::new();
    for pupil in pupils {
        let (writes, _) = plan(records, std::slice::from_ref(&pupil))?;
        let own: BTreeSet<Key> = writes.iter().map(|write| write.key().clone()).collect();
        let fits = keys.union(&own).count() <= WRITES_MAX;
        match classes.last_mut().filter(|_| fits) {
            Some(class) => class.push(pupil),
            None => {
                classes.push(vec![pupil]);
                keys.clear();
            }
        }
        keys.extend(own);
    }
    Ok(classes)
}

/// One transaction, again where somebody else changed a recipient meanwhile.
async fn teach(records: &Records, mut class: Vec<Pupil<'_>>) -> Result<u64, FlowError> {
    for _ in 0..=limits::CONTENTION_RETRIES_MAX {
        let (writes, learned) = plan(records, &class)?;
        if writes.is_empty() {
            return Ok(0);
        }
        match records.table.transact(writes).await {
            Ok(_) => return Ok(learned),
            Err(TransactError::Cancelled(_)) => read_again(records, &mut class).await?,
            Err(TransactError::Fault(fault)) => return Err(fault.into()),
        }
    }
    Err(Failure::Contention.into())
}

async fn read_again(records: &Records, class: &mut Vec<Pupil<'_>>) -> Result<(), TableFault> {
    let keys: BTreeSet<Key> = class.iter().map(|pupil| pupil.key.clone()).collect();
    let got = table::get_all(records.table.as_ref(), &keys).await?.items;
    for pupil in class.iter_mut() {
        if let Some(found) = got.get(&pupil.key) {
            pupil.send = item::from_item(found.clone())?;
        }
    }
    class.retain(|pupil| got.contains_key(&pupil.key));
    Ok(())
}

fn plan(records: &Records, class: &[Pupil<'_>]) -> Result<(Vec<Write>, u64), TableFault> {
    let mut writes = Vec::new();
    let mut chunks: BTreeMap<(TenantId, SendPlace), Counts> = BTreeMap::new();
    // Each new fact with the recipient as he is after it.
    let mut facts: BTreeMap<TenantId, Vec<(Send, Counted)>> = BTreeMap::new();
    for pupil in class {
        let mut send = pupil.send.clone();
        for event in &pupil.events {
            send.learn_provider_id(event.provider_id.as_ref());
            let Some(counted) = send.learn(event.at, &event.fact) else { continue };
            facts.entry(pupil.tenant).or_default().push((send.clone(), counted));
            let chunk = chunks.entry((pupil.tenant, chunk_of(&send))).or_default();
            *chunk.entry(counted).or_default() += 1;
        }
        if send != pupil.send {
            send.rev = send.rev.saturating_add(1);
            let rev_before = pupil.send.rev;
            writes.push(sends::replace(pupil.tenant, &records.hasher, &send, rev_before)?);
        }
    }
    for ((tenant, place), counts) in chunks {
        writes.extend(sends::add_to_chunk(tenant, &place, &counts));
    }
    let mut learned = 0;
    for (tenant, facts) in facts {
        learned += u64::try_from(facts.len()).unwrap_or(u64::MAX);
        let facts: Vec<(&Send, Counted)> = facts.iter().map(|(send, fact)| (send, *fact)).collect();
        writes.extend(day_tallies::count(tenant, &facts));
    }
    Ok((writes, learned))
}

/// The place that stands for the whole chunk: all its recipients share one tally.
fn chunk_of(send: &Send) -> SendPlace {
    match send.place {
        SendPlace::Campaign { campaign, chunk, .. } => {
            SendPlace::Campaign { campaign, chunk, contact: domain::ids::ContactId::from_bits(0) }
        }
        one_off @ SendPlace::OneOff { .. } => one_off,
    }
}
