//! Values of fields as callers give them, before their definitions have judged them.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// A JSON value that a field may be given.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum GivenValue {
    /// `true` or `false`.
    YesNo(bool),
    /// A whole number of 64 bits.
    Integer(i64),
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// Anything else: no field takes it. Numbers with a fraction are among it, for a reader of JSON
    /// may have rounded them.
    Other(IgnoredAny),
}
