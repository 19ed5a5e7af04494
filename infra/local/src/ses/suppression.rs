//! The account's suppression list (Amazon SES Developer Guide, "Using the account-level suppression
//! list"): addresses that bounced for good or complained, kept in a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The list.
#[derive(Debug)]
pub struct SuppressionList {
    file: PathBuf,
    entries: BTreeMap<String, Entry>,
}

/// One address of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Why it is there.
    pub reason: Reason,
    /// Since when, in milliseconds since 1970.
    pub at_millis: i64,
    /// The mail that brought it there; none for one put there by a call.
    pub message_id: Option<String>,
}

impl Entry {
    /// Since when.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.at_millis).unwrap_or_default()
    }
}

/// Why an address is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// It bounced for good.
    Bounce,
    /// Its owner complained.
    Complaint,
}

impl SuppressionList {
    /// The list of this file, empty where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(file: PathBuf) -> Result<Self> {
        let entries = match fs::read_to_string(&file) {
            Ok(text) => serde_json::from_str(&text).context("reading the suppression list")?,
            Err(_) => BTreeMap::new(),
        };
        Ok(Self { file, entries })
    }

    /// Puts an address on it; one that is there gets the new reason.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn put(&mut self, address: &str, entry: Entry) -> Result<()> {
        self.entries.insert(address.to_lowercase(), entry);
        self.keep()
    }

    /// Takes an address from it; tells whether it was there.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn delete(&mut self, address: &str) -> Result<bool> {
        let was_there = self.entries.remove(&address.to_lowercase()).is_some();
        self.keep()?;
        Ok(was_there)
    }

    /// The entry of an address.
    #[must_use]
    pub fn get(&self, address: &str) -> Option<&Entry> {
        self.entries.get(&address.to_lowercase())
    }

    /// All of it, by address.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(address, entry)| (address.as_str(), entry))
    }

    /// All addresses.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    fn keep(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.entries)?;
        fs::write(&self.file, text).context("keeping the suppression list")
    }
}
