//! What a stream tells: keys of changed items. Images are not looked at, for the subject is read as it
//! stands; so an event of keys alone, made by hand, indexes old mail again (infra/runbook.md).
//! Source: "DynamoDB Streams record format" and "Lambda: reporting batch item failures for streams".

use domain::ids::TenantId;
use serde::{Deserialize, Serialize};
use store::keys::{self, Subject};

/// The event of a stream mapping.
#[derive(Debug, Deserialize)]
pub struct StreamEvent {
    /// Its records, in order.
    #[serde(rename = "Records", default)]
    pub records: Vec<StreamRecord>,
}

/// One changed item.
#[derive(Debug, Deserialize)]
pub struct StreamRecord {
    #[serde(default)]
    dynamodb: Changed,
}

#[derive(Debug, Default, Deserialize)]
struct Changed {
    #[serde(rename = "Keys", default)]
    keys: ChangedKeys,
    #[serde(rename = "SequenceNumber", default)]
    sequence_number: String,
}

#[derive(Debug, Default, Deserialize)]
struct ChangedKeys {
    #[serde(default)]
    pk: Text,
    #[serde(default)]
    sk: Text,
}

#[derive(Debug, Default, Deserialize)]
struct Text {
    #[serde(rename = "S", default)]
    text: String,
}

impl StreamRecord {
    /// Whom the item is about; none for items that nobody looks for.
    pub fn subject(&self) -> Option<(TenantId, Subject)> {
        let ChangedKeys { pk, sk } = &self.dynamodb.keys;
        keys::subject_of(&pk.text, &sk.text)
    }

    /// The record's place in its shard.
    pub fn sequence_number(&self) -> &str {
        &self.dynamodb.sequence_number
    }
}

/// The answer: where the stream has to go on again; empty where all is done.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamAnswer {
    batch_item_failures: Vec<FailedFrom>,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct FailedFrom {
    item_identifier: String,
}

impl StreamAnswer {
    /// All is done.
    pub fn done() -> Self {
        Self::default()
    }

    /// What comes from this record on has to come again.
    pub fn again_from(sequence_number: &str) -> Self {
        let item_identifier = sequence_number.to_owned();
        Self { batch_item_failures: vec![FailedFrom { item_identifier }] }
    }
}
