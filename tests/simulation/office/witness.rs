//! Whether a request that was refused stands done all the same: because its first answer was lost. A
//! request is done whole or not at all.

use domain::contact_act::Deed;
use domain::ids::{ContactId, ThreadId};
use flows::correct_links::LinkChange;
use store::{contacts, messages, threads};

use super::scene::Office;
use super::work::Act;

pub async fn was_done(office: &Office, act: &Act) -> bool {
    let stands = |thread: ThreadId| thread_of(office, thread);
    match act {
        Act::Split { origin, message, .. } => {
            let made = ThreadId::from_parts(origin.at, origin.bits);
            let there = threads::get(office.world.table.as_ref(), office.tenant.id, made).await;
            let there = there.expect("the table answers").is_some();
            // One transaction makes the thread and moves the mail.
            assert!(!there || message_stands(office, *message).await == Some(stands(made).await));
            there
        }
        Act::Move { message, to, .. } => {
            message_stands(office, *message).await == Some(stands(*to).await)
        }
        Act::Join { thread, into } => stands(*thread).await == stands(*into).await,
        Act::Link { message, change } => {
            let found = messages::get(office.world.table.as_ref(), office.tenant.id, *message);
            let linked = found.await.expect("the table answers").expect("a mail stays");
            let linked = |id: &ContactId| linked.message.contacts.contains(id);
            match change {
                LinkChange::Add(to) => linked(to),
                LinkChange::Remove(from) => !linked(from),
                LinkChange::Replace(to, from) => linked(to) && !linked(from),
            }
        }
        Act::Convert { contact, .. } => living(office, *contact).await.1,
        Act::Merge { survivor, other, .. } => {
            living(office, *survivor).await.0 == living(office, *other).await.0
        }
        Act::Undo { contact, deed, .. } => match deed {
            Deed::Converted { .. } => !living(office, *contact).await.1,
            Deed::Merged { other, .. } => living(office, *other).await.0 == *other,
        },
        Act::Send { .. } | Act::Answer { .. } | Act::Rotate { .. } => false,
    }
}

/// The conversation that an id leads to.
pub async fn thread_of(office: &Office, thread: ThreadId) -> ThreadId {
    let found = threads::followed(office.world.table.as_ref(), office.tenant.id, thread).await;
    found.expect("the table answers").map_or(thread, |thread| thread.id)
}

async fn message_stands(office: &Office, message: domain::ids::MessageId) -> Option<ThreadId> {
    let found = messages::get(office.world.table.as_ref(), office.tenant.id, message).await;
    let thread = found.expect("the table answers")?.message.thread;
    Some(thread_of(office, thread).await)
}

/// The record that an id leads to, and whether it was converted.
async fn living(office: &Office, contact: ContactId) -> (ContactId, bool) {
    let found = contacts::get(office.world.table.as_ref(), office.tenant.id, contact).await;
    let found = found.expect("the table answers").expect("a record stays");
    (found.id, found.converted.is_some())
}
