//! Lists, page by page.

use store::table::PageMark;

/// Which page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Most items, at least 1.
    pub limit: u32,
    /// Where it begins: what the page before gave as `next`; none for the first.
    pub after: Option<PageMark>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<T> {
    /// The items, in order.
    pub items: Vec<T>,
    /// Where the next page begins; none at the end.
    pub next: Option<PageMark>,
}

impl<T> From<(Vec<T>, Option<PageMark>)> for Listed<T> {
    fn from((items, next): (Vec<T>, Option<PageMark>)) -> Self {
        Self { items, next }
    }
}

/// The mark of a list that goes through several partitions has its name under this key beside the
/// partition's own mark.
const PART: &str = "part";

/// Where a list that goes through the partitions `names`, one after the other, begins: the position
/// of the partition and the mark within it. A mark of a partition that is no longer part of the list
/// (a month that has passed out of it) is at its end.
pub fn part_of(after: Option<PageMark>, names: &[String]) -> (usize, Option<PageMark>) {
    let Some(mut mark) = after else { return (0, None) };
    let name = mark.remove(PART);
    match names.iter().position(|candidate| Some(candidate) == name.as_ref()) {
        None => (names.len(), None),
        Some(position) if mark.is_empty() => (position, None),
        Some(position) => (position, Some(mark)),
    }
}

/// The mark that [`part_of`] reads.
pub fn mark_in(part: &str, within: Option<PageMark>) -> PageMark {
    let mut mark = within.unwrap_or_default();
    mark.insert(PART.to_owned(), part.to_owned());
    mark
}
