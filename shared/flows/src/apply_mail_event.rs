//! What became of mail we sent, from events to records (H1, H4, H9 to H12).
//!
//! ```text
//! 1 one batch read: the recipients the events name, and of those that may block, what is known
//! 2 what follows, each a conditional write that a second try repeats without harm:
//!   blocks, the history of temporary bounces, the provider's own list, domain incidents, notices
//! 3 the facts and the tallies over them, in as few transactions as they fit
//! ```
//! Step 3 comes last: an event whose fact is known is done with altogether, and one that was cut off
//! in the middle is simply applied again. So late, repeated and reordered events give the same state.

mod address;
mod domain_incident;
mod known;
mod learn;
mod located;
mod lost_answer;
mod note;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use domain::domain_refusals::concerns_domain;
use domain::mail_event::{Fact, MailEvent};
use futures::future::try_join_all;

pub use address::lives;
pub use located::locate;
pub(crate) use located::of_header_ids;
pub use note::{ProviderNote, Summary, apply_provider_notes};
pub use told::{Told, of_decoded, of_provider};

use crate::error::FlowError;
use crate::ports::Records;

/// What applying events came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Facts that were new.
    pub learned: u64,
    /// Facts that were known.
    pub repeated: u64,
    /// Events about a recipient of whom there is no record.
    pub unattributed: u64,
    /// Addresses that are blocked by them and were not before.
    pub blocked: u64,
}

/// Writes that are under way at once.
const WRITES_AT_ONCE_MAX: usize = 16;

/// Applies events of one or more tenants. What the provider's own list has to be told besides is noted
/// for [`crate::tell_provider_list`].
///
/// # Errors
/// Failures only: all of the events have to come again, and those that were applied change nothing
/// then.
pub async fn apply_mail_events(
    records: &Records,
    events: &[MailEvent],
) -> Result<Applied, FlowError> {
    let known = known::read(records, events).await?;
    let mut applied = Applied::default();
    let mut acting = Vec::new();
    for event in events {
        match known.sends.get(&known::SendKey::of(records, event)) {
            None => {
                applied.unattributed += 1;
                acting.push(event);
            }
            Some(send) if send.clone().learn(event.at, &event.fact).is_some() => acting.push(event),
            Some(_) => applied.repeated += 1,
        }
    }
    applied.blocked = follow(records, &known, &acting).await?;
    lost_answer::settle(records, &known, events).await?;
    applied.learned = learn::learn(records, known, events).await?;
    Ok(applied)
}

/// Step 2. Answers how many addresses are blocked that were not.
async fn follow(
    records: &Records,
    known: &known::Known,
    acting: &[&MailEvent],
) -> Result<u64, FlowError> {
    let mut by_address: BTreeMap<_, Vec<&MailEvent>> = BTreeMap::new();
    let mut by_domain: BTreeMap<_, Vec<&MailEvent>> = BTreeMap::new();
    for event in acting {
        if known::may_act(&event.fact) {
            by_address.entry((event.tenant, &event.recipient)).or_default().push(event);
        }
        if let Fact::Bounced(bounce) = &event.fact
            && concerns_domain(bounce.category)
        {
            let domain = event.recipient.domain();
            by_domain.entry((event.tenant, domain, bounce.category)).or_default().push(event);
        }
    }
    let mut blocked = 0;
    let addresses: Vec<_> = by_address.into_values().collect();
    for some in addresses.chunks(WRITES_AT_ONCE_MAX) {
        let each = some.iter().map(|events| address::follow(records, known, events));
        blocked += try_join_all(each).await?.into_iter().sum::<u64>();
    }
    for (refusing, events) in by_domain {
        domain_incident::follow(records, known, refusing, &events).await?;
    }
    Ok(blocked)
}

/// The addresses of events, without repeats.
fn tenants(events: &[MailEvent]) -> BTreeSet<domain::ids::TenantId> {
    events.iter().map(|event| event.tenant).collect()
}
