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

/// Whether of each of the needed sets one mark is among those that an entry carries.
pub(super) fn hold(joined: &[u8], needed: &[BTreeSet<Mark>]) -> bool {
    let (carried, _) = joined.as_chunks::<MARK_BYTES>();
    needed.iter().all(|one_of| one_of.iter().any(|mark| carried.binary_search(mark).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_every_needed_set_one_mark_must_be_carried() {
        let carried = joined(&BTreeSet::from([[1; 5], [9; 5], [4; 5]]));
        let of = |marks: &[u8]| -> BTreeSet<Mark> { marks.iter().map(|n| [*n; 5]).collect() };
        assert!(hold(&carried, &[]));
        assert!(hold(&carried, &[of(&[9]), of(&[1])]));
        assert!(hold(&carried, &[of(&[2, 9])]));
        assert!(!hold(&carried, &[of(&[9]), of(&[2, 3])]));
        assert!(!hold(&[], &[of(&[1])]));
    }
}
