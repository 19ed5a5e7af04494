//! The tables, clock, randomness and secret of a stack, as flows take them.

use std::sync::Arc;

use aws::cloud::Cloud;
use aws::dynamo_table::{DynamoTable, TableNames};
use aws::stack_secret::StackSecret;
use aws::system::{SystemClock, SystemRandomness};
use flows::ports::{PortFault, Records};
use store::table::Table;

/// What the [`Records`] of a function are made of. They need the stack's secret, which is fetched with
/// the first event: a start does no network call.
pub struct Backend {
    table: Arc<dyn Table>,
    secret: StackSecret,
}

impl Backend {
    /// The tables of these names and the secret of this ARN. No call yet.
    pub fn new(cloud: &Cloud, tables: TableNames, secret_arn: String) -> Self {
        let table = Arc::new(DynamoTable::new(cloud, tables));
        Self { table, secret: StackSecret::new(cloud, secret_arn) }
    }

    /// The records.
    ///
    /// # Errors
    /// The secret can't be read; the next call tries again.
    pub async fn records(&self) -> Result<Records, PortFault> {
        Ok(Records {
            table: self.table.clone(),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandomness),
            hasher: self.secret.hasher().await?,
        })
    }
}
