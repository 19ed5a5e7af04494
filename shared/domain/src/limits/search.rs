//! Bounds of the index that mail and people are found by.

use std::time::Duration;

/// Longest word that searches tell apart, in characters.
pub const SEARCH_WORD_CHARS_MAX: usize = 32;
/// Most words of a mail that it is found by: those of its subject first, then of its new text. A write
/// unit each and scope: the cost of the index is mostly this bound.
pub const SEARCH_WORDS_MAX: usize = 96;
/// Most addresses of a mail that it is found by.
pub const SEARCH_ADDRESSES_MAX: usize = 30;
/// Most words of one search.
pub const SEARCH_QUERY_WORDS_MAX: usize = 16;
/// Lists of which the beginning is read, to go on with the shortest.
pub const SEARCH_LISTS_MAX: usize = 3;
/// Most queries for one page of a search: what it finds with them is the page.
pub const SEARCH_QUERIES_MAX: usize = 8;
/// Entries that one query of a search reads: under a kilobyte each.
pub const SEARCH_ENTRIES_READ: u32 = 200;
/// Fewest entries that one query of a search reads, where it looks through the mail of many.
pub const SEARCH_ENTRIES_READ_LEAST: u32 = 25;
/// How often a subject is indexed anew because it changed meanwhile.
pub const INDEX_ROUNDS_MAX: usize = 5;
/// How long it is kept what a removed subject was found by, for workers that come late: longer than a
/// stream keeps its records (24 hours), or a dead-letter queue (14 days).
pub const INDEX_MANIFEST_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// Most writes that one subject's indexing does beside each other.
pub const INDEX_WRITES_AT_ONCE_MAX: usize = 16;
/// Lengths of prefixes, in characters, that a word of the address book is found by; between them the
/// shorter is read and the rest compared.
pub const BOOK_PREFIX_CHARS: &[usize] = &[1, 2, 3, 4, 5, 6, 8, 10, 13, 16, 20, 26, 32];
/// Most words of a record (name, local parts, domains) that the address book has it under.
pub const BOOK_WORDS_MAX: usize = 16;
/// Most people that an answer of the address book has.
pub const BOOK_ITEMS_MAX: u32 = 20;
/// Newest mails of one's own whose correspondents come first in the address book.
pub const BOOK_RECENT_MAILS: u32 = 200;
/// Correspondents that a mail tells the address book.
pub const BOOK_CORRESPONDENTS_MAX: usize = 8;
/// Records that one look into the address book reads, of those with the prefix.
pub const BOOK_RECORDS_READ: u32 = 80;
