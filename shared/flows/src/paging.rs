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

/// One page of a list that goes through `parts`, one partition after the other, each with the name that
/// marks carry. `read` reads one page of one of them; each is read at most once. A mark in a partition
/// that is no longer part of the list (a month that has passed out of it) is at the list's end.
///
/// # Errors
/// Those of `read`.
pub async fn through<P, T, E, F>(
    parts: Vec<(String, P)>,
    wish: Wish,
    read: impl Fn(P, Wish) -> F,
) -> Result<Listed<T>, E>
where
    F: Future<Output = Result<Listed<T>, E>>,
{
    let (first, mut after) = start(&parts, wish.after);
    let mut items = Vec::new();
    for (name, part) in parts.into_iter().skip(first) {
        let taken = u32::try_from(items.len()).unwrap_or(u32::MAX);
        let limit = wish.limit.saturating_sub(taken);
        if limit == 0 {
            return Ok(Listed { items, next: Some(mark(&name, after)) });
        }
        let page = read(part, Wish { limit, after: after.take() }).await?;
        items.extend(page.items);
        if page.next.is_some() {
            return Ok(Listed { items, next: Some(mark(&name, page.next)) });
        }
    }
    Ok(Listed { items, next: None })
}

/// The position of the partition where a list begins, and the mark within it.
fn start<P>(parts: &[(String, P)], after: Option<PageMark>) -> (usize, Option<PageMark>) {
    let Some(mut mark) = after else { return (0, None) };
    let wanted = mark.remove(PART);
    match parts.iter().position(|(name, _)| Some(name) == wanted.as_ref()) {
        None => (parts.len(), None),
        Some(position) if mark.is_empty() => (position, None),
        Some(position) => (position, Some(mark)),
    }
}

fn mark(part: &str, within: Option<PageMark>) -> PageMark {
    let mut mark = within.unwrap_or_default();
    mark.insert(PART.to_owned(), part.to_owned());
    mark
}
