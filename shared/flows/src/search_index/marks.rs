//! Marks: short keyed hashes of all terms of a subject, side by side and sorted. Of a trillion pairs of
//! terms one has the same mark, so a mark speaks for its term.

use std::collections::BTreeSet;

/// Octets of a mark: with them an entry of 150 terms stays under a kilobyte, one write unit.
pub(super) const MARK_BYTES: usize = 5;

/// A mark.
pub(super) type Mark = [u8; MARK_BYTES];

/// The marks as an entry carries them.
pub(super) fn joined(marks: &BTreeSet<Mark>) -> Vec<u8> {
    marks.iter().flatten().copied().collect()
}

/// Whether all of the needed marks are among those that an entry carries.
pub(super) fn hold(joined: &[u8], needed: &BTreeSet<Mark>) -> bool {
    let (carried, _) = joined.as_chunks::<MARK_BYTES>();
    needed.iter().all(|mark| carried.binary_search(mark).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_needed_mark_must_be_carried() {
        let carried = joined(&BTreeSet::from([[1; 5], [9; 5], [4; 5]]));
        assert!(hold(&carried, &BTreeSet::new()));
        assert!(hold(&carried, &BTreeSet::from([[9; 5], [1; 5]])));
        assert!(!hold(&carried, &BTreeSet::from([[9; 5], [2; 5]])));
        assert!(!hold(&[], &BTreeSet::from([[1; 5]])));
    }
}
