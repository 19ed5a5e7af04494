//! All words of all reasons in one automaton: one pass over a diagnostic finds them all.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use domain::bounce::BounceReason;

use super::row::{GAP_OCTETS_MAX, ReasonRow};
use super::table::ROWS;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::compile);

/// Which reasons a text speaks of.
#[derive(Clone, Copy, Default)]
pub struct Spoken {
    said: u64,
    denied: u64,
}

impl Spoken {
    /// Whether the text has words of that reason, and none that deny it.
    pub fn of(self, reason: BounceReason) -> bool {
        let bit = bit(reason);
        self.said & bit != 0 && self.denied & bit == 0
    }
}

/// Reads a text that [`super::squeeze::squeeze`] has made uniform.
pub fn spoken(text: &str) -> Spoken {
    VOCABULARY.read(text)
}

struct Vocabulary {
    automaton: Option<AhoCorasick>,
    /// By pattern number.
    phrases: Vec<Phrase>,
}

struct Phrase {
    reason: BounceReason,
    /// What must follow the first fragment.
    rest: &'static str,
    denies: bool,
}

fn bit(reason: BounceReason) -> u64 {
    let position = BounceReason::ALL.iter().position(|&r| r == reason).unwrap_or(63);
    1_u64.checked_shl(u32::try_from(position).unwrap_or(63)).unwrap_or(0)
}

impl Vocabulary {
    fn compile() -> Self {
        let mut heads = Vec::new();
        let mut phrases = Vec::new();
        for row in ROWS {
            let ReasonRow { reason, phrases: said, unless, .. } = *row;
            let denied = unless.iter().map(|text| (text, true));
            for (text, denies) in said.iter().map(|text| (text, false)).chain(denied) {
                let (head, rest) = text.split_once('*').unwrap_or((text, ""));
                heads.push(head.trim_end());
                phrases.push(Phrase { reason, rest: rest.trim_start(), denies });
            }
        }
        // The patterns are ours and few, so building can't run into the automaton's size limit; if
        // it did, nothing would be spoken of and every reason would come from codes.
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(heads)
            .ok();
        Self { automaton, phrases }
    }

    fn read(&self, text: &str) -> Spoken {
        let mut spoken = Spoken::default();
        let Some(automaton) = &self.automaton else { return spoken };
        for found in automaton.find_overlapping_iter(text) {
            let Some(phrase) = self.phrases.get(found.pattern().as_usize()) else { continue };
            if !follows(text, found.end(), phrase.rest) {
                continue;
            }
            let bit = bit(phrase.reason);
            if phrase.denies {
                spoken.denied |= bit;
            } else {
                spoken.said |= bit;
            }
        }
        spoken
    }
}

/// Whether the fragments of `rest` (split at stars) follow position `from`, each near the last.
fn follows(text: &str, from: usize, rest: &str) -> bool {
    let mut at = from;
    for fragment in rest.split('*').map(str::trim).filter(|fragment| !fragment.is_empty()) {
        let end = text.floor_char_boundary(at.saturating_add(GAP_OCTETS_MAX + fragment.len()));
        let Some(offset) = text.get(at..end).and_then(|near| near.find(fragment)) else {
            return false;
        };
        at += offset + fragment.len();
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_is_lower_case_ascii_uniform_and_speaks_for_its_reason() {
        for row in ROWS {
            for phrase in row.phrases.iter().chain(row.unless) {
                assert_eq!(**phrase, phrase.to_lowercase(), "{phrase}");
                assert!(phrase.split('*').next().unwrap().trim().len() >= 2, "{phrase}");
            }
            for phrase in row.phrases {
                let text = phrase.replace('*', "x");
                let said = spoken(&text);
                let denied = row.unless.iter().any(|not| text.contains(not));
                assert!(said.of(row.reason) || denied, "{} {phrase}", row.reason);
            }
        }
    }

    #[test]
    fn a_star_spans_some_words_and_not_a_whole_page() {
        let full = |text: &str| spoken(text).of(BounceReason::MailboxFull);
        assert!(full("mailbox of anna@example.com is full"));
        assert!(!full(&format!("mailbox {} is full", "x ".repeat(200))));
    }

    #[test]
    fn words_that_deny_a_reason_outweigh_its_own() {
        assert!(spoken("550 domain does not exist").of(BounceReason::HostUnknown));
        let sender = spoken("553 sender domain does not exist");
        assert!(!sender.of(BounceReason::HostUnknown) && sender.of(BounceReason::Rejected));
    }
}
