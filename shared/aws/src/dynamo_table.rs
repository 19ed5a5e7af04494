//! The tables on DynamoDB.
//!
//! ```text
//! who tries again          what
//! SDK                      throttled, unavailable or unanswered calls; a transaction with the same token
//! this adapter             unprocessed keys of a batch; conflicts with, and throttling in, transactions
//! the flow                 what changed meanwhile: it reads and builds its transaction anew
//! ```

mod attributes;
mod cancellation;
mod expression;
mod reads;
#[cfg(test)]
mod tests;
mod writes;

use std::error::Error;

use async_trait::async_trait;
use aws_sdk_dynamodb::Client;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TableName, TransactError, Units, Write,
    WriteError,
};

use crate::cloud::Cloud;

/// How often a call is made in all before this adapter gives up.
const TRIES: u32 = 5;

/// Names of the tables of a stack. A function has a name only for what it uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableNames {
    /// Records.
    pub crm: Option<String>,
    /// Bulk with an end of life.
    pub delivery: Option<String>,
    /// The trail.
    pub audit: Option<String>,
}

/// The tables of one stack.
pub struct DynamoTable {
    client: Client,
    names: TableNames,
}

impl DynamoTable {
    /// The tables of these names. No call yet.
    pub fn new(cloud: &Cloud, names: TableNames) -> Self {
        Self { client: Client::new(&cloud.of("DYNAMODB")), names }
    }

    fn name(&self, table: TableName) -> Result<&str, NoName> {
        let name = match table {
            TableName::Crm => &self.names.crm,
            TableName::Delivery => &self.names.delivery,
            TableName::Audit => &self.names.audit,
        };
        name.as_deref().ok_or(NoName(table))
    }
}

/// The function was given no name for a table it uses.
#[derive(Debug, thiserror::Error)]
#[error("no name is set for the table {0:?}")]
struct NoName(TableName);

/// Whatever went wrong; [`TableFault`] adds at what.
type Cause = Box<dyn Error + Send + Sync>;

#[async_trait]
impl Table for DynamoTable {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        reads::get(self, key).await.map_err(|cause| TableFault::new("get", cause))
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        reads::batch_get(self, keys).await.map_err(|cause| TableFault::new("batch_get", cause))
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        reads::query(self, query).await.map_err(|cause| TableFault::new("query", cause))
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        writes::write(self, &write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        writes::transact(self, &writes).await
    }
}
