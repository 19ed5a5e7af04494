//! The form of a mail: header fields, the tree of parts, transfer encodings and charsets.
//!
//! The tree is walked here, not by `mail-parser`, because its walk takes any `--boundary` within a
//! line for a delimiter, has no bound on depth or count, and loses a part whose transfer encoding
//! is damaged (docs/decisions). Dates, charsets and `Received` fields are read by `mail-parser`.
//!
//! Architecture invariant: nothing here fails. Damage gives the best reading and a flaw.

pub mod charset;
pub mod encoded_words;
pub mod header;
pub mod parameters;
pub mod tnef;
pub mod transfer;
pub mod tree;
pub mod uuencode;
