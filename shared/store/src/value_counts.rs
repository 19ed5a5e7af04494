//! How one item counts the bounces of many domains, or diagnostics, of a day: a hundred bounces of a
//! hundred domains are then some 24 writes and no more, so the facts and their counts fit into the
//! transactions that the facts alone would take.
//!
//! An item is a bucket of one quarter of a day. Each value has a number for each category it came back
//! for, named `<category>|<value>`. Of the largest senders (millions of mails a day, one in fifty
//! back, from tens of thousands of domains) a bucket stays below 32 KB.

use domain::bounce_category::BounceCategory;
use serde_dynamo::AttributeValue;

use crate::table::Item;

/// Buckets of the domains of one quarter of a day and shard.
pub const DOMAIN_BUCKETS: u32 = 24;
/// Buckets of the diagnostics: there are fewer of them.
pub const DIAGNOSTIC_BUCKETS: u32 = 8;

/// The bucket of a value: what stands in its key.
pub fn bucket(value: &str, hour: usize, buckets: u32) -> String {
    let quarter = hour / 6;
    format!("{quarter}#{:02}", spread(value) % buckets.max(1))
}

/// The name under which a bucket counts a value that came back for a category.
pub fn name(category: &str, value: &str) -> String {
    format!("{category}{SIGN}{value}")
}

/// What a bucket counts: value, category and number.
pub fn read(item: &Item) -> impl Iterator<Item = (&str, BounceCategory, u64)> {
    item.iter().filter_map(|(name, found)| {
        let (category, value) = name.split_once(SIGN)?;
        let category = BounceCategory::ALL.into_iter().find(|known| known.key() == category)?;
        let AttributeValue::N(digits) = found else { return None };
        Some((value, category, digits.parse().ok()?))
    })
}

const SIGN: char = '|';

/// The same number for the same text, evenly spread (FNV-1a).
fn spread(text: &str) -> u32 {
    text.bytes()
        .fold(0x811c_9dc5, |hash, octet| (hash ^ u32::from(octet)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_tells_what_it_counts_and_nothing_of_its_other_attributes() {
        let key = BounceCategory::MailboxFull.key();
        let number = |n: &str| AttributeValue::N(n.to_owned());
        let item = Item::from([
            (name(key, "example.com"), number("3")),
            (name("no such category", "example.com"), number("3")),
            (name(key, "example.net"), AttributeValue::S("3".to_owned())),
            ("expires_at".to_owned(), number("9")),
        ]);
        let found: Vec<_> = read(&item).collect();
        assert_eq!(found, [("example.com", BounceCategory::MailboxFull, 3)]);
    }

    #[test]
    fn values_spread_over_all_buckets_of_the_quarter_of_their_hour() {
        let of = |hour| {
            let one = |n| bucket(&format!("x{n}.example"), hour, DOMAIN_BUCKETS);
            (0..1_000).map(one).collect::<std::collections::BTreeSet<_>>()
        };
        assert_eq!(of(5).len(), 24);
        assert_eq!(of(5), of(0));
        assert!(of(5).is_disjoint(&of(6)));
    }
}
