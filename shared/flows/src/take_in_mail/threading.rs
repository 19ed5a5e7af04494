//! Which thread a mail belongs to (B4), and which threads it joins.

use std::collections::BTreeSet;

use domain::ids::{MessageId, ThreadId};
use domain::limits;
use domain::thread::{HeaderClaim, ThreadReason};
use mail::reply_token::ReplyTarget;

use super::known::Known;
use super::thread_clues::ThreadClues;

/// What was decided about a mail's thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Threading {
    /// Its thread.
    pub thread: ThreadId,
    /// Why.
    pub reason: ThreadReason,
    /// Whether a person's decision led there: what answers it follows.
    pub pinned: bool,
    /// Other threads that are the same conversation, for the mail names mails of both.
    pub joins: BTreeSet<ThreadId>,
}

/// One clue that leads somewhere.
struct Lead {
    thread: ThreadId,
    reason: ThreadReason,
    pinned: bool,
}

/// The thread of the best clue in the stated order: a reply token, the mails that await, are
/// answered or referred to, the provider's id, a quoted token; else a new thread, whose id the mail
/// itself gives, so that a repeated try opens no second.
pub(super) fn decide(clues: &ThreadClues, known: &Known, message: MessageId) -> Threading {
    let named = named(clues, known);
    let token = |targets: &[ReplyTarget], reason| {
        let thread = targets.iter().find_map(|target| known.leads.get(target).copied());
        thread.map(|thread| Lead { thread, reason, pinned: false })
    };
    let by_token = token(&clues.tokens, ThreadReason::ReplyToken);
    let is_sure = by_token.is_some();
    let quoted = || token(&clues.quoted_tokens, ThreadReason::EmbeddedToken);
    let first = named.first().map(|lead| Lead { ..*lead });
    let Some(best) = by_token.or(first).or_else(quoted).or_else(|| same_header_id(clues, known))
    else {
        let thread = ThreadId::from_bits(message.bits());
        let joins = BTreeSet::new();
        return Threading { thread, reason: ThreadReason::Opened, pinned: false, joins };
    };
    // A token is a stronger word than header ids: it joins only with who named this very mail.
    let joined = named.iter().filter(|lead| !is_sure || lead.reason == ThreadReason::Awaited);
    let pinned = named.iter().any(|lead| lead.pinned);
    let joins = match pinned {
        true => BTreeSet::new(),
        false => joined
            .map(|lead| lead.thread)
            .filter(|thread| *thread != best.thread)
            .take(limits::THREADS_JOINED_MAX)
            .collect(),
    };
    Threading { thread: best.thread, reason: best.reason, pinned: best.pinned, joins }
}

/// Where the header ids and the provider's id lead, in order.
fn named(clues: &ThreadClues, known: &Known) -> Vec<Lead> {
    let of = |id: &String, reason| {
        let HeaderClaim { thread, pinned, .. } = known.claims.get(id)?;
        Some(Lead { thread: *thread, reason, pinned: *pinned })
    };
    let own = clues.own.as_ref().filter(|id| known.awaits(id));
    let awaited = own.and_then(|id| of(id, ThreadReason::Awaited));
    let answered = clues.in_reply_to.iter().filter_map(|id| of(id, ThreadReason::InReplyTo));
    let referred = clues.references.iter().filter_map(|id| of(id, ThreadReason::References));
    let provider = clues.provider.iter().filter_map(|id| of(id, ThreadReason::ProviderThread));
    let all: Vec<Lead> =
        awaited.into_iter().chain(answered).chain(referred).chain(provider).collect();
    all
}

/// A mail with the same Message-ID and another content (B3).
fn same_header_id(clues: &ThreadClues, known: &Known) -> Option<Lead> {
    let HeaderClaim { thread, pinned, .. } = known.claims.get(clues.own.as_ref()?)?;
    Some(Lead { thread: *thread, reason: ThreadReason::SameHeaderId, pinned: *pinned })
}
