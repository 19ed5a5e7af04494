//! A tenant: one customer of the stack, with its settings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::contact::ContactKind;
use crate::ids::TenantId;
use crate::timestamp::Timestamp;

/// One customer of the stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenant {
    /// Its id.
    pub id: TenantId,
    /// What people call it.
    pub name: String,
    /// What its administrators set.
    pub settings: TenantSettings,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// What a tenant's administrators set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TenantSettings {
    /// IANA name of the zone in which a day of the tenant begins.
    pub time_zone: String,
    /// Language of system mails and texts: `en`, `de` or `zh`.
    pub language: String,
    /// Whether mail goes to a record's next address where the first is blocked (H13).
    pub secondary_address: bool,
    /// Whether administrators are told by mail of alerts and domain incidents (I4).
    pub alert_mails: bool,
    /// Which mail makes contacts of people nobody knows (B9).
    pub contact_creation: ContactCreation,
    /// What those people become.
    pub created_as: CreatedAs,
    /// Limits that differ from the plan's, by name (see [`crate::limits`]).
    pub limits: BTreeMap<String, u64>,
}

impl Default for TenantSettings {
    fn default() -> Self {
        Self {
            time_zone: "UTC".to_owned(),
            language: "en".to_owned(),
            secondary_address: false,
            alert_mails: true,
            contact_creation: ContactCreation::default(),
            created_as: CreatedAs::default(),
            limits: BTreeMap::new(),
        }
    }
}

/// The IANA time zone of that name, in the spelling of the database; none where there is no such
/// zone. The database comes with the program, for a Lambda has none.
pub fn time_zone(name: &str) -> Option<String> {
    let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).ok()?;
    zone.iana_name().map(str::to_owned)
}

/// Which mail makes contacts of unknown parties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactCreation {
    /// Received mail makes a contact of its sender.
    #[default]
    Received,
    /// Received mail makes one of its sender, and sent mail of those it is for.
    SentAndReceived,
    /// Sent mail makes contacts of those it is for.
    Sent,
    /// No mail does.
    None,
}

/// What mail makes of people nobody knows, where its way in says nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatedAs {
    /// A contact, with the account of its domain (B9).
    #[default]
    Contact,
    /// A lead: somebody has yet to see who it is, and whose it is.
    Lead,
}

impl From<CreatedAs> for ContactKind {
    fn from(created: CreatedAs) -> Self {
        match created {
            CreatedAs::Contact => Self::Contact,
            CreatedAs::Lead => Self::Lead,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_found_whatever_its_case_and_told_in_its_own_spelling() {
        assert_eq!(time_zone("europe/berlin").as_deref(), Some("Europe/Berlin"));
        assert_eq!(time_zone("UTC").as_deref(), Some("UTC"));
        assert_eq!(time_zone("Mars/Olympus"), None);
        assert_eq!(time_zone(""), None);
    }
}
